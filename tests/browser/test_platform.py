"""What only a browser can tell: that the policy in force breaks nothing of ours."""

import pytest

from tests.browser.windows import complaints_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", ["/cuenta/login/", "/en/nowhere/", "/nada/"])
def test_a_page_breaks_no_rule_of_its_own_policy(page, path):
    complaints = complaints_of(page)

    page.goto(path)

    # The browser itself notes in the console that the page of a 404 is a 404.
    assert [text for text in complaints if "404 (Not Found)" not in text] == []


def test_static_files_reach_the_sign_in_page(page):
    missing = []
    page.on(
        "response",
        lambda response: (
            missing.append(response.url) if response.status > 399 else None
        ),
    )

    page.goto("/cuenta/login/")

    assert missing == []
    assert page.evaluate("document.styleSheets.length") > 0

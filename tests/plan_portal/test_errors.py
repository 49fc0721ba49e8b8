import pytest
from django.test import Client

pytestmark = pytest.mark.urls("tests.plan_portal.urls")


@pytest.mark.parametrize(("prefix", "language"), [("", "es"), ("/en", "en")])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/suspicious/", 400),
        ("/forbidden/", 403),
        ("/nowhere/", 404),
        ("/broken/", 500),
    ],
)
def test_an_error_page_speaks_the_language_of_its_address(
    prefix, language, path, status
):
    client = Client(raise_request_exception=False)

    # Without the mark that opens the database: the pages must not need one.
    response = client.get(prefix + path)

    assert response.status_code == status
    assert response.templates[0].name == f"{status}.html"
    assert response["Content-Language"] == language
    assert f'<html lang="{language}">' in response.content.decode()
    page = response.content.decode()
    assert f'href="{prefix}/"' in page
    assert 'class="site-nav"' in page
    assert page.count('role="search"') == 1


@pytest.mark.parametrize(("path", "language"), [("/form/", "es"), ("/en/form/", "en")])
def test_a_refused_form_is_told_in_the_language_of_its_address(path, language):
    client = Client(enforce_csrf_checks=True)

    response = client.post(path)

    assert response.status_code == 403
    assert response.templates[0].name == "403_csrf.html"
    assert f'<html lang="{language}">' in response.content.decode()


@pytest.mark.parametrize(("path", "language"), [("/page/", "es"), ("/en/", "en")])
def test_a_request_for_another_host_is_answered_in_the_right_language(path, language):
    response = Client().get(path, headers={"host": "another.example"})

    assert response.status_code == 400
    assert response["Content-Language"] == language

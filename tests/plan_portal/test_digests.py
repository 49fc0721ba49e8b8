"""No digest that the public reads lets anybody try numbers against it."""

import re
from hashlib import sha256

import pytest

from plan_portal import conditional_get
from plan_portal.conditional_get import main_content, public_digest
from plan_portal.page_cache.finished_pages import FinishedPage
from tests import make

pytestmark = pytest.mark.django_db

#: The bytes of a page or a file, whose last digit nobody is told.
CONTENT = b"<main >9"
FILES = ("indicadores/I-7.csv", "indicadores/I-7.json", "indicadores/I-7.svg")


@pytest.fixture
def other_secret(settings):
    """Another key, as another portal has one."""

    def change():
        settings.SECRET_KEY = "of-another-portal"
        conditional_get._key.cache_clear()

    yield change
    conditional_get._key.cache_clear()


def plain_sums(content):
    return {sha256(content).hexdigest()[:length] for length in (12, 24, 64)}


def labels_of(client):
    """The labels of pages and files, and the versions that pages show."""
    found = []
    for path in ("/", "/indicadores/I-7/", *(f"/{name}" for name in FILES)):
        response = client.get(path)
        body = b"".join(response) if response.streaming else response.content
        found.append((path, response["ETag"], body))
    return found


def etags_of(page):
    etags = [page.answers[encoding][-1] for encoding in ("", "br", "gzip")]
    return [each.strip('"').partition("-")[0] for each in etags]


def test_the_same_content_has_one_digest_in_each_portal(other_secret):
    here = public_digest(CONTENT)
    again = public_digest(CONTENT)

    other_secret()

    assert (again, len(here)) == (here, 24)
    assert public_digest(CONTENT) != here


def test_what_the_front_sends_names_no_plain_sum(other_secret):
    headers = [("Content-Type", "text/csv")]

    before = etags_of(FinishedPage(CONTENT, headers, None, 0))
    other_secret()
    after = etags_of(FinishedPage(CONTENT, headers, None, 0))

    assert not plain_sums(CONTENT) & {*before, *after}
    assert not set(before) & set(after)


def test_no_label_is_made_without_the_secret(client, other_secret):
    indicator = make.indicator(code="I-7", sensitive=False)
    make.published_figure(indicator=indicator)
    make.published_figure(indicator=indicator, year=2024)

    before = labels_of(client)
    other_secret()
    after = labels_of(client)

    for (path, label, body), (_path, other, _body) in zip(before, after, strict=True):
        assert label != other, path
        assert not {each for each in plain_sums(body) if each in label}, path
        versions = {*re.findall(rb"\b[0-9a-f]{12}\b", body)}
        main = sha256(main_content(body)).hexdigest()[:12].encode()
        assert main not in versions, path

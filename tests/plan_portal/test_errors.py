import errno
import sqlite3
from contextlib import closing

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client, RequestFactory
from lxml import etree

from plan_portal import errors
from tests.plan_portal.test_headers import BEST

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
def test_an_error_page_has_its_addresss_language(prefix, language, path, status):
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
    main = page.partition("<main")[2]
    figures = {"es": "/indicadores/", "en": "/en/indicators/"}[language]
    assert f'<a href="{figures}">' in main


@pytest.mark.parametrize(("path", "language"), [("/form/", "es"), ("/en/form/", "en")])
def test_a_refused_form_is_told_in_the_language_of_its_address(path, language):
    client = Client(enforce_csrf_checks=True)

    response = client.post(path)

    assert response.status_code == 403
    assert response.templates[0].name == "403_csrf.html"
    assert f'<html lang="{language}">' in response.content.decode()


@pytest.mark.parametrize(("path", "language"), [("/page/", "es"), ("/en/", "en")])
def test_another_hosts_request_is_answered_in_the_right_language(path, language):
    response = Client().get(path, headers={"host": "another.example"})

    assert response.status_code == 400
    assert response["Content-Language"] == language


class DiskFull(Exception):
    """What PostgreSQL's driver raises."""

    pgcode = "53100"


def full_of_sqlite():
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


def of_database(cause):
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


FULL = {
    "file": OSError(errno.ENOSPC, "No space left on device"),
    "share": OSError(errno.EDQUOT, "Disk quota exceeded"),
    "no folder": FileNotFoundError(
        errno.ENOENT, "No usable temporary directory found in ['/tmp']"
    ),
    "workbook": etree.SerialisationError("IO_ENOSPC"),
    "PostgreSQL": of_database(DiskFull("could not extend file")),
    "SQLite": of_database(full_of_sqlite()),
}
OTHER = {
    "no file": (FileNotFoundError(errno.ENOENT, "No such file"), 500),
    "away": (of_database(ConnectionError("server closed the connection")), 503),
    "locked": (of_database(sqlite3.OperationalError("database is locked")), 503),
}


def status_after(method, error):
    request = getattr(RequestFactory(), method)("/gestion/")
    try:
        raise error
    except Exception:
        return errors.server_error(request).status_code


@pytest.mark.parametrize("what", FULL)
def test_where_there_is_no_room_that_is_told_by_what_failed(what):
    of_the_database = what in {"PostgreSQL", "SQLite"}

    statuses = [status_after(method, FULL[what]) for method in ("post", "get")]

    assert statuses == [507, 503 if of_the_database else 507]


@pytest.mark.parametrize("what", OTHER)
def test_other_failures_are_not_taken_for_a_full_disk(what):
    error, status = OTHER[what]

    assert status_after("post", error) == status


def test_sqlite_and_writers_of_workbooks_tell_of_a_full_disk():
    """As the portal reads them: real errors, of a table and a device that are full."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE t (x)")
        database.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as told:
            database.execute("INSERT INTO t VALUES (zeroblob(100000))")
    assert errors.is_disk_full(told.value)

    with (
        pytest.raises(etree.SerialisationError) as told,
        etree.xmlfile("/dev/full") as xml,
        xml.element("a"),
    ):
        xml.write("b" * 100_000)
    assert errors.is_disk_full(told.value)


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/page/", {}, 200),
        ("/page", {}, 301),
        ("/suspicious/", {}, 400),
        ("/page/", {"headers": {"host": "another.example"}}, 400),
        ("/forbidden/", {}, 403),
        ("/nowhere/", {}, 404),
        ("/broken/", {}, 500),
        ("/salud/viva", {}, 200),
    ],
)
def test_every_kind_of_response_carries_every_header(settings, path, options, status):
    """What the portal's own pages and files carry stands in test_headers.py."""
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True

    response = Client(raise_request_exception=False).get(path, secure=True, **options)

    policy = {*response["Content-Security-Policy"].split("; ")}
    found = {name: response.headers.get(name) for name in BEST}
    assert response.status_code == status
    assert found | {"Content-Security-Policy": policy - {"img-src 'self'"}} == BEST
    assert "img-src 'self'" in policy
    assert "Cache-Control" not in response.headers or path != "/page/"


def test_plain_http_does_not_promise_secure_transport(client, settings):
    settings.SECURE_HSTS_SECONDS = 31536000

    response = client.get("/page/")

    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("/page/", "es"),
        ("/en/page/", "en"),
        ("/en", "en"),
        ("/enero/", "es"),
        ("/en/nowhere/", "en"),
        ("/nowhere/", "es"),
    ],
)
def test_a_public_address_alone_decides_its_language(client, path, language):
    client.cookies["idioma"] = "es" if language == "en" else "en"

    response = client.get(path, headers={"accept-language": "en;q=1, es;q=0.5"})

    assert response["Content-Language"] == language


def test_a_public_page_varies_on_nothing(client):
    client.cookies["idioma"] = "en"
    client.cookies["sesion"] = "of-somebody"

    response = client.get("/page/", headers={"accept-language": "en"})

    assert "Vary" not in response.headers


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("of_person", "cookie", "language"),
    [
        *(("", "en", "en"), ("", "es", "es"), ("", "", "es"), ("", "xx", "es")),
        ("en", "es", "en"),
    ],
)
def test_a_staff_page_speaks_the_persons_language_or_follows_the_browser(
    client, of_person, cookie, language
):
    if of_person:
        person = get_user_model().objects.create(username="ana", language=of_person)
        client.force_login(person)
    client.cookies["idioma"] = cookie

    response = client.get("/gestion/page/")

    assert response["Content-Language"] == language

import errno
import sqlite3
from contextlib import closing

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from lxml import etree

from plan_portal import errors

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

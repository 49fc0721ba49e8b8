import json
import logging
import sys

import pytest
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import DataError, IntegrityError

from plan_portal.logs import JsonFormatter
from plan_portal.management.commands import verify
from plan_portal.middleware import access_log


def make_record(message="told", **fields):
    record = logging.makeLogRecord(
        {"name": "a.logger", "levelname": "INFO", "created": 0.25, "msg": message}
    )
    record.__dict__.update(fields)
    return record


def test_a_record_is_one_json_object():
    line = JsonFormatter().format(make_record(path="/ejes/", status=200))

    assert json.loads(line) == {
        "time": "1970-01-01T00:00:00.250+00:00",
        "level": "INFO",
        "logger": "a.logger",
        "message": "told",
        "path": "/ejes/",
        "status": 200,
    }


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\u2028", "\x85"])
def test_text_from_a_browser_cannot_begin_a_second_record(line_break):
    forged = f'/x{line_break}{{"level": "INFO"}}'

    line = JsonFormatter().format(make_record(forged, path=forged))

    assert line.splitlines() == [line]
    assert json.loads(line)["path"] == forged


def test_a_record_leaves_out_what_nobody_named():
    line = JsonFormatter().format(make_record(request="cookies", password="hunter2"))

    assert "hunter2" not in line
    assert "cookies" not in line


def logged(error):
    """The traceback that is written of an error, which another one led to."""
    try:
        try:
            raise KeyError("typed")
        except KeyError:
            raise error  # noqa: B904 - the one before it is told too
    except Exception:
        record = make_record(exc_info=sys.exc_info())
    line = JsonFormatter().format(record)
    assert line.splitlines() == [line]
    return json.loads(line)["traceback"]


def test_a_traceback_stays_within_its_record():
    told = logged(OSError("no room\nleft"))

    assert told.endswith("OSError: no room\nleft")
    assert "in logged\n" in told


@pytest.mark.parametrize(
    "error",
    [
        *(ValueError("typed"), ValidationError("typed"), IntegrityError("typed")),
        *(DataError("typed"), SuspiciousOperation("typed"), IndexError("typed")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_traceback_repeats_nothing_that_was_typed(error):
    told = logged(error)

    assert told.endswith(type(error).__name__)
    assert "KeyError" in told
    assert "typed" not in told.replace('raise KeyError("typed")', "")


@pytest.mark.urls("tests.plan_portal.urls")
def test_a_request_is_logged_without_its_query(client, caplog):
    client.get("/nowhere/", {"q": "name-of-a-person"})

    (record,) = [
        record for record in caplog.records if record.name == "plan_portal.access"
    ]
    assert (record.method, record.path, record.status) == ("GET", "/nowhere/", 404)
    assert record.duration_ms >= 0
    assert "name-of-a-person" not in JsonFormatter().format(record)


def test_requests_are_logged_again_after_a_check_that_failed(monkeypatch):
    def fail(_pages):
        assert access_log.disabled
        raise OSError("no answer")

    monkeypatch.setattr(verify.sitemap, "example_paths", fail)

    with pytest.raises(OSError, match="no answer"):
        verify._page_problems()

    assert not access_log.disabled

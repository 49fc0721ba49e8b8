"""Reports of browsers on the content policy: bounded, and little of them is kept."""

import json

import pytest

from plan_portal import middleware
from plan_portal.middleware import CSP_REPORT_PATH

HERE = "http://localhost:8000"


@pytest.fixture
def report(client, settings):
    settings.SITE_HOST = "localhost"

    def send(body=None, **fields):
        told = {
            "effective-directive": "script-src-elem",
            "document-uri": f"{HERE}/buscar/?q=palabra-de-alguien",
            "blocked-uri": "https://evil.example/x.js?palabra-de-alguien",
            "script-sample": "palabra-de-alguien",
        }
        body = json.dumps({"csp-report": told | fields}) if body is None else body
        return client.post(CSP_REPORT_PATH, body, content_type="application/csp-report")

    return send


def told(caplog):
    name = middleware.__name__
    return [row.getMessage() for row in caplog.records if row.name == name]


@pytest.mark.parametrize(
    ("blocked", "words"),
    [
        ("https://evil.example/x.js?palabra-de-alguien", "from elsewhere"),
        ("inline", "inline"),
        (f"{HERE}/static/x.js", "from here"),
    ],
)
def test_a_report_is_told_without_its_words(report, caplog, blocked, words):
    answer = report(**{"blocked-uri": blocked})

    assert answer.status_code == 204
    assert told(caplog) == [
        f"A page broke the content policy: script-src-elem on es:search, {words}"
    ]
    assert "palabra" not in caplog.text


@pytest.mark.parametrize(
    "fields",
    [
        {"effective-directive": "made-up\nline"},
        {"effective-directive": None},
        {"document-uri": "https://evil.example/"},
        {"document-uri": "http://[broken"},
        {"body": "[]"},
        {"body": "{}"},
        {"body": '{"csp-report": 1}'},
        {"body": "no json"},
        {"body": b"\xff"},
        {"body": ""},
        {"body": "[" * 5000},
    ],
)
def test_what_is_no_report_of_ours_is_told_to_nobody(report, caplog, fields):
    answer = report(**fields)

    assert answer.status_code == 400
    assert told(caplog) == []


def test_a_large_one_is_not_read(report):
    assert report("x" * (middleware.MAX_REPORT_BYTES + 1)).status_code == 413


def test_a_flood_fills_no_log_and_ends_with_the_minute(report, caplog, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(middleware.time, "monotonic", lambda: now[0])
    first = {
        report().status_code for _time in range(middleware.MAX_LOGGED_PER_MINUTE + 5)
    }
    before = len(told(caplog))

    now[0] = 60.0
    report()

    assert first == {204}
    assert before == middleware.MAX_LOGGED_PER_MINUTE
    assert len(told(caplog)) == before + 1


def test_it_asks_the_database_nothing_and_is_only_sent_to(client, report):
    assert report().status_code == 204
    answer = client.get(CSP_REPORT_PATH)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")

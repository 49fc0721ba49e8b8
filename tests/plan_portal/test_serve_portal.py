import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from agencies import mail
from plan_portal.management.commands import serve_portal
from tests.waiting import listens, wait_until
from tools.benchmarks.servers import free_port

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def listener(family, address):
    with socket.socket(family) as server:
        server.bind((address, 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_a_busy_port_is_named_before_anything_is_prepared(monkeypatch, family, address):
    called = []
    monkeypatch.setattr(serve_portal, "call_command", called.append)

    with listener(family, address) as port, pytest.raises(CommandError) as caught:
        call_command("serve_portal", port=port, prepare=True)

    assert str(caught.value) == f"Port {port} is in use: make run PORT={port + 1}"
    assert called == []


@pytest.mark.django_db
def test_the_portal_is_prepared_before_its_server_starts(monkeypatch):
    port = free_port()
    done, heard = [], {}

    def start_server(*args):
        done.append("the server")
        raise CommandError

    monkeypatch.setattr(
        serve_portal, "call_command", lambda name, **options: done.append(name)
    )
    monkeypatch.setattr(serve_portal.connection, "close", lambda: None)
    monkeypatch.setattr(serve_portal, "start_server", start_server)
    monkeypatch.setattr(serve_portal.signal, "signal", heard.__setitem__)

    with pytest.raises(CommandError):
        call_command("serve_portal", port=port, prepare=True)

    assert done == ["prepare_portal", "the server"]
    # One of them is sent to a real server below.
    stopping = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    assert heard == dict.fromkeys(stopping, serve_portal._stop)


def test_a_server_that_dies_is_told(monkeypatch):
    port = free_port()

    def start_server(*args):
        return subprocess.Popen(["sleep", "60"])

    monkeypatch.setattr(serve_portal.signal, "signal", lambda *args: None)
    monkeypatch.setattr(serve_portal, "start_server", start_server)
    monkeypatch.setattr(serve_portal, "keep_sending_mail", lambda: None)
    monkeypatch.setattr(
        serve_portal, "wait_until_ready", lambda server, port: server.kill()
    )

    with pytest.raises(CommandError) as caught:
        call_command("serve_portal", port=port)

    assert str(caught.value) == "The server ended by itself, with status -9"


def test_accounts_stand_in_columns():
    names = ("username", "password", "role", "agency")
    accounts = [
        ("punto-focal", "abc", "focal_point", "MMUJER"),
        ("administra", "defghijklm", "administrator", None),
    ]

    table = serve_portal.account_table(
        [dict(zip(names, each, strict=True)) for each in accounts]
    )

    assert table.splitlines() == [
        "Role           User name    Password    Agency",
        "Focal point    punto-focal  abc         MMUJER",
        "Administrator  administra   defghijklm",
    ]


class MinutesOver(BaseException):
    """Ends the loop that a server ends by ending."""


@pytest.mark.django_db
def test_a_minute_that_fails_does_not_end_the_sending_of_mail(caplog, monkeypatch):
    outcomes, pauses = iter([OSError("the server is gone"), None, None]), []
    monkeypatch.setattr(serve_portal.connection, "close", lambda: None)

    def send():
        if error := next(outcomes):
            raise error

    def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            raise MinutesOver

    with pytest.raises(MinutesOver):
        serve_portal.keep_sending_mail(send, pause)

    assert pauses == [60, 60, 60]
    assert [record.message for record in caplog.records] == [
        "What is due each minute was not done"
    ]


@pytest.fixture
def copied_database(tmp_path, transactional_db):
    """A folder like var/, with the tables of the test database."""
    with (
        contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as source,
        contextlib.closing(sqlite3.connect(tmp_path / "portal.sqlite3")) as target,
    ):
        source.backup(target)
    (tmp_path / "static").mkdir()
    return tmp_path


@pytest.fixture
def serve(copied_database):
    """Starts the command in a process of its own, and leaves none behind."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "manage.py", "serve_portal", "--port", str(port)]
        + ["--workers", "1"],
        cwd=ROOT,
        env=os.environ
        | {
            "VAR_DIR": str(copied_database),
            "DJANGO_SETTINGS_MODULE": "plan_portal.settings",
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process, port
        if process.poll() is None:
            process.terminate()


def read_until(process, text):
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return lines
    raise AssertionError("".join(lines))


@pytest.fixture
def address_seen():
    """The port of the real server with an application that answers who one is."""
    port = free_port()
    server = [sys.executable, "-m", "granian", "--interface", "wsgi"]
    with subprocess.Popen(
        [*server, "--port", str(port), "tests.plan_portal.address_seen:application"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        wait_until(lambda: listens(port), 20)
        yield port
        # Its parent waits for its workers, for ever where one has only just started.
        os.killpg(process.pid, signal.SIGKILL)


def answer_by_hand(port, *headers):
    """The last line of an answer to headers that are sent byte by byte."""
    lines = ["GET / HTTP/1.1", "Host: localhost", *headers, "Connection: close"]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        return wire.makefile("rb").read().decode().splitlines()[-1]


FORGED = ["X_Forwarded_For: 6.6.6.6", "X-Forwarded-For: 7.7.7.7", "Visitor_: 8.8.8.8"]


def test_no_header_but_the_proxys_own_says_who_visits(address_seen):
    honest = "Visitor: 203.0.113.5"

    answers = {
        answer_by_hand(address_seen, *headers)
        for headers in ([honest, *FORGED], [*FORGED, honest], [*FORGED[::-1], honest])
    }

    assert answers == {"127.0.0.1 203.0.113.5"}
    assert answer_by_hand(address_seen, *FORGED) == "127.0.0.1 "


@pytest.fixture
def queued_mail(transactional_db):
    mail.queue_mail(
        to="ana@example.org",
        language="es",
        kind="trial",
        subject="Recordatorio",
        text="Falta un reporte.",
    )


def test_the_portal_serves_until_ctrl_c(queued_mail, serve, copied_database):
    process, port = serve
    read_until(process, "Ctrl-C")
    assert serve_portal.ask(port) == (200, f"lista {settings.VERSION}\n")
    folder = copied_database / "mail"

    wait_until(lambda: any(each.stat().st_size for each in folder.glob("*.eml")))

    (file,) = folder.glob("*.eml")
    assert "To: ana@example.org" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600

    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=15) == 0
    assert serve_portal.refuse_busy_port(port) is None

"""The server on a socket that is not its own, as systemd passes one."""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from plan_portal import server
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
GREETING = "tools.benchmarks.yardstick:application"
#: Hands over a socket as systemd does, and becomes the command.
PASS_ON = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3);"
    "os.environ |= {'LISTEN_FDS': '1', 'LISTEN_PID': str(os.getpid())};"
    "os.execv(sys.argv[2], sys.argv[2:])"
)


@pytest.fixture
def listener():
    with closing(socket.socket()) as ours:
        ours.bind(("127.0.0.1", 0))
        ours.listen(8)
        yield ours


@contextmanager
def serving(listener, application=GREETING, grace=server.GRACE, workers=1):
    """A server, of a bare greeting by default, that was handed the socket."""
    command = [sys.executable, "-m", "plan_portal.server", "--workers", str(workers)]
    command += ["--application", application, "--grace", str(grace)]
    with subprocess.Popen(
        [sys.executable, "-c", PASS_ON, str(listener.fileno()), *command],
        cwd=ROOT,
        pass_fds=[listener.fileno()],
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def connect(listener):
    """A visitor who has not asked yet."""
    return socket.create_connection(listener.getsockname(), timeout=20)


def ask(visitor):
    visitor.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")


def come(listener):
    """A visitor who has asked and waits."""
    visitor = connect(listener)
    ask(visitor)
    return visitor


def answer(visitor):
    with closing(visitor):
        return visitor.recv(15)


def test_who_comes_while_the_server_is_replaced_is_answered(listener):
    with serving(listener):
        assert answer(come(listener)) == b"HTTP/1.1 200 OK"

    between = come(listener)
    with serving(listener):
        assert answer(between) == b"HTTP/1.1 200 OK"


def test_who_asks_only_after_the_server_was_replaced_is_answered(listener):
    with serving(listener):
        assert answer(come(listener)) == b"HTTP/1.1 200 OK"
        early = connect(listener)
        time.sleep(0.2)  # in which a worker could take the connection

    ask(early)
    with serving(listener):
        assert answer(early) == b"HTTP/1.1 200 OK"


def test_a_worker_that_is_killed_is_replaced_at_the_same_socket(listener):
    with serving(listener) as process:
        assert answer(come(listener)) == b"HTTP/1.1 200 OK"
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        [worker] = children.read_text().split()

        os.kill(int(worker), signal.SIGKILL)

        assert wait_until(lambda: {*children.read_text().split()} - {worker})
        assert answer(come(listener)) == b"HTTP/1.1 200 OK"


def test_a_form_never_sent_to_its_end_does_not_keep_the_server(listener):
    reads = f"{__name__}:read_all"
    with serving(listener, reads, grace=1) as process, closing(come(listener)) as held:
        assert held.recv(15) == b"HTTP/1.1 200 OK"
        with closing(socket.create_connection(listener.getsockname())) as slow:
            slow.sendall(b"POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 9\r\n\r\nhalf")
            time.sleep(0.5)  # until a thread waits for the rest

            process.terminate()

            assert process.wait(10) == 0


def read_all(environ, start_response):
    """An application that reads what it is sent."""
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "0")])
    return []


def test_systemd_waits_until_the_server_has_ended_its_workers():
    unit = (ROOT / "deploy" / "systemd" / "plan-portal.service").read_text()
    [patience] = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)

    assert int(patience) >= server.GRACE + 5


def test_a_socket_passed_to_another_process_is_not_taken(monkeypatch):
    monkeypatch.setenv("LISTEN_FDS", "1")
    monkeypatch.setenv("LISTEN_PID", str(os.getpid() + 1))

    assert server.passed_socket() is None


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1", "80.5"])
def test_a_port_that_cannot_be_is_refused(port):
    with pytest.raises(argparse.ArgumentTypeError, match="must be from 1 to 65535"):
        server.port_number(port)


def test_a_port_that_is_taken_ends_in_one_sentence(listener):
    port = listener.getsockname()[1]

    with pytest.raises(SystemExit) as ended:
        server.own_socket("127.0.0.1", port)

    assert ended.value.code == f"Port {port} of 127.0.0.1: Address already in use"


#: Loads what a worker has loaded before the first request, and names it.
LOADING = (
    "import sys, django; django.setup();"
    "from django.urls import get_resolver; get_resolver().url_patterns;"
    "import plan_portal.page_cache; print(*sys.modules)"
)


def test_a_worker_loads_at_its_start_what_most_requests_need(tmp_path):
    """The others took nearly a quarter of its memory."""
    portal = {
        "DJANGO_SETTINGS_MODULE": "plan_portal.settings",
        "SECRET_KEY": "for-this-test",
        "SITE_URL": "http://localhost:8000",
        "INSECURE_HTTP": "true",
        "VAR_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", LOADING],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **portal},
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert {"django", "allauth", "strategic_areas"} <= loaded
    assert not loaded & {
        *("PIL", "cryptography", "defusedxml", "docx", "fido2", "icalendar", "lxml"),
        *("openpyxl", "phonenumbers", "pikepdf", "psycopg2", "snowballstemmer"),
        *("stdnum", "yaml"),
    }


def renewing(environ, start_response):
    """An application that asks for new workers at one address; it tells its number."""
    if environ["PATH_INFO"] == "/renew":
        server.request_reload()
    body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def fetched(listener, path="/"):
    """The number of the worker that answered."""
    host, port = listener.getsockname()
    connection = HTTPConnection(host, port, timeout=20)
    with closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.status == 200
        return int(response.read())


def test_a_worker_has_all_renewed_and_no_reader_is_turned_away(listener):
    with serving(listener, f"{__name__}:renewing", workers=2) as process:
        fetched(listener)
        assert wait_until(lambda: len(workers_of(process)) >= 2, 20)
        before = workers_of(process)

        fetched(listener, "/renew")
        answers = []

        def are_renewed():
            answers.append(fetched(listener))
            return not before & workers_of(process)

        assert wait_until(are_renewed, 20, pause=0.01)
        assert len(answers) > 50
        assert fetched(listener) not in before


def workers_of(process):
    """The numbers of the processes that serve."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    found = {int(child) for child in children.split()}
    return {child for child in found if _serves(child)}


def _serves(child):
    try:
        line = Path(f"/proc/{child}/cmdline").read_bytes()
    except OSError:
        return False
    return b"plan_portal.server" in line or b"multiprocessing-fork" in line


def test_a_process_that_serves_by_itself_asks_nobody(monkeypatch):
    killed = []
    monkeypatch.setattr(os, "kill", lambda *told: killed.append(told))
    monkeypatch.delenv(server.SERVER, raising=False)
    server.request_reload()
    monkeypatch.setenv(server.SERVER, str(os.getppid() + 1))
    server.request_reload()

    assert killed == []


def test_a_server_about_to_renew_its_workers_ends_when_told(listener):
    with serving(listener) as process:
        assert answer(come(listener)) == b"HTTP/1.1 200 OK"
        process.send_signal(signal.SIGHUP)
        time.sleep(server.RELOAD_DELAY / 2)

        process.terminate()

        assert process.wait(20) == 0

"""The files of deploy/, held by the programs that read them."""

import shutil
import socket
import subprocess
import threading
import time
import tomllib
from contextlib import closing, contextmanager, suppress
from datetime import UTC, timedelta
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.proxies import TRUSTING, caddy, make_certificate, nginx
from tests.waiting import listens, wait_until
from tools.benchmarks.servers import free_port
from tools.rehearsal import run as rehearsal

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SYSTEMD = DEPLOY / "systemd"
#: The largest request that the portal reads, and one that is larger.
LARGEST, TOO_LARGE = 54 * 2**20, 56 * 2**20


# --- what timers run


def test_each_listed_task_has_its_timer_and_each_timer_its_task():
    listed = tomllib.loads((DEPLOY / "tasks.toml").read_text(encoding="utf-8"))
    timers = {
        path.stem.removeprefix("plan-portal-"): path.read_text(encoding="utf-8")
        for path in SYSTEMD.glob("*.timer")
    }

    assert {
        name: f"OnCalendar={listed[name]['when']}\n" in timer
        and f"Unit=plan-portal-task@{name}.service\n" in timer
        for name, timer in timers.items()
    } == dict.fromkeys(listed, True)


def test_a_failed_task_mails_the_operator_without_the_queue(settings, mailoutbox):
    failing = "plan-portal-task@backup.service"
    call_command("mail_failure", failing, stdout=StringIO())
    assert mailoutbox == []

    settings.OPERATOR_EMAIL = "operador@example.org"
    call_command("mail_failure", failing)

    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (
        ["operador@example.org"],
        f"localhost: {failing} failed",
    )


@pytest.fixture
def copies(settings, tmp_path):
    """A folder of backups and one that stands for another machine."""
    if not shutil.which("rsync"):
        pytest.skip("no rsync")
    settings.BACKUP_FOLDER, copies = tmp_path / "backups", tmp_path / "copies"
    settings.BACKUP_COPY_TO = str(copies)
    settings.BACKUP_FOLDER.mkdir()
    (settings.BACKUP_FOLDER / ".plan-portal-x.unfinished").touch()
    (settings.BACKUP_FOLDER / "purged.jsonl").touch()
    return copies


def add_backup(folder, *, age):
    made = timezone.now().astimezone(UTC) - age
    path = folder / f"plan-portal-{made:%Y%m%dT%H%M%SZ}.tar.gz.age"
    path.write_text("closed")
    return path.name


def test_backups_are_copied_elsewhere_and_none_is_deleted_there(copies, settings):
    old = add_backup(settings.BACKUP_FOLDER, age=timedelta(days=30))
    new = add_backup(settings.BACKUP_FOLDER, age=timedelta(hours=2))
    call_command("copy_backups", stdout=StringIO())
    (settings.BACKUP_FOLDER / old).unlink()

    call_command("copy_backups", stdout=StringIO())

    assert sorted(path.name for path in copies.iterdir()) == [old, new, "purged.jsonl"]
    assert {path.stat().st_mode & 0o777 for path in copies.iterdir()} == {0o600}


def test_a_copy_that_is_old_lacking_or_impossible_is_an_error(copies, settings):
    def error():
        with pytest.raises(CommandError) as raised:
            call_command("copy_backups")
        return str(raised.value)

    assert error() == "There is no backup to copy."

    add_backup(settings.BACKUP_FOLDER, age=timedelta(hours=27))
    assert error().startswith("The newest copy is of ")

    add_backup(settings.BACKUP_FOLDER, age=timedelta(hours=1))
    settings.BACKUP_COPY_TO = str(copies / "purged.jsonl/inside")
    assert error().startswith("rsync failed: ")


def test_without_another_machine_nothing_is_copied(settings):
    said = StringIO()

    call_command("copy_backups", stdout=said)

    assert said.getvalue() == "BACKUP_COPY_TO is not set: no backup lies elsewhere.\n"


def test_the_target_starts_all_that_nothing_else_starts():
    started = {path.name for path in SYSTEMD.iterdir() if "@" not in path.name}
    target = (SYSTEMD / "plan-portal.target").read_text(encoding="utf-8")
    wanted = [line.removeprefix("Wants=") for line in target.splitlines()]

    assert started - {"plan-portal.target"} <= {
        name for names in wanted for name in names.split()
    }


# --- the page for operators


def test_the_page_for_operators_has_steps_that_bash_can_read():
    steps = rehearsal.blocks((DEPLOY.parent / "docs/operate.md").read_text())

    assert len(steps) > 10
    for _, script in steps:
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)


# --- units


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
def test_systemd_reads_every_unit_without_complaint(tmp_path):
    units = sorted(shutil.copy(path, tmp_path) for path in SYSTEMD.iterdir())
    instances = [
        tmp_path / f"plan-portal-{name}.service"
        for name in ("task@mail", "failure@plan-portal-task@mail.service")
    ]
    for each in instances:
        template, _at, _instance = each.name.partition("@")
        each.symlink_to(tmp_path / f"{template}@.service")
    for unit in tmp_path.glob("*.service"):
        text = unit.read_text(encoding="utf-8")
        unit.write_text(
            text.replace("/srv/plan-portal/.venv/bin/python", "/usr/bin/python3"),
            encoding="utf-8",
        )

    done = subprocess.run(
        ["systemd-analyze", "verify", *(u for u in units if "@" not in u), *instances],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_services_write_to_their_and_a_temporary_folder_alone():
    held = [
        "StateDirectory=plan-portal",
        "PrivateTmp=true",
        "ProtectSystem=strict",
        "ProtectHome=true",
        "NoNewPrivileges=true",
        "CapabilityBoundingSet=",
    ]

    for path in SYSTEMD.glob("*.service"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert [line for line in held if line not in lines] == []


# --- proxies


class Portal(BaseHTTPRequestHandler):
    """Stands for the portal: keeps what arrives, and says how long it was."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.startswith("/broken/"):
            self.close_connection = True
            return
        self.server.seen.append(self.headers)
        length = int(self.headers.get("Content-Length", 0))
        if length and len(self.rfile.read(length)) == length:
            self.server.read.append(length)
        if self.path == "/silent/":
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.send_header("Location", self.path)  # as of a redirect to another query
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def portal():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    server.seen, server.read = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
def proxy(request, tmp_path, certificate, portal):
    """The port on which the shipped proxy answers in front of ``portal``."""
    name = request.param.__name__
    if not shutil.which(name):
        pytest.skip(f"no {name}")
    ports = portal.server_port, free_port(), free_port()
    with proxy_running(request.param, tmp_path, certificate, *ports) as port:
        yield port


@contextmanager
def proxy_running(program, folder, certificate, inner, port, *more):
    command = program(folder, certificate, inner, port, *more)
    with (
        (folder / "said.log").open("wb") as said,
        subprocess.Popen(command, stdout=said, stderr=said) as process,
    ):
        wait_until(lambda: listens(port))
        yield port
        process.terminate()


def connect(port):
    return HTTPSConnection("localhost", port, context=TRUSTING, timeout=20)


def status_of(visitor):
    """The status of the answer, which is read to its end."""
    with visitor.getresponse() as response:
        response.read()
        return response.status


def refusal_of(port, length, path="/"):
    """The beginning of the answer to a body of ``length`` bytes."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
    )
    plain = socket.create_connection(("localhost", port), timeout=20)
    with plain, TRUSTING.wrap_socket(plain, server_hostname="localhost") as visitor:
        visitor.sendall(head.encode())
        with suppress(OSError):  # it may hang up before all was sent
            for _ in range(length // 2**20):
                visitor.sendall(bytes(2**20))
        return visitor.recv(12)


def test_a_proxy_tells_the_visitor_and_drops_imitations(proxy, portal):
    with closing(connect(proxy)) as visitor:
        visitor.request(
            "GET",
            "/",
            headers={
                "Visitor": "6.6.6.6",
                "X-Forwarded-Proto": "http",
                "X_Forwarded_Proto": "http",
                "Visitor_": "6.6.6.6",
                "Accept-Language": "es",
            },
        )
        own_address = visitor.sock.getsockname()[0]
        assert status_of(visitor) == 200

    [headers] = portal.seen
    assert headers.get_all("Visitor") == [own_address]
    assert headers.get_all("X-Forwarded-Proto") == ["https"]
    assert headers["Host"].partition(":")[0] == "localhost"
    assert headers["Accept-Language"] == "es"
    assert [name for name in headers if "_" in name] == []


def test_a_proxy_passes_the_largest_upload_and_no_larger_one(proxy, portal):
    with closing(connect(proxy)) as visitor:
        visitor.request("POST", "/", body=bytes(LARGEST))
        assert status_of(visitor) == 200

    # Caddy 2.6 says 502 of a body that it may not hold, and passes nothing on.
    assert refusal_of(proxy, TOO_LARGE) in {b"HTTP/1.1 413", b"HTTP/1.1 502"}
    assert portal.read == [LARGEST]


def test_no_proxy_log_tells_visitors_or_searches(proxy, portal, tmp_path):
    def ask(path, body=None):
        with closing(connect(proxy)) as visitor:
            visitor.request("POST" if body else "GET", path, body=body)
            return status_of(visitor)

    assert ask("/search/?q=palabra") == 200
    assert ask("/broken/?q=palabra") == 502
    refusal_of(proxy, TOO_LARGE, "/?q=palabra")
    time.sleep(0.2)  # until it is written

    logs = {path.name: path.read_text() for path in tmp_path.glob("*.log")}
    assert [name for name, text in logs.items() if "/search/" in text]
    assert [name for name, text in logs.items() if "palabra" in text] == []
    assert [
        name
        for name, text in logs.items()
        if '"remote_ip"' in text or "client: 127.0.0.1" in text
    ] == []


def test_a_request_still_arriving_does_not_reach_the_portal(proxy, portal):
    with closing(connect(proxy)) as slow:
        slow.putrequest("POST", "/")
        slow.putheader("Content-Length", "20")
        slow.endheaders(b"half of it")
        with closing(connect(proxy)) as quick:
            quick.request("GET", "/quick")
            assert status_of(quick) == 200
        assert len(portal.seen) == 1

        slow.send(b"and other ")
        assert status_of(slow) == 200
    assert len(portal.seen) == 2


def test_what_was_posted_is_not_sent_again_where_no_answer_comes(proxy, portal):
    """Also over a connection that a request before it has left open."""
    for path, status in (("/", 200), ("/silent/", 502)):
        with closing(connect(proxy)) as visitor:
            visitor.request("POST", path, b"publish")
            assert status_of(visitor) == status

    assert portal.read == [7, 7]


def test_nginx_asks_the_other_server_where_one_took_nothing(
    tmp_path, certificate, portal
):
    port = free_port()
    ports = free_port(), port, free_port()
    with proxy_running(nginx, tmp_path, certificate, *ports, [portal.server_port]):
        for method in ("GET", "POST", "POST"):
            with closing(connect(port)) as visitor:
                visitor.request(method, "/", b"publish")
                assert status_of(visitor) == 200

    assert portal.read == [7, 7, 7]


@pytest.mark.parametrize("proxy", [nginx], ids=["nginx"], indirect=True)
def test_nginx_says_so_where_it_has_no_room_for_an_upload(proxy, portal, tmp_path):
    """Without its folder, as without room in it, it cannot keep what arrives."""
    (tmp_path / "client_body").rmdir()

    with closing(connect(proxy)) as visitor:
        visitor.request("POST", "/", body=bytes(2**20))
        with visitor.getresponse() as answer:
            told = answer.read().decode()

    assert (answer.status, answer.headers["Content-Type"]) == (
        507,
        "text/html; charset=utf-8",
    )
    assert "no se guardó" in told
    assert portal.seen == []

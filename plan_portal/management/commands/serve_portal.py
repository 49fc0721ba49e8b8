"""Serves the portal on this machine with the production server."""

import errno
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connection

from agencies import mail, row_counts
from plan_portal.server import port_number
from strategic_areas.desk.rounds import notices

logger = logging.getLogger(__name__)

START_SECONDS = 60
MAIL_SECONDS = 60
STOP_SECONDS = 10


class Stopped(BaseException):
    """Ctrl-C or a termination signal."""


class Command(BaseCommand):
    help = "Serve on localhost until Ctrl-C; tell the address and who may sign in."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=port_number, default=8000)
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="Run prepare_portal first, in this process, which saves a start.",
        )

    def handle(self, *, port, workers, prepare, **options):
        refuse_busy_port(port)
        if prepare:
            call_command("prepare_portal", stdout=self.stdout, stderr=self.stderr)
            connection.close()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        self.stdout.write("Starting the server")
        server = start_server(port, workers)
        try:
            wait_until_ready(server, port)
            self.announce(port)
            threading.Thread(target=keep_sending_mail, daemon=True).start()
            status = server.wait()
        except Stopped:
            self.stdout.write("Stopped")
            return
        finally:
            end(server)
        raise CommandError(f"The server ended by itself, with status {status}")

    def announce(self, port):
        self.stdout.write(f"\nThe portal answers at http://localhost:{port}/")
        self.stdout.write(f"Staff sign in at http://localhost:{port}/gestion/\n\n")
        path = settings.VAR_DIR / "demo-accounts.json"
        if settings.EMBEDDED_DATABASE and path.is_file():
            self.stdout.write(account_table(json.loads(path.read_text())))
            self.stdout.write("\n")
        else:
            self.stdout.write("make_first_people makes the first two accounts.\n\n")
        self.stdout.write("Ctrl-C stops it.\n")
        self.stdout.flush()


def _stop(number, frame):
    raise Stopped


def refuse_busy_port(port):
    """Checks IPv6 too, which a browser may try first for localhost."""
    for family, address in (
        (socket.AF_INET, "127.0.0.1"),
        (socket.AF_INET6, "::1"),
    ):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Port {port} is in use: make run PORT={port + 1}"
                ) from None
            if family == socket.AF_INET:
                raise CommandError(f"Port {port}: {error.strerror}") from None


def start_server(port, workers):
    """In its own session, so that Ctrl-C reaches only this process."""
    command = [sys.executable, "-m", "plan_portal.server"]
    command += ["--port", str(port), "--workers", str(workers)]
    return subprocess.Popen(  # noqa: S603 - no part of it comes from outside
        command, cwd=settings.BASE_DIR, start_new_session=True
    )


def wait_until_ready(server, port):
    deadline = time.monotonic() + START_SECONDS
    reason = "no answer"
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise CommandError(f"The server did not start (status {server.poll()})")
        try:
            status, reason = ask(port)
        except (OSError, HTTPException):
            status = None
        if status == 200:
            return
        time.sleep(0.1)
    raise CommandError(f"The portal was not ready in {START_SECONDS} s: {reason}")


def ask(port):
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/salud/lista")
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def run_timers():
    notices.prepare_and_release_scorecards()
    mail.send_queue()
    row_counts.update_row_counts()


def keep_sending_mail(send=run_timers, pause=time.sleep):
    while True:
        try:
            send()
        except Exception:
            logger.exception("What is due each minute was not done")
        finally:
            connection.close()
        pause(MAIL_SECONDS)


def end(server):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    server.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def account_table(accounts):
    rows = [("Role", "User name", "Password", "Agency")]
    rows += [
        (
            account["role"].replace("_", " ").capitalize(),
            account["username"],
            account["password"],
            account["agency"] or "",
        )
        for account in accounts
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )

"""
A separate portal for each scenario: its database, its folder and its server.

The portal is made once for each engine, and copied for each scenario. It has the
shipped plan and the plan of tools/faults/world.py, in whose open round people report.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from http.client import HTTPException
from pathlib import Path

import psycopg2

from tools.benchmarks import servers
from tools.run_tests import find_server_binaries, throw_away_cluster

ROOT = servers.ROOT
#: As in deploy/systemd/plan-portal.service.
SERVER = [sys.executable, "-m", "plan_portal.server"]
#: Hands a socket to a command as systemd does, in the same process.
PASS_ON = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3);"
    "os.environ |= {'LISTEN_FDS': '1', 'LISTEN_PID': str(os.getpid())};"
    "os.execv(sys.argv[2], sys.argv[2:])"
)
TEMPLATE = "portal_template"


class Stage:
    """The portals to copy in a run, and the length of its long scenarios."""

    def __init__(self, folder, stack):
        self.folder, self._stack = Path(folder), stack
        self.minutes = float(os.environ.get("MINUTES") or 0)
        self.database = None
        self._made, self._number = set(), 0

    def seconds(self, short):
        """Duration: MINUTES in the long form, else ``short`` seconds."""
        return self.minutes * 60 or short

    @contextlib.contextmanager
    def portal(self, engine, **settings):
        """An unused portal."""
        template = self._template(engine)
        self._number += 1
        folder = self.folder / f"{engine}-{self._number}"
        shutil.copytree(template, folder, symlinks=True)
        port = servers.free_port()
        variables = surroundings(folder, port) | settings
        if engine == "postgresql":
            name = f"portal_{self._number}"
            self.database.make(name, TEMPLATE)
            variables["DATABASE_URL"] = self.database.address(name)
        portal = Portal(engine, folder, port, variables, self.database)
        try:
            yield portal
        finally:
            portal.kill()
            shutil.rmtree(folder, ignore_errors=True)

    def cluster(self):
        """The PostgreSQL of this run, started at the first use."""
        if self.database is None:
            binaries = find_server_binaries()
            if binaries is None:
                sys.exit("faults: install Debian's package postgresql")
            url = self._stack.enter_context(throw_away_cluster(binaries, durable=True))
            self.database = Cluster(binaries, url)
        return self.database

    def _template(self, engine):
        folder = self.folder / engine
        if engine in self._made:
            return folder
        folder.mkdir()
        variables = surroundings(folder, 8000)
        if engine == "postgresql":
            self.cluster().make(TEMPLATE)
            variables["DATABASE_URL"] = self.database.address(TEMPLATE)
        build = [sys.executable, "-m", "tools.faults.world"]
        subprocess.run(build, cwd=ROOT, env=os.environ | variables, check=True)
        self._made.add(engine)
        return folder


def surroundings(folder, port):
    """Environment of a portal: as in production, without TLS and second factors."""
    return {
        "ENV_FILE": "",
        "DATABASE_URL": "",
        "VAR_DIR": str(folder),
        "DEBUG": "false",
        "INSECURE_HTTP": "true",
        "SECRET_KEY": "for-faults-only",
        "SITE_URL": f"http://localhost:{port}",
        # Each person of a scenario has an address of her own, as behind a proxy.
        "CLIENT_ADDRESS_HEADER": "Visitor",
        "DJANGO_SETTINGS_MODULE": "plan_portal.settings",
    }


class Cluster(servers.Database):
    """The temporary server, with a database for each scenario."""

    def __init__(self, binaries, url):
        super().__init__(binaries, url, options="")
        self.url = url

    def address(self, name):
        return self.url.replace("/portal?", f"/{name}?")

    def make(self, name, template="template1"):
        with contextlib.closing(psycopg2.connect(self.address("postgres"))) as server:
            server.autocommit = True
            with server.cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop(self, name):
        with contextlib.closing(psycopg2.connect(self.address("postgres"))) as server:
            server.autocommit = True
            with server.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class Portal:
    """One copy of the portal, whose server can be started, killed and started again."""

    def __init__(self, engine, folder, port, variables, cluster):
        self.engine, self.folder, self.port = engine, folder, port
        self.variables, self.cluster = variables, cluster
        self.world = json.loads((folder / "world.json").read_text())
        self.process = self._listener = None
        self.log = folder / "server.log"

    @property
    def environment(self):
        return os.environ | self.variables

    def listen(self):
        """Open the socket that systemd would hold; it outlives the server."""
        if self._listener is None:
            self._listener = socket.socket()
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind(("127.0.0.1", self.port))
            self._listener.listen(1024)
        return self._listener

    def close(self):
        """Close the socket too, so that new connections are refused."""
        self._listener.close()
        self._listener = None

    def start(self, command=SERVER, *, folder=ROOT, patience=60, **variables):
        """Start the server on the socket of ``listen`` and wait until it answers."""
        listener = self.listen()

        environment = self.environment | variables
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PASS_ON, str(listener.fileno()), *command],
                cwd=folder,
                env=environment,
                stdout=output,
                stderr=output,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        self.wait_until_ready(patience)
        return self.process

    def start_own(self, command, *, folder, patience=60):
        """Start a server that opens its port itself, as earlier versions did."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.wait_until_ready(patience)

    def wait_until_ready(self, patience=60):
        """Wait until /salud/lista answers 200; return the seconds."""
        begun = time.monotonic()
        while time.monotonic() < begun + patience:
            if self.process and self.process.poll() is not None:
                break
            with contextlib.suppress(OSError, HTTPException):
                if servers.asked(self.port, "/salud/lista", timeout=5)[0] == 200:
                    return time.monotonic() - begun
            time.sleep(0.1)
        raise RuntimeError(f"the portal is not ready: {self.tail()}")

    def tail(self):
        return self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""

    def errors(self):
        """Lines of the server's log at level ERROR."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if '"level": "ERROR"' in line]

    def workers(self):
        """The processes that the server has started."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children]

    def stop(self):
        """Stop the server as systemd does, and wait for its end."""
        self.process.terminate()
        self.process.wait(20)

    def kill(self):
        """Kill the server and all its workers with SIGKILL."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def manage(self, *arguments, check=True, **variables):
        """Run a management command; return the process with its output."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=check,
        )

    def audit_fault(self):
        """The error that ``verify_audit`` reports; "" if there is none."""
        done = self.manage("verify_audit", check=False)
        return done.stdout.strip()[-200:] if done.returncode else ""

    def rows(self, query, *values):
        """Rows of a query, read directly from the database."""
        if self.engine == "sqlite":
            place = f"file:{self.folder / 'portal.sqlite3'}?mode=ro"
            with contextlib.closing(sqlite3.connect(place, uri=True)) as database:
                return database.execute(query.replace("%s", "?"), values).fetchall()
        with (
            contextlib.closing(
                psycopg2.connect(self.variables["DATABASE_URL"])
            ) as database,
            database.cursor() as cursor,
        ):
            cursor.execute(query, values)
            return cursor.fetchall()

    def change(self, statement):
        """Run a statement directly on PostgreSQL."""
        with contextlib.closing(
            psycopg2.connect(self.variables["DATABASE_URL"])
        ) as database:
            database.autocommit = True
            with database.cursor() as cursor:
                cursor.execute(statement)


@contextlib.contextmanager
def new_stage():
    """A stage in a temporary folder."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="plan-portal-faults-")
        )
        yield Stage(folder, stack)

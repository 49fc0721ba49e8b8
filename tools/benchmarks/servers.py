"""Servers on free ports, each on one processor if there are two."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parents[2]
#: One worker each, so that a figure is that of one processor.
COMMANDS = {
    "granian": (
        "-m granian --interface wsgi --no-ws --workers 1 --blocking-threads {threads} "
        "--log-level warning --host 127.0.0.1 --port {port} {application}"
    ),
    "gunicorn": (
        "-m gunicorn --worker-class gthread --workers 1 --threads 4 "
        "--no-control-socket --log-level warning --bind 127.0.0.1:{port} {application}"
    ),
}
NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 1024; }}
http {{
  access_log off; gzip_static on; keepalive_requests 1000000;
  client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def on_processor(number, command):
    """The command with a prefix that limits it to one processor, where possible."""
    if shutil.which("taskset") and os.cpu_count() > 1:
        return ["taskset", "-c", str(number), *command]
    return command


@contextlib.contextmanager
def serve(name, application, threads=1, **environment):
    """Port and process of a server with this application, until the block ends."""
    port = free_port()
    text = COMMANDS[name].format(port=port, application=application, threads=threads)
    with running([sys.executable, *text.split()], port, **environment) as process:
        yield port, process


@contextlib.contextmanager
def nginx(body, packed):
    """The port of an nginx that serves one compressed file; None without nginx."""
    if not shutil.which("nginx"):
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="plan-portal-nginx-"))
    folder.chmod(0o755)
    try:
        port = free_port()
        (folder / "index.html").write_bytes(body)
        (folder / "index.html.gz").write_bytes(packed)
        file = folder / "nginx.conf"
        file.write_text(NGINX.format(folder=folder, port=port))
        with running(["nginx", "-c", str(file)], port):
            yield port
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(command, port, patience=30, **environment):
    process = subprocess.Popen(
        on_processor(0, command),
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(port, patience)
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def wait_for(port, patience=30):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.1)
    sys.exit(f"The server on port {port} did not start")


def fetch(port, path="/", expected=200, **headers):
    """Headers, named in lower case, and body of one GET with the expected status."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Host": "localhost", **names})
        response = connection.getresponse()
        if response.status != expected:
            sys.exit(f"{path} answers {response.status}: there is nothing to measure")
        told = {name.lower(): value for name, value in response.getheaders()}
        return told, response.read()


def asked(port, path, timeout=60):
    """Status, milliseconds and body of one GET on its own connection."""
    begun = time.monotonic()
    with contextlib.closing(
        HTTPConnection("127.0.0.1", port, timeout=timeout)
    ) as connection:
        connection.request("GET", path, headers={"Host": "localhost"})
        response = connection.getresponse()
        body = response.read()
    return response.status, (time.monotonic() - begun) * 1000, body


def load(port, path="/", *, connections, seconds=1, **headers):
    """Requests a second, p99 in ms and the number of errors, measured by wrk."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for name, value in {"Host": "localhost", **headers}.items():
        command += ["-H", f"{name.replace('_', '-')}: {value}"]
    done = subprocess.run(
        on_processor(1, [*command, f"http://127.0.0.1:{port}{path}"]),
        capture_output=True,
        text=True,
        check=True,
    )
    told = done.stdout
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", told).groups()
    p99 = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    errors = int(errors.group(1)) if errors else 0
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1)), p99, errors


def megabytes(process):
    """Peak memory of any process of this server in MB."""
    peaks = [0]
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, AttributeError):
            if os.getsid(int(entry.name)) == process.pid:
                text = (entry / "status").read_text()
                peaks.append(int(re.search(r"VmHWM:\s+(\d+)", text).group(1)))
    return max(peaks) / 1024


def prepared_portal(folder, **environment):
    """The environment of a new portal in this folder, with the plan loaded."""
    variables = {
        "ENV_FILE": "",
        "VAR_DIR": str(folder),
        "DEBUG": "false",
        "INSECURE_HTTP": "true",
        "SHIPPED_PLANS": "true",
        "SECRET_KEY": "for-benchmarks-only",
        "SITE_URL": "http://localhost:8000",
        **environment,
    }
    subprocess.run(
        [sys.executable, "manage.py", "prepare_portal"],
        cwd=ROOT,
        env=os.environ | variables,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return variables


@contextlib.contextmanager
def portal(**settings):
    """Address and folder of a portal with the shipped plan, as `make run` has it."""
    port = free_port()
    site = f"http://localhost:{port}"
    command = COMMANDS["granian"].format(
        port=port, application="plan_portal.wsgi:application", threads=4
    )
    with tempfile.TemporaryDirectory() as folder:
        variables = prepared_portal(folder, SITE_URL=site, **settings)
        with running([sys.executable, *command.split()], port, **variables):
            yield site, Path(folder)


def write(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Database:
    """A temporary database server that can be stopped and frozen."""

    def __init__(self, binaries, url, options="-c fsync=off"):
        self.binaries, self.options = binaries, options
        self.folder = Path(parse_qs(urlsplit(url).query)["host"][0])

    def control(self, *command):
        """Run pg_ctl as the owner of the data, and wait for it."""
        data = self.folder / "data"
        owner = {"user": data.owner()} if os.geteuid() == 0 else {}
        options = f"-k {self.folder} -c listen_addresses= {self.options}"
        subprocess.run(
            [self.binaries / "pg_ctl", "-D", data, "-w", "-o", options, *command],
            **owner,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )

    def signal(self, number):
        """Send a signal to the server and all its processes."""
        server = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for process in (server, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), number)

"""
Requests per second of the portal's pages, as a share of a bare function's: make bench

Both run under the same server on this machine in turn, so that a ratio can be compared
between machines while the figures beside it cannot. Arguments: more addresses.
"""

import contextlib
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS, SECONDS, CONNECTIONS = 5, 2, 16
PATHS = ["/salud/viva", "/", "/en/"]


def main(arguments):
    prepare()
    with (
        server("tests.benchmarks.yardstick:application") as yardstick,
        server("plan_portal.wsgi:application") as portal,
    ):
        for path in PATHS + arguments:
            measure(yardstick, portal, path)
    return 0


def prepare():
    command = [sys.executable, "manage.py", "prepare_portal"]
    subprocess.run(command, cwd=ROOT, check=True)


@contextlib.contextmanager
def server(application):
    """One worker with one thread, on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--blocking-threads", "1", "--log-level", "warning", application]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def wait_for(port):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.1)
    sys.exit(f"The server on port {port} did not start")


def measure(yardstick, portal, path):
    """Rounds in turn, so that what slows the machine down slows both."""
    status = status_of(portal, path)
    if status != 200:
        sys.exit(f"{path} answers {status}: there is nothing to measure")
    rounds = [
        (requests_per_second(yardstick, "/"), requests_per_second(portal, path))
        for _ in range(ROUNDS)
    ]
    bare = statistics.median(rate for rate, _ in rounds)
    ours = statistics.median(rate for _, rate in rounds)
    ratios = [rate / of_bare for of_bare, rate in rounds]
    sys.stdout.write(
        f"{path}: {ours:.0f} of {bare:.0f} requests a second, "
        f"{statistics.median(ratios):.3f} ({min(ratios):.3f}-{max(ratios):.3f})\n"
    )
    sys.stdout.flush()


def status_of(port, path):
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status


def requests_per_second(port, path):
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s"]
        + [f"http://127.0.0.1:{port}{path}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

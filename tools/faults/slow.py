"""
Two hundred clients that send slowly, behind the shipped proxies and without a proxy.
"""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from tests import proxies
from tools.benchmarks import servers
from tools.faults import visitors
from tools.faults.telling import Outcome, counted, pace, percentile, scenario

SLOW = 200
#: A form whose rest comes a byte at a time. The portal refuses it unread without the
#: cookie and the origin of a genuine form, and without the header in which a proxy
#: states the visitor's address.
HEAD = (
    "POST /cuenta/login/ HTTP/1.1\r\nHost: localhost\r\n"
    "X-Forwarded-Proto: https\r\nVisitor: 203.0.113.9\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n"
    f"Cookie: __Host-csrf={'a' * 32}\r\nOrigin: {{site}}\r\n"
    "Content-Length: 4000\r\n\r\n"
)
KEYS = "5b9a1H7rNf0wq3vRkz0oY2mVb0Pp7TnqT9Xq0wG5Zks="


@contextlib.contextmanager
def behind(stage, name, engine):
    """A portal behind a shipped proxy, and the proxy's port."""
    port = servers.free_port()
    tls = {
        "INSECURE_HTTP": "false",
        "MFA_ENCRYPTION_KEYS": KEYS,
        "BEHIND_TLS_PROXY": "true",
        "SITE_URL": f"https://localhost:{port}",
    }
    with (
        stage.portal(engine, **tls) as portal,
        tempfile.TemporaryDirectory() as folder,
    ):
        portal.start()
        made = Path(folder)
        certificate = proxies.make_certificate(made)
        command = getattr(proxies, name)(
            made, certificate, portal.port, port, servers.free_port()
        )
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, **quiet) as process:
            try:
                servers.wait_for(port)
                yield portal, port
            finally:
                process.terminate()


@scenario(
    "F15",
    "Two hundred clients that send a form a byte at a time, behind nginx and Caddy",
    passes="p95 of the public pages at most 1 s, none fails; six such clients stop a "
    "server without a proxy (control)",
)
def slow_clients(stage, engine):
    outcome = Outcome("")
    for name in ("nginx", "caddy"):
        if not shutil.which(name):
            outcome.must(False, f"there is no {name} here")
            continue
        with behind(stage, name, engine) as (portal, port):
            answers = read_beside(stage, port)
            outcome.did += f"{name}: {counted(answers)}, {pace(answers)}; "
            late = percentile(answers, 0.95)
            outcome.must(late <= 1000, f"{name}: p95 {late:.0f} ms")
            wrong = [a for a in answers if a.status != 200]
            outcome.must(not wrong, f"{name}: {len(wrong)} pages failed")
            if name == "nginx":
                bare = at_the_bare_server(portal)
                outcome.did += f"no proxy, six forms: {counted(bare)}; "
                held = any(a.status == "no answer" for a in bare)
                outcome.must(held, "the control did not stop the bare server")
    outcome.did = outcome.did.rstrip("; ")
    return outcome


def read_beside(stage, port):
    """Answers to readers while the slow clients send."""
    with visitors.Crowd(port, people=4, tls=True):
        time.sleep(4)
    held = [open_slowly(port) for _ in range(SLOW)]
    done = threading.Event()
    dripping = threading.Thread(target=drip, args=[held, done])
    dripping.start()
    try:
        with visitors.Readers(port, rate=10, tls=True) as readers:
            time.sleep(stage.seconds(15))
    finally:
        done.set()
        dripping.join()
        for each in held:
            each.close()
    return readers.answers


def open_slowly(port):
    plain = socket.create_connection(("localhost", port), timeout=20)
    slow = proxies.TRUSTING.wrap_socket(plain, server_hostname="localhost")
    slow.sendall(HEAD.format(site=f"https://localhost:{port}").encode())
    return slow


def drip(held, done):
    while not done.wait(3):
        for each in held:
            with contextlib.suppress(OSError):
                each.sendall(b"a")


def at_the_bare_server(portal):
    """
    The same without a proxy, against which docs/operate.md warns.

    The clients come one after the other. Otherwise one process of the server takes them
    all, and the other one keeps its threads for readers.
    """
    head = HEAD.format(site=portal.variables["SITE_URL"]).encode()
    held = []
    for _ in range(6):
        held += visitors.hold_open(portal.port, head + b"a", 1)
        time.sleep(0.05)
    try:
        with visitors.Readers(portal.port, rate=2, patience=5) as readers:
            time.sleep(6)
    finally:
        for each in held:
            each.close()
    return readers.answers

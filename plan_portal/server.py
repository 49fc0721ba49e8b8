"""
Starts the production server: python -m plan_portal.server --host 127.0.0.1 --port 8000

All workers share one socket, systemd's if there is one
(deploy/systemd/plan-portal.socket), so that no waiting request is lost when a worker or
the server is replaced.
"""

import argparse
import os
import signal
import socket
import sys
import time

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.net import SocketHolder

#: File descriptor of the first socket that systemd passes (sd_listen_fds).
FIRST_PASSED = 3
BACKLOG = 1024
#: Seconds for a worker's last responses before it is killed: a request that never ends
#: would hold it. systemd waits 20 seconds for the server (TimeoutStopSec), podman 10.
GRACE = 8


def port_number(text):
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise argparse.ArgumentTypeError(f"must be from 1 to 65535, not {text}")
    return int(text)


#: Environment variable with the server's process id, for workers.
SERVER = "PLAN_PORTAL_SERVER"
#: Seconds to wait, so that the signals of all workers after a purge make one reload.
RELOAD_DELAY = 2


class Server(Granian):
    def __init__(self, application, listener, **options):
        super().__init__(application, backlog=BACKLOG, **options)
        self.listener = listener
        self.on_reload(self.merge_reload_signals)

    # In place of granian's method, which would open a socket.
    def _init_shared_socket(self):
        self.listener.setblocking(False)
        self.listener.set_inheritable(True)
        # A worker that ends closes each connection that has not asked anything yet, so
        # none is accepted without a request in its first seconds.
        if hasattr(socket, "TCP_DEFER_ACCEPT"):
            self.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
        self._sso = self.listener
        self._shd = SocketHolder(self.listener.fileno(), False, BACKLOG)

    def merge_reload_signals(self):
        time.sleep(RELOAD_DELAY)
        self.reload_signal = False
        if not self.interrupt_signal:
            self.main_loop_interrupt.clear()


def request_reload():
    """
    Ask the server to replace its workers one by one (SIGHUP), if this process is a
    worker.
    """
    server = os.environ.get(SERVER)
    if server == str(os.getppid()):
        os.kill(int(server), signal.SIGHUP)


def passed_socket():
    passed = os.environ.get("LISTEN_PID"), os.environ.get("LISTEN_FDS")
    ours = passed == (str(os.getpid()), "1")
    return socket.socket(fileno=FIRST_PASSED) if ours else None


def own_socket(host, port):
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        sys.exit(f"Port {port} of {host}: {error.strerror}")
    listener.listen(BACKLOG)
    return listener


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port_number, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--application", default="plan_portal.wsgi:application")
    parser.add_argument("--grace", type=int, default=GRACE)
    options = parser.parse_args()
    os.environ[SERVER] = str(os.getpid())
    server = Server(
        options.application,
        passed_socket() or own_socket(options.host, options.port),
        interface=Interfaces.WSGI,
        workers=options.workers,
        # While one thread waits for the database, the other serves readers.
        blocking_threads=2,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=options.grace,
        log_level=LogLevels.warning,
    )
    server.serve()


if __name__ == "__main__":
    main()

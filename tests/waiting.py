"""Wait for another process or thread."""

import socket
import time


def wait_until(holds, seconds=10, pause=0.05):
    """Ask again and again, so many seconds at most; whether it came to hold."""
    deadline = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < deadline:
        time.sleep(pause)
    return found


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

"""
How a worker has its server replace all workers, one after the other.

The server does so when it gets SIGHUP: a new worker begins first, and the old one
answers whom it serves before it ends.
"""

import os
import signal

#: The variable in which the server tells its workers its own number of a process.
SERVER = "PLAN_PORTAL_SERVER"


def name_server():
    """Let the workers of this process know whom to ask."""
    os.environ[SERVER] = str(os.getpid())


def ask_for_renewal():
    """Ask the server for new workers, if this process is a worker of it."""
    server = os.environ.get(SERVER)
    if server == str(os.getppid()):
        os.kill(int(server), signal.SIGHUP)

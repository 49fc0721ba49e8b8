"""How passwords are hashed: slowly for whoever guesses, not for whoever reads."""

from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from django.contrib.auth.hashers import Argon2PasswordHasher

#: How many more may wait while one is hashed. Each waiting one holds a thread of the
#: server: of gunicorn's four, one is left for readers.
WAITING = 2
#: Seconds that one waits for her turn before she is told to come back.
PATIENCE = 3
#: One at a time in a process: guesses at many passwords at once leave the processor to
#: the public pages, and need the memory of one.
_TURN = Lock()
_PLACES = BoundedSemaphore(1 + WAITING)


class BusyError(Exception):
    """Too many passwords wait to be hashed in this process; nothing was decided."""


@contextmanager
def turn():
    """Hold the one lane; ``BusyError`` where too many wait or it takes too long."""
    if not _PLACES.acquire(blocking=False):
        raise BusyError
    try:
        if not _TURN.acquire(timeout=PATIENCE):
            raise BusyError
        try:
            yield
        finally:
            _TURN.release()
    finally:
        _PLACES.release()


class OneLaneArgon2Hasher(Argon2PasswordHasher):
    """
    Argon2id with twice the work of OWASP's "m=47104 (46 MiB), t=1, p=1".

    Django's own takes 100 MiB and eight threads of the processor for each try, which
    is what a flood of wrong passwords would be made for. Source: OWASP Password Storage
    Cheat Sheet. What was hashed otherwise is written anew at the next sign-in.
    """

    time_cost = 2
    memory_cost = 47104
    parallelism = 1

    def encode(self, password, salt):
        with turn():
            return super().encode(password, salt)

    def verify(self, password, encoded):
        with turn():
            return super().verify(password, encoded)

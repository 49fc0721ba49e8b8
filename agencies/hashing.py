"""How passwords are hashed: slowly for whoever guesses, not for whoever reads."""

from contextlib import contextmanager
from threading import RLock

from django.contrib.auth.hashers import Argon2PasswordHasher

#: One at a time in a process, and nobody waits: guesses at many passwords at once leave
#: the processor to the public pages and need the memory of one. Whoever waited would
#: hold a thread of the server, which has two. A thread that holds it may hash in it.
_TURN = RLock()


class BusyError(Exception):
    """Another password is being hashed in this process; nothing was decided."""


@contextmanager
def turn():
    """Hold the one lane; ``BusyError`` where another holds it."""
    if not _TURN.acquire(blocking=False):
        raise BusyError
    try:
        yield
    finally:
        _TURN.release()


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

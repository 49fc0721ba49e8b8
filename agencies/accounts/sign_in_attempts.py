"""
Limits of sign-in attempts, checked before any password is hashed.

Limits count wrong passwords per account, and different accounts per network address, so
that one person's guesses do not block an office. Known browsers have their own
(``devices``).
"""

from dataclasses import dataclass, field
from hashlib import sha256

from django.core.cache import cache

from agencies.library_internals import consume, network_of

#: Seconds for which an account counts towards the limit "login_accounts".
TRIED_FOR = 60


@dataclass
class SignInAttempt:
    """What one attempt used up of each limit, or the limit that refused it."""

    refused_by: str = ""
    used: list = field(default_factory=list)
    mark: str = ""

    def rollback(self):
        for usage in self.used:
            usage.rollback()
        if self.mark:
            cache.delete(self.mark)

    def take_of(self, limit, request, key):
        self.take(request, limit, "login_failed", key)
        self.take(request, limit, "login_account", key, lasts=True)

    def take(self, request, limit, action, key=None, *, lasts=False):
        """
        Use up one unit of a limit; with ``lasts``, ``rollback`` does not return it.
        """
        if self.refused_by:
            return False
        usage = consume(request, action, key=key)
        if usage is None:
            self.refused_by = limit
        elif not lasts:
            self.used.append(usage)
        return usage is not None


def name_of(credentials):
    return credentials.get("email", credentials.get("username", "")).lower()


def count_attempt(request, name, device):
    """``device`` is "" for an unknown browser."""
    tries = SignInAttempt()
    if device:
        tries.take_of("device", request, f"device:{device}")
        return tries
    mark = f"tried:{network_of(request)}:{sha256(name.encode()).hexdigest()}"
    if cache.add(mark, True, timeout=TRIED_FOR):
        if not tries.take(request, "network", "login_accounts"):
            cache.delete(mark)
            return tries
        tries.mark = mark
    tries.take_of("account", request, name)
    return tries

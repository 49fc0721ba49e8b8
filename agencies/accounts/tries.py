"""
How many tries to sign in are taken before the rest is refused, without any hashing.

An account takes a few wrong passwords in some minutes, whoever sends them. An address
may try some different accounts in a minute; how often counts by the account alone, so
that one person's wrong guesses shut nobody else out of an office behind one address. A
browser in which the person has signed in before counts by itself (``devices``).
"""

from dataclasses import dataclass, field
from hashlib import sha256

from django.core.cache import cache

from agencies.library_internals import consume, network_of

#: Seconds for which an account counts as tried from an address; see "login_accounts".
TRIED_FOR = 60


@dataclass
class Tries:
    """What one try has used up of each limit, or by which limit it was refused."""

    refused_by: str = ""
    used: list = field(default_factory=list)
    mark: str = ""

    def rollback(self):
        """Forget the try, whose password was right."""
        for usage in self.used:
            usage.rollback()
        if self.mark:
            cache.delete(self.mark)

    def take_of(self, limit, request, key):
        """Use up one failure and one sign-in of an account or a browser."""
        self.take(request, limit, "login_failed", key)
        self.take(request, limit, "login_account", key, lasts=True)

    def take(self, request, limit, action, key=None, *, lasts=False):
        """
        Use up one of a limit, unless another has refused; whether it may go on.

        What ``lasts`` is not given back where the password was right.
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
    """The name that was typed, by which the tries of an account count."""
    return credentials.get("email", credentials.get("username", "")).lower()


def count(request, name, device):
    """
    Count a try to sign in to the account of a ``name`` that was typed.

    ``device`` names the browser, if somebody has signed in to this account in it.
    """
    tries = Tries()
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

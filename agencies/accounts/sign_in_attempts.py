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

#: Attempts on one account within these seconds count once for "login_accounts".
TRIED_FOR = 60


@dataclass
class SignInAttempt:
    """
    The units that one attempt used up, or the limit that refused it.

    ``give_back`` returns the units after a successful sign-in. ``counted_key`` is the
    cache key that shows that the account was counted for this network address.
    """

    refused_by: str = ""
    used: list = field(default_factory=list)
    counted_key: str = ""

    def give_back(self):
        for usage in self.used:
            usage.rollback()
        if self.counted_key:
            cache.delete(self.counted_key)

    def use_account_limits(self, limit, request, key):
        self.use(request, limit, "login_failed", key)
        self.use(request, limit, "login_account", key, is_kept=True)

    def use(self, request, limit, action, key=None, *, is_kept=False):
        """
        Use up one unit of ``action`` and return whether one was left.

        ``limit`` names it in ``refused_by``. With ``is_kept``, ``rollback`` does not
        return the unit.
        """
        if self.refused_by:
            return False
        usage = consume(request, action, key=key)
        if usage is None:
            self.refused_by = limit
        elif not is_kept:
            self.used.append(usage)
        return usage is not None


def name_of(credentials):
    return credentials.get("email", credentials.get("username", "")).lower()


def count_attempt(request, name, device):
    """``device`` is "" for an unknown browser."""
    attempt = SignInAttempt()
    if device:
        attempt.use_account_limits("device", request, f"device:{device}")
        return attempt
    counted_key = f"tried:{network_of(request)}:{sha256(name.encode()).hexdigest()}"
    if cache.add(counted_key, True, timeout=TRIED_FOR):
        if not attempt.use(request, "network", "login_accounts"):
            cache.delete(counted_key)
            return attempt
        attempt.counted_key = counted_key
    attempt.use_account_limits("account", request, name)
    return attempt

"""
A limit that was reached: one entry for it, however often it is tried beyond it.

Somebody who guesses passwords thirty times a second must not fill the record with what
the limit refuses; that it was reached, where and by whom is what tells of it.
"""

from hashlib import sha256

from django.core.cache import cache

from agencies.allauth_internals import network_of
from agencies.audit.events import Event
from agencies.audit.recording import record

#: Seconds for which a limit once told is not told again: the longest that one counts.
TOLD_FOR = 300


def mark_account(request, name, account):
    """Say that it is the limit of one account that refused, wherever she asks from."""
    request.account_at_limit = (name, account)


def record_limit(request, address):
    """
    Record that the limit of an address was reached, unless that was just told.

    Of the same place, as the limit counts it: a guesser has a whole IPv6 network.
    """
    name, account = getattr(request, "account_at_limit", ("", None))
    whose = "of_account" if name else "of_network_address"
    told = f"{address} {whose} {name or network_of(request)}"
    key = f"limit-told:{sha256(told.encode()).hexdigest()}"
    if cache.add(key, True, timeout=TOLD_FOR):
        record(
            Event.LIMIT_REACHED,
            request=request,
            obj=account,
            address=address,
            limit=whose,
        )

"""
Refusals on staff pages: what was denied to whom, and which limits were reached.

Nobody may fill the record, from which nothing is ever deleted, by asking for what she
is refused. So denials are counted, and that a limit was reached is recorded once for a
while.
"""

import time
from hashlib import sha256

from django.core.cache import cache

from agencies.access import is_staff_address
from agencies.allauth_internals import network_of, refuse_beyond_limit
from agencies.audit.events import Event
from agencies.audit.recording import is_code, record

DENIED, TOO_MANY = {403, 404}, 429
#: Seconds for which a limit is recorded once: the longest for which one counts.
RECORDED_FOR = 300
#: Seconds for which the denials of one account are counted together.
COUNTED_FOR = 60 * 60


class DenialMiddleware:
    """
    Records a refusal after its answer was made, so that no transaction rolls it back.

    Every 403 and 404 of a signed-in person counts as a denial. An address that exists
    and answers 404 is an object that the person may not see; one that does not exist at
    all is only a typing error. Of the denials of one account and status within an hour
    the first, tenth, hundredth and so on have an entry, which says how many there were.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        match, status = request.resolver_match, response.status_code
        if match is None or not match.url_name or not is_staff_address(match):
            return response
        if status == TOO_MANY:
            record_limit(request, match.view_name)
        elif status in DENIED and request.user.is_authenticated:
            number = count_denial(request.user, status)
            if is_power_of_ten(number):
                self._record_denial(request, match, status, number)
        return response

    def _record_denial(self, request, match, status, number):
        asked = {
            f"asked_{name}": value
            for name, value in match.kwargs.items()
            if isinstance(value, int) or is_code(value)
        }
        record(
            Event.ACCESS_DENIED,
            request=request,
            address=match.view_name,
            method=request.method.lower(),
            status=status,
            times=number,
            **asked,
        )


def count_denial(user, status):
    """Count a denial; how many this account had with this status in this hour."""
    hour = int(time.time()) // COUNTED_FOR
    key = f"denials:{user.pk}:{status}:{hour}"
    number = cache.get(key, 0) + 1
    # Not ``incr``: in the database that would forget the number after five minutes.
    cache.set(key, number, timeout=2 * COUNTED_FOR)
    return number


def is_power_of_ten(number):
    return f"{number}".rstrip("0") == "1"


def note_account_at_limit(request, name, account):
    """
    Note that a request was refused by the limit of one account, not of its network.

    ``name`` is what the limit counts by, ``account`` the account or None.
    """
    request.account_at_limit = (name, account)


def record_limit(request, address):
    """Record that a limit of this page was reached, unless that was just recorded."""
    name, account = getattr(request, "account_at_limit", ("", None))
    limit = "of_account" if name else "of_network_address"
    reached = f"{address} {limit} {name or network_of(request)}"
    key = f"limit-told:{sha256(reached.encode()).hexdigest()}"
    if cache.add(key, True, timeout=RECORDED_FOR):
        record(
            Event.LIMIT_REACHED,
            request=request,
            obj=account,
            address=address,
            limit=limit,
        )


def take_out(request, obj, *, agency, event=Event.EXPORTED, **facts):
    """
    Record that unpublished data leaves as a file.

    Raises ``ImmediateHttpResponse`` with status 429 when the person has taken out too
    many files within a minute.
    """
    refuse_beyond_limit(request, "taken_out")
    record(event, request=request, obj=obj, agency=agency, **facts)

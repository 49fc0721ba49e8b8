"""A place that a limit on signing in has just refused is refused again at once."""

import time

from allauth.core.internal.ratelimit import get_ip
from allauth.core.ratelimit import respond_429

#: Not asked of the resolver: this is decided before anything else is.
SIGN_IN = "/cuenta/login/"
#: Seconds. Short: the limit itself, which all processes share, goes on deciding.
HELD_FOR = 2
#: How many places are remembered; more are forgotten together.
MOST = 1000


def is_sign_in(request):
    """True for a name and a password that are sent in."""
    return request.method == "POST" and request.path_info == SIGN_IN


class HoldOffMiddleware:
    """
    Answers 429 to a flood of sign-ins without a session, a count or the database.

    What it remembers is this process's own and only ever what the shared limit of a
    network address said within the last seconds, of just the place that this limit
    counts: of IPv6 the network. An account's own limit holds off nobody: it must not
    shut out a whole office.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.until = {}

    def __call__(self, request):
        if not is_sign_in(request):
            return self.get_response(request)
        place = get_ip(request)
        if time.monotonic() < self.until.get(place, 0):
            return respond_429(request)
        response = self.get_response(request)
        is_of_account = hasattr(request, "limit_of_account")
        if response.status_code == 429 and not is_of_account:
            self._hold_off(place)
        return response

    def _hold_off(self, place):
        if len(self.until) >= MOST:
            self.until.clear()
        self.until[place] = time.monotonic() + HELD_FOR

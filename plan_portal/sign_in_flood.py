"""
Keeps floods of sign-ins from slowing down the public pages.

A refusal by allauth costs as much as dozens of pages, and hashing one password takes a
tenth of a second. The counters live in each process.
"""

import time
from collections import deque
from threading import Lock

from django.http import UnreadablePostError
from django.utils.log import log_response

from agencies.accounts import devices
from agencies.library_internals import network_of
from plan_portal.errors import error_page, too_many_requests

#: Written out, since this middleware runs before URL resolution.
SIGN_IN = "/cuenta/login/"
#: Seconds in which a refused network is refused again without a query. Short, since
#: allauth's limit, shared by all processes, decides.
REFUSED_FOR = 2
#: The same for an account or a browser. Longer, since a flood that goes through several
#: accounts comes back to each later.
ACCOUNT_REFUSED_FOR = 10
#: Maximum of remembered refusals and floods, and of senders; beyond it all are
#: forgotten.
MAX_REMEMBERED = 1000
#: A flood: FLOOD_COUNT sign-ins of one network, of one known browser or of all unknown
#: browsers together within FLOOD_WINDOW seconds, more than an office sends to one
#: process. It counts as one for FLOOD_LASTS seconds; every FLOOD_ADMITS_EVERY seconds
#: one of its sign-ins is let through.
FLOOD_COUNT, FLOOD_WINDOW, FLOOD_LASTS, FLOOD_ADMITS_EVERY = 40, 5, 60, 10
#: The key under which sign-ins of all browsers without the cookie are counted.
ALL_UNKNOWN_BROWSERS = ""
#: Held while this process works on a sign-in.
SIGN_IN_LOCK = Lock()
RETRY_AFTER = "5"


class SignInFloodMiddleware:
    """
    Refuses excess sign-ins before a session or a query is needed.

    429: a limit refused this network, account or browser within the last seconds; a
    browser that signed in before is refused only for what it sends itself. 503: this
    process already handles a sign-in, or the network, the known browser or all unknown
    browsers together send a flood; no failure is counted. Sign-ins with a passkey have
    another URL and are not limited here.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.marked_until = {}
        self.sent_at = {}

    def __call__(self, request):
        if request.method != "POST" or request.path_info != SIGN_IN:
            return self.get_response(request)
        device = devices.known_device(request)
        network = network_of(request)
        if not device and self._is_marked("short refusal", network):
            return too_many_requests(request)
        try:
            # Read before taking the lock: it takes long over a poor connection.
            name = request.POST.get("login", "").lower()
        except UnreadablePostError:
            return error_page(request, 400)
        # ``refused_by`` names one of these; a device is a browser with the cookie.
        key_by_limit = {"device": device, "account": name, "network": network}
        if device:  # counted by itself: its key replaces the account and the network
            key_by_limit = dict.fromkeys(key_by_limit, device)
        is_of_flood = self._count_and_check_flood(key_by_limit["network"]) or (
            not device and self._count_and_check_flood(ALL_UNKNOWN_BROWSERS)
        )
        if self._is_marked("long refusal", key_by_limit["account"]):
            return too_many_requests(request)
        if is_of_flood:
            return busy(request)
        response = self._respond_alone(request)
        if response.status_code == 429:
            limit = getattr(request, "refused_by", "network")
            # A browser is refused for as long as an account.
            is_long = device or limit != "network"
            self._mark(
                "long refusal" if is_long else "short refusal",
                key_by_limit[limit],
                ACCOUNT_REFUSED_FOR if is_long else REFUSED_FOR,
            )
        return response

    def _respond_alone(self, request):
        if not SIGN_IN_LOCK.acquire(blocking=False):
            return busy(request)
        try:
            return self.get_response(request)
        finally:
            SIGN_IN_LOCK.release()

    def _count_and_check_flood(self, sender):
        """Count a sign-in; whether it is refused as part of a flood."""
        now, sent = time.monotonic(), self.sent_at.get(sender)
        if sent is None:
            if len(self.sent_at) >= MAX_REMEMBERED:
                self.sent_at.clear()
            sent = self.sent_at[sender] = deque(maxlen=FLOOD_COUNT)
        if len(sent) == FLOOD_COUNT and now - sent[0] < FLOOD_WINDOW:
            self._mark("flood", sender, FLOOD_LASTS)
        sent.append(now)
        is_flood = self._is_marked("flood", sender)
        if is_flood and not self._is_marked("one let through", sender):
            self._mark("one let through", sender, FLOOD_ADMITS_EVERY)
            return False
        return is_flood

    def _is_marked(self, kind, key):
        return time.monotonic() < self.marked_until.get((kind, key), 0)

    def _mark(self, kind, key, seconds):
        if len(self.marked_until) >= MAX_REMEMBERED:
            self.marked_until.clear()
        self.marked_until[kind, key] = time.monotonic() + seconds


def busy(request):
    response = error_page(request, 503, "503_busy.html")
    response.headers["Retry-After"] = RETRY_AFTER
    # Django would log this 503 as an error.
    log_response(
        "%s: %s",
        response.reason_phrase,
        request.path,
        response=response,
        request=request,
        level="warning",
    )
    return response

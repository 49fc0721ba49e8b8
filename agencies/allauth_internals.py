"""
What the portal needs from modules that allauth calls internal.

No other module imports them. ``tests/agencies/test_allauth_internals.py`` holds what is
relied on here, and names what to read again when a new version of allauth breaks it.
"""

from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.core.ratelimit import respond_429
from django.conf import settings

ACCOUNT = "allauth.account"
#: The limit on failures to sign in that counts by account and not by network.
FAILURES_OF_ACCOUNT = {
    "login_failed": ",".join(
        rate
        for rate in settings.ACCOUNT_RATE_LIMITS["login_failed"].split(",")
        if rate.endswith("/key")
    )
}
#: How many files one person may upload: those of two reports in a minute, and more.
UPLOADS = {"upload": "12/m/user"}


def record_password(request, user, **facts):
    """Note in the session that the person has just typed the account's password."""
    record_authentication(request, user, method="password", **facts)


def network_of(request):
    """What limits count a request by: its IPv4 address, or its IPv6 network."""
    return ratelimit.get_ip(request)


def refuse_beyond_limit(request, action):
    """
    Count a request under a limit of ``ACCOUNT_RATE_LIMITS``, a GET like any other.

    allauth's own way counts no GET. Raises ``ImmediateHttpResponse`` with the page of
    status 429 when the limit is reached.
    """
    if not ratelimit.consume(request, app=ACCOUNT, action=action, limit_get=True):
        raise ImmediateHttpResponse(respond_429(request))


def too_many_uploads(request):
    """Count one file of the person who is signed in; beyond her limit, the 429 page."""
    about = {"app": ACCOUNT, "action": "upload", "config": UPLOADS}
    if ratelimit.consume(request, user=request.user, **about):
        return None
    return respond_429(request)


def is_account_at_limit(request, key):
    """True when sign-ins to one account have failed too often; it counts nothing."""
    return not ratelimit.consume(
        request,
        app=ACCOUNT,
        action="login_failed",
        config=FAILURES_OF_ACCOUNT,
        key=key,
        dry_run=True,
    )


def forget_failures_of_account(request, key):
    """
    Forget the failed sign-ins to one account.

    allauth's own way would also forget those that came from the network of the request.
    """
    ratelimit.clear(
        request,
        app=ACCOUNT,
        action="login_failed",
        config=FAILURES_OF_ACCOUNT,
        key=key,
    )

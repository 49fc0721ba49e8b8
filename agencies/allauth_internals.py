"""
What the portal needs from modules that allauth calls internal.

No other module imports them. ``tests/agencies/test_allauth_internals.py`` holds what is
relied on here, and names what to read again when a new version of allauth breaks it.
"""

from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.core.ratelimit import respond_429

ACCOUNT = "allauth.account"
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
    if not consume(request, action):
        raise ImmediateHttpResponse(respond_429(request))


def too_many_uploads(request):
    """Count one file of the person who is signed in; beyond her limit, the 429 page."""
    about = {"app": ACCOUNT, "action": "upload", "config": UPLOADS}
    if ratelimit.consume(request, user=request.user, **about):
        return None
    return respond_429(request)


def consume(request, action, *, key=None):
    """
    Use up one of each limit of an action; None where one of them refuses.

    What is returned has ``rollback``, which gives it back.
    """
    return ratelimit.consume(
        request, app=ACCOUNT, action=action, key=key, limit_get=True
    )


def forget_failures_of_account(request, key):
    """Forget the failed sign-ins to one account, from wherever they came."""
    ratelimit.clear(request, app=ACCOUNT, action="login_failed", key=key)

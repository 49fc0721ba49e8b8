"""
What the portal needs of libraries that they do not offer to everybody.

No other module takes it, but ``plan_portal.server``, which runs without Django.
``tests/agencies/test_library_internals.py`` names what to read again when a new version
breaks it.
"""

from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.core.ratelimit import respond_429


def record_password(request, user, **facts):
    """Note in the session that the person has just typed the account's password."""
    record_authentication(request, user, method="password", **facts)


def has_new_password(user):
    """Whether a password was set, and not only hashed anew by a stronger method."""
    return user._password is not None


def network_of(request):
    """What limits count a request by: its IPv4 address, or its IPv6 network."""
    return ratelimit.get_ip(request)


def refuse_beyond_limit(request, action):
    """Raise ``ImmediateHttpResponse`` with status 429 when the limit is reached."""
    if not consume(request, action):
        raise ImmediateHttpResponse(respond_429(request))


def consume(request, action, *, key=None):
    """
    Use up one of each limit of an action; None where one of them refuses.

    ``ACCOUNT_RATE_LIMITS`` holds the limits. A GET counts too, which it does not in
    allauth's own way. What is returned has ``rollback``, which gives it back.
    """
    return ratelimit.consume(
        request, app="allauth.account", action=action, key=key, limit_get=True
    )

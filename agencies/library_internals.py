"""
Uses of private interfaces of libraries, in one place.

``plan_portal.server``, which runs without Django, has the only others. If a new version
breaks one, ``tests/agencies/test_library_internals.py`` fails.
"""

from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.core.ratelimit import respond_429


def record_password_authentication(request, user, **facts):
    record_authentication(request, user, method="password", **facts)


def has_new_password(user):
    """Whether a password was set, and not only rehashed."""
    return user._password is not None


def bucket_key(storage, name):
    """
    The key of a file in an S3 store. An error for a name outside the storage's folder.
    """
    return storage._normalize_name(name)


def network_of(request):
    """The key of limits: the IPv4 address, or the IPv6 network."""
    return ratelimit.get_ip(request)


def refuse_beyond_limit(request, action):
    """Raise ``ImmediateHttpResponse`` with status 429 if the limit is reached."""
    if not consume(request, action):
        raise ImmediateHttpResponse(respond_429(request))


def consume(request, action, *, key=None):
    """
    Use up one unit of each limit of an action (``ACCOUNT_RATE_LIMITS``).

    None if a limit refuses; otherwise an object whose ``rollback`` returns the units.
    Unlike in allauth, GET requests count too.
    """
    return ratelimit.consume(
        request, app="allauth.account", action=action, key=key, limit_get=True
    )

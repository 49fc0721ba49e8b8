"""
The cookie of a browser in which somebody has signed in before.

Wrong tries of others can shut an account, or an office that shares one address. From a
browser with this cookie the right password still opens that account, and no other; a
new password makes it worthless.
"""

import secrets

from django.conf import settings
from django.core import signing

from agencies.audit.receivers import tried_account

SALT = "agencies.devices"
#: For how long a browser is known after somebody signed in.
SECONDS = 180 * 24 * 60 * 60
#: How much of the hash that follows the password stands in the cookie.
HASH = 16


def remember_device(response, user):
    said = [user.pk, secrets.token_hex(8), user.get_session_auth_hash()[:HASH]]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(said, salt=SALT),
        max_age=SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known_device(request):
    """What the cookie says, if this portal signed it; else None."""
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME)
    if not cookie:
        return None
    try:
        return tuple(signing.loads(cookie, salt=SALT, max_age=SECONDS))
    except signing.BadSignature:
        return None


def device_of_account(request, credentials):
    """The name of the browser, if somebody signed in to this account in it; else ""."""
    said = known_device(request)
    user = said and tried_account(credentials)
    if not user or (user.pk, user.get_session_auth_hash()[:HASH]) != said[::2]:
        return ""
    return said[1]

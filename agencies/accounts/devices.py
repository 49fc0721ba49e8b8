"""
Cookie of a browser in which a person has signed in before.

Failed attempts of others can block an account or a shared address. With this cookie the
right password still works, for that account only. A new password ends the cookie.
"""

import secrets

from django.conf import settings
from django.core import signing

from agencies.audit.receivers import tried_account

SALT = "agencies.devices"
#: Lifetime of the cookie.
SECONDS = 180 * 24 * 60 * 60
#: Length of the password-dependent hash in the cookie.
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
    """The content of the cookie, or None if its signature is not valid."""
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME)
    if not cookie:
        return None
    try:
        return tuple(signing.loads(cookie, salt=SALT, max_age=SECONDS))
    except signing.BadSignature:
        return None


def device_of_account(request, credentials):
    """The id of the browser if it signed in to this account before; otherwise ""."""
    said = known_device(request)
    user = said and tried_account(credentials)
    if not user or (user.pk, user.get_session_auth_hash()[:HASH]) != said[::2]:
        return ""
    return said[1]

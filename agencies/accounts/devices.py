"""
Cookie of a browser in which a person has signed in before.

Failed attempts of others can block an account or a shared network address. With this
cookie the right password still works, for that account only. A new password makes the
cookie invalid.
"""

import secrets

from django.conf import settings
from django.core import signing

from agencies.audit.receivers import tried_account

SALT = "agencies.devices"
#: Lifetime of the cookie.
SECONDS = 180 * 24 * 60 * 60
#: Length of the password-dependent hash in the cookie.
HASH_LENGTH = 16


def remember_device(response, user):
    browser = secrets.token_hex(8)
    content = [user.pk, browser, user.get_session_auth_hash()[:HASH_LENGTH]]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(content, salt=SALT),
        max_age=SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known_device(request):
    """
    Account, browser and hash that the cookie holds, or None if its signature is wrong.
    """
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME)
    if not cookie:
        return None
    try:
        return tuple(signing.loads(cookie, salt=SALT, max_age=SECONDS))
    except signing.BadSignature:
        return None


def device_of_account(request, credentials):
    """The id of the browser if it signed in to this account before; otherwise ""."""
    device = known_device(request)
    user = device and tried_account(credentials)
    if not user or (user.pk, user.get_session_auth_hash()[:HASH_LENGTH]) != device[::2]:
        return ""
    return device[1]

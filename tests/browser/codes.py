"""The codes of an app, for a browser, which takes its time to send them."""

import time

from tests.make.people import totp_code

#: In seconds: how long the app shows a code, and how long a page may take to send it.
SHOWN, SENT_IN = 30, 4


def lasting_code(secret):
    """What the app shows; the next code if this one would soon be refused."""
    left = SHOWN - time.time() % SHOWN
    if left < SENT_IN:
        time.sleep(left)
    return totp_code(secret)

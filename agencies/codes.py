"""Secrets of invitations, which stand in a link or are copied from paper by hand."""

import secrets

from django.utils.crypto import salted_hmac

#: Letters and digits that nobody mistakes for each other; 26 of them are 130 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26


def new_secret():
    """A new random secret."""
    return "".join(secrets.choice(ALPHABET) for _number in range(LENGTH))


def plain_secret(typed):
    """A secret that was typed: without spaces or dashes, O as 0, I and L as 1."""
    letters = "".join(each for each in typed.upper() if each.isalnum())
    return letters.translate(str.maketrans("OIL", "011"))


def digest_of(secret):
    """The hash of a secret; it is keyed, so that the table alone gives no link away."""
    return salted_hmac(
        "agencies.invitations", plain_secret(secret), algorithm="sha256"
    ).hexdigest()


def in_groups(secret):
    """The secret in groups of five, which are easy to copy from paper."""
    return "-".join(secret[at : at + 5] for at in range(0, len(secret), 5))

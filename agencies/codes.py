"""Secrets of invitations: in a link, or copied from paper by hand."""

import secrets

from django.utils.crypto import salted_hmac

#: Letters and digits that nobody takes for another; 26 of them are 130 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26


def new():
    return "".join(secrets.choice(ALPHABET) for _number in range(LENGTH))


def plain_secret(typed):
    """What somebody typed from paper: no blanks or dashes, O is 0, I and L are 1."""
    letters = "".join(each for each in typed.upper() if each.isalnum())
    return letters.translate(str.maketrans("OIL", "011"))


def digest_of(secret):
    """Keyed, so that whoever reads the table alone can make no link."""
    return salted_hmac(
        "agencies.invitations", plain_secret(secret), algorithm="sha256"
    ).hexdigest()


def printed(secret):
    """The secret in groups that are easy to copy from paper."""
    return "-".join(secret[at : at + 5] for at in range(0, len(secret), 5))

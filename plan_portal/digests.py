"""
Digests that the public reads, keyed with a secret.

Somebody who holds a file but for one number could try that number against a plain sum.
"""

import hmac
from functools import cache
from hashlib import sha256

from django.conf import settings


@cache
def _key():
    """The same in every process of the portal, and no other use of the secret's."""
    return sha256(f"public digests:{settings.SECRET_KEY}".encode()).digest()


def digest(content: bytes, length=24) -> str:
    """The first ``length`` characters of the content's digest."""
    return hmac.new(_key(), content, sha256).hexdigest()[:length]

"""Second factors: how their secrets are kept, and when one may be removed."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

#: The kinds of second factors; recovery codes only stand in for one.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
#: Where a factor keeps its secret: that of an app, and that of recovery codes.
SECRETS = ["secret", "seed"]


class FactorAdapter(DefaultMFAAdapter):
    """
    Stores secrets encrypted under the first of ``MFA_ENCRYPTION_KEYS``.

    The other keys still decrypt what was encrypted under them, so a key can be changed.
    """

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "This is your only second factor, and this portal requires one. Add "
            "another first."
        ),
        "cannot_generate_recovery_codes": _(
            "Recovery codes stand in for a second factor: add one first."
        ),
        "incorrect_code": _("The code is not right."),
    }

    def encrypt(self, text):
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return _opened(_keys().decrypt, encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator):
        if not settings.REQUIRE_SECOND_FACTOR:
            return True
        return factors_of(authenticator.user).exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user, type):
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Key %(number)d") % {"number": number}


def with_factor(accounts):
    """The accounts, each with ``proven_twice``: whether it has a second factor."""
    own = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return accounts.annotate(proven_twice=Exists(own))


def factors_of(user):
    """The second factors of an account, recovery codes left out."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS)


@transaction.atomic
def close_anew():
    """
    Encrypt every secret again under the first key, and return the number of factors.

    Afterwards the other keys decrypt nothing and may be thrown away. Raises
    ``ImproperlyConfigured`` when a secret was encrypted under a key that is missing.
    """
    changed = 0
    for factor in Authenticator.objects.select_for_update().order_by("pk"):
        held = [name for name in SECRETS if name in factor.data]
        for name in held:
            closed = factor.data[name].encode()
            factor.data[name] = _opened(_keys().rotate, closed).decode()
        if held:
            factor.save(update_fields=["data"])
            changed += 1
    return changed


def _opened(step, closed):
    """The result of decrypting or rotating a secret; says it when no key opens it."""
    from cryptography.fernet import InvalidToken

    try:
        return step(closed)
    except InvalidToken:
        raise ImproperlyConfigured(
            "No key of MFA_ENCRYPTION_KEYS opens a stored second factor: "
            "add the key that was in use"
        ) from None


def _keys():
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(key) for key in settings.MFA_ENCRYPTION_KEYS])

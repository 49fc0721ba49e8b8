"""
Second factors: encryption of their secrets, and recovery of a lost factor.

One administrator asks for a recovery and another confirms; neither may be the owner.
"""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_lazy as _

from agencies import access, audit
from agencies.access import RefusedError
from agencies.accounts.closing import end_sessions
from agencies.accounts.sign_in import send_notice
from agencies.decisions import (
    Decision,
    DecisionQuerySet,
    DecisionStatus,
    PersonSteps,
    status_field,
)
from agencies.fields import DeclaredFields, internal
from agencies.models import User

#: Second factors. Recovery codes, also authenticators of allauth, are used in place of
#: one.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
#: Entries of an authenticator's data: the secret of an app, the seed of recovery codes.
ENCRYPTED_ENTRIES = ["secret", "seed"]


class FactorAdapter(DefaultMFAAdapter):
    """
    Encrypts secrets with the first of ``MFA_ENCRYPTION_KEYS``; the others still
    decrypt.
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
        return _apply_key(_keys().decrypt, encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator):
        if not settings.REQUIRE_SECOND_FACTOR:
            return True
        return factors_of(authenticator.user).exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user, type):
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Key %(number)d") % {"number": number}


def annotate_has_factor(accounts):
    own = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return accounts.annotate(has_second_factor=Exists(own))


def factors_of(user):
    """The second factors of an account, without recovery codes."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS)


@transaction.atomic
def reencrypt_secrets():
    """
    Encrypt every secret with the first key; return how many authenticators changed.

    Raises ``ImproperlyConfigured`` if a key is missing.
    """
    changed = 0
    for factor in Authenticator.objects.select_for_update().order_by("pk"):
        names = [name for name in ENCRYPTED_ENTRIES if name in factor.data]
        for name in names:
            token = factor.data[name].encode()
            factor.data[name] = _apply_key(_keys().rotate, token).decode()
        if names:
            factor.save(update_fields=["data"])
            changed += 1
    return changed


def _apply_key(operation, token):
    from cryptography.fernet import InvalidToken

    try:
        return operation(token)
    except InvalidToken:
        raise ImproperlyConfigured(
            "No key of MFA_ENCRYPTION_KEYS opens a stored second factor: "
            "add the key that was in use"
        ) from None


def _keys():
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(key) for key in settings.MFA_ENCRYPTION_KEYS])


class FactorResetQuerySet(DecisionQuerySet):
    def visible_to(self, user):
        may_see = access.is_administrator(user)
        return self.select_related("user") if may_see else self.none()


class FactorReset(Decision):
    """
    To people it is called the recovery of a second factor.

    ``way`` is how an administrator made sure that the account's owner asks.
    """

    class Way(models.TextChoices):
        IN_PERSON = "in_person", _("In person, with an identity document")
        VIDEO = "video", _("By a video call with somebody who knows them")
        SUPERIOR = "superior", _("By a letter from their superior")

    user = models.ForeignKey(
        User, models.PROTECT, related_name="factor_resets", verbose_name=_("account")
    )
    way = models.CharField(
        _("how it was made sure who asks"), max_length=20, choices=Way
    )
    status = status_field(
        pending=_("Waiting"), approved=_("Done"), declined=_("Refused")
    )

    fields = DeclaredFields(*internal("way"), *Decision.fields)

    objects = FactorResetQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("recovery of a second factor")
        verbose_name_plural = _("recoveries of second factors")
        constraints = [
            *Decision.Meta.constraints,
            models.UniqueConstraint(
                name="factorreset_one_waits_per_account",
                fields=["user"],
                condition=Q(status="pending"),
                violation_error_message=_("This was asked for already."),
            ),
            models.CheckConstraint(
                name="factorreset_takes_two_others",
                condition=~Q(proposed_by=F("user"))
                & (~Q(status__in=["applying", "approved"]) | ~Q(decided_by=F("user"))),
                violation_error_message=_(
                    "It takes two administrators, neither of them the account's owner."
                ),
            ),
        ]

    def __str__(self):
        day = date_format(localtime(self.proposed_at), "SHORT_DATE_FORMAT")
        return f"{self.user} · {day}"


class ResetSteps(PersonSteps):
    """Administrators decide; of their own factors they may decline a reset only."""

    model = FactorReset
    events = {
        DecisionStatus.PENDING: audit.Event.FACTOR_RESET_ASKED,
        DecisionStatus.APPROVED: audit.Event.FACTOR_RESET_APPROVED,
        DecisionStatus.DECLINED: audit.Event.FACTOR_RESET_REFUSED,
        # The audit record has one event for every end without recovery.
        DecisionStatus.TAKEN_BACK: audit.Event.FACTOR_RESET_REFUSED,
        DecisionStatus.OUTDATED: audit.Event.FACTOR_RESET_REFUSED,
    }
    needs_reason = False

    def may_decide(self, user):
        return access.is_administrator(user)

    def why_not_decline(self, user, reset):
        is_own = reset.user_id == user.pk and self.may_decide(user)
        return "" if is_own else super().why_not_decline(user, reset)

    def apply(self, reset, by):
        remove_factors(reset.user, by=by)
        send_notice(reset.user, "agencies/factors_removed")

    def subject(self, reset):
        return reset.user

    def facts(self, reset):
        return {"way": reset.way}


RESET_STEPS = ResetSteps()


def request_reset(reset, *, by):
    if not RESET_STEPS.may_decide(by) or reset.user == by:
        raise RefusedError(gettext("Another administrator must ask for this."))
    return RESET_STEPS.propose(reset, by=by)


def remove_factors(user, *, by=None):
    """Delete all authenticators, also recovery codes, and end the sessions."""
    number, _rows = Authenticator.objects.filter(user=user).delete()
    end_sessions(user, reason="factors_removed")
    audit.record_event(
        audit.Event.FACTOR_RESET_DONE, actor=by, obj=user, factors=number
    )

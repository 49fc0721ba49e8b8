"""
A lost second factor: two administrators give the account back, never one alone.

Who asks and who confirms are two people, and neither is the one who lost it. The
factors go, her sessions end, she is told by mail, and sets up a new one at the next
sign-in.
"""

from allauth.mfa.models import Authenticator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies import access, audit
from agencies.access import RefusedError
from agencies.fields import Fields, internal
from agencies.leaving import end_sessions
from agencies.models import User
from agencies.sign_in import notify


class FactorResetQuerySet(models.QuerySet):
    def open(self):
        return self.filter(done_at=None, refused_at=None)

    def visible_to(self, user):
        return self if access.is_administrator(user) else self.none()


class FactorReset(models.Model):
    """One administrator's request to remove an account's factors, until decided."""

    class Way(models.TextChoices):
        IN_PERSON = "in_person", _("In person, with an identity document")
        VIDEO = "video", _("By a video call with somebody who knows her")
        SUPERIOR = "superior", _("By a letter of her superior")

    user = models.ForeignKey(
        User, models.PROTECT, related_name="factor_resets", verbose_name=_("account")
    )
    way = models.CharField(
        _("how it was made sure who asks"), max_length=20, choices=Way
    )
    asked_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)

    fields = Fields(*internal("way"))

    objects = FactorResetQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("recovery of a second factor")
        verbose_name_plural = _("recoveries of second factors")
        constraints = [
            models.UniqueConstraint(
                name="factorreset_one_open_per_account",
                fields=["user"],
                condition=Q(done_at=None, refused_at=None),
                violation_error_message=_("This was asked for already."),
            ),
            models.CheckConstraint(
                name="factorreset_takes_two_others",
                condition=~Q(asked_by=F("user"))
                & (
                    Q(done_at=None)
                    | (
                        Q(decided_by__isnull=False)
                        & ~Q(decided_by=F("asked_by"))
                        & ~Q(decided_by=F("user"))
                    )
                ),
                violation_error_message=_(
                    "It takes two administrators, neither of them the person herself."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.asked_at:%Y-%m-%d}"

    @property
    def is_open(self):
        return self.done_at is None and self.refused_at is None

    @property
    def state(self):
        if self.done_at:
            return gettext("Done")
        return gettext("Refused") if self.refused_at else gettext("Waiting")


@transaction.atomic
def ask(reset, *, by):
    """Record the first administrator's request."""
    if not access.is_administrator(by) or reset.user == by:
        raise RefusedError(gettext("Another administrator must ask for this."))
    reset.asked_by = by
    reset.save()
    audit.record(audit.Event.RECOVERY_ASKED, actor=by, obj=reset.user, way=reset.way)


@transaction.atomic
def approve(reset, *, by):
    """The second administrator's word: the factors go and the person is told."""
    reset = _locked(reset)
    if not access.is_administrator(by) or by in {reset.asked_by, reset.user}:
        raise RefusedError(gettext("Another administrator must confirm this."))
    reset.decided_by, reset.done_at = by, timezone.now()
    reset.save()
    audit.record(audit.Event.RECOVERY_APPROVED, actor=by, obj=reset.user)
    remove_factors(reset.user, by=by)
    notify(reset.user, "agencies/factors_removed")


@transaction.atomic
def refuse(reset, *, by):
    """Whoever asked may take it back; any other administrator may refuse it."""
    reset = _locked(reset)
    if not access.is_administrator(by):
        raise RefusedError(gettext("Another administrator must confirm this."))
    reset.decided_by, reset.refused_at = by, timezone.now()
    reset.save()
    audit.record(audit.Event.RECOVERY_REFUSED, actor=by, obj=reset.user)


def remove_factors(user, *, by=None):
    """Take every factor and recovery code from an account and end its sessions."""
    number, _rows = Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    audit.record(audit.Event.RECOVERY_DONE, actor=by, obj=user, factors=number)


def _locked(reset):
    row = FactorReset.objects.select_for_update().get(pk=reset.pk)
    if not row.is_open:
        raise RefusedError(gettext("This was decided already."))
    return row

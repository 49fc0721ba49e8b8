"""
Substitutes of reviewers, so that there are always two people to decide.

A reviewer names the person and the days; another reviewer or an administrator approves.
On these days the substitute has the reviewer's role too.
"""

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy as _

from agencies.access import RefusedError, Role
from agencies.decisions import (
    Decision,
    DecisionStatus,
    OutdatedError,
    PersonDecisionQuerySet,
    PersonSteps,
    status_field,
)
from agencies.fields import DeclaredFields, dates_in_order, internal
from agencies.models import User


class StandInQuerySet(PersonDecisionQuerySet):
    def current(self, today=None):
        today = today or timezone.localdate()
        return self.filter(
            status=DecisionStatus.APPROVED, starts_on__lte=today, ends_on__gte=today
        )


class StandIn(Decision):
    user = models.ForeignKey(
        User, models.PROTECT, related_name="stand_ins", verbose_name=_("account")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    status = status_field()

    fields = DeclaredFields(*internal("user", "starts_on", "ends_on"), *Decision.fields)

    objects = StandInQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("substitute of the secretariat")
        verbose_name_plural = _("substitutes of the secretariat")
        default_permissions = []
        constraints = [
            *Decision.Meta.constraints,
            dates_in_order("standin", "starts_on", "ends_on"),
            models.CheckConstraint(
                name="standin_takes_two_others",
                condition=~Q(proposed_by=F("user"))
                & (~Q(status__in=["applying", "approved"]) | ~Q(decided_by=F("user"))),
                violation_error_message=_("Nobody gives themselves a role."),
            ),
        ]

    def __str__(self):
        days = (self.starts_on, self.ends_on)
        first, last = (date_format(day, "SHORT_DATE_FORMAT") for day in days)
        return f"{self.user} · {first} – {last}"


class StandInSteps(PersonSteps):
    model = StandIn

    def apply(self, stand_in, by):
        if not stand_in.user.is_active or stand_in.ends_on < timezone.localdate():
            raise OutdatedError
        stand_in.user.confirm()

    def facts(self, stand_in):
        return {
            "user": stand_in.user_id,
            "starts_on": stand_in.starts_on,
            "until": stand_in.ends_on,
        }


STAND_IN_STEPS = StandInSteps()


def propose_stand_in(stand_in, *, by):
    is_member = by.is_active and by.groups.filter(name=Role.REVIEWER).exists()
    if not (is_member and by.is_staff) or stand_in.user == by:
        raise RefusedError(gettext("Another person of the secretariat names them."))
    return STAND_IN_STEPS.propose(stand_in, by=by)


def reviewers():
    """Active people with the reviewer's role today, substitutes included."""
    stand_ins = StandIn.objects.current().filter(user=OuterRef("pk"))
    groups = Group.objects.filter(name=Role.REVIEWER, user=OuterRef("pk"))
    return User.objects.filter(
        Exists(stand_ins) | Exists(groups), is_active=True, is_staff=True
    )

"""
Changes of the accounts of reviewers and administrators, confirmed by a second person.

Otherwise an administrator could act as two persons. If nobody else can confirm, use
``manage.py change_access``.
"""

from django.contrib.auth.models import Group
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from agencies.access import RefusedError, Role
from agencies.accounts.closing import begin_mandate, end_sessions
from agencies.accounts.sign_in import send_notice
from agencies.decisions import (
    Decision,
    DecisionStatus,
    OutdatedError,
    PersonDecisionQuerySet,
    PersonSteps,
    status_field,
)
from agencies.fields import DeclaredFields, internal
from agencies.models import User
from agencies.stand_ins import StandIn

DECIDING = (Role.REVIEWER, Role.ADMINISTRATOR)


class AccountChange(Decision):
    class Kind(models.TextChoices):
        ROLE = "role", _("New role")
        EMAIL = "email", _("New e-mail address")
        USERNAME = "username", _("New user name")
        REACTIVATION = "opening", _("Account opened again")
        CONFIRMATION = "known", _("Known to a second person")

    user = models.ForeignKey(
        User, models.PROTECT, related_name="account_changes", verbose_name=_("account")
    )
    what = models.CharField(_("what"), max_length=10, choices=Kind)
    value = models.CharField(_("new value"), max_length=254, blank=True)
    status = status_field(
        pending=_("Waits until another person confirms it"),
        approved=_("Confirmed by another person"),
    )

    fields = DeclaredFields(*internal("user", "what", "value"), *Decision.fields)

    objects = PersonDecisionQuerySet.as_manager()

    class Meta(Decision.Meta):
        verbose_name = _("change of an account to confirm")
        verbose_name_plural = _("changes of accounts to confirm")
        default_permissions = []
        constraints = [
            *Decision.Meta.constraints,
            models.UniqueConstraint(
                name="accountchange_waits_once",
                fields=["user", "what", "value"],
                condition=Q(status="pending"),
                violation_error_message=_("This was asked for already."),
            ),
            models.CheckConstraint(
                name="accountchange_confirmed_by_another_person",
                condition=~Q(status__in=["applying", "approved"])
                | ~Q(decided_by=F("user")),
                violation_error_message=_("Another person must confirm this."),
            ),
        ]

    def __str__(self):
        person, value = self.user.get_full_name() or self.user, self.in_words
        return f"{person} · {self.get_what_display()}{value and f': {value}'}"

    @property
    def in_words(self):
        is_role = self.what == self.Kind.ROLE
        return str(Role(self.value).label) if is_role else self.value


class AccountSteps(PersonSteps):
    """Reviewers and administrators decide, but not about their own account."""

    model = AccountChange

    def apply(self, change, by):
        apply_account_change(change)

    def facts(self, change):
        role = {"role": change.value} if change.what == AccountChange.Kind.ROLE else {}
        return {"user": change.user_id, "what": change.what, **role}


ACCOUNT_CHANGE_STEPS = AccountSteps()


def decides_or_will(user):
    """
    Whether the account decides on proposals, ever did, or may soon.

    Past roles count: otherwise a role could be removed, the address changed, and the
    role given back under the name of a known person.
    """
    stands_in = StandIn.objects.filter(
        user=user,
        ends_on__gte=timezone.localdate(),
        status__in=[DecisionStatus.PENDING, DecisionStatus.APPROVED],
    )
    return (
        user.is_superuser
        or user.groups.filter(name__in=DECIDING).exists()
        or AccountChange.objects.filter(
            user=user, what=AccountChange.Kind.ROLE
        ).exists()
        or stands_in.exists()
    )


@transaction.atomic
def propose_account_change(user, what, value="", *, by):
    change = {"user": user, "what": what, "value": value}
    if AccountChange.objects.waiting().filter(**change).exists():
        raise RefusedError(gettext("This was asked for already."))
    return ACCOUNT_CHANGE_STEPS.propose(AccountChange(**change), by=by)


def apply_account_change(change):
    """Raises ``OutdatedError`` if the change no longer fits the account."""
    user = User.objects.select_for_update().get(pk=change.user_id)
    if change.what == AccountChange.Kind.ROLE:
        _give_role(user, change.value)
    elif change.what == AccountChange.Kind.EMAIL:
        others = User.objects.exclude(pk=user.pk)
        if change.value and others.filter(email__iexact=change.value).exists():
            raise OutdatedError
        former, user.email = user.email, change.value
        user.save(update_fields=["email"])
        send_notice(user, "agencies/address_changed", to=former)
    elif change.what == AccountChange.Kind.USERNAME:
        others = User.objects.exclude(pk=user.pk)
        if others.filter(username__iexact=change.value).exists():
            raise OutdatedError
        user.username = change.value
        try:
            user.save(update_fields=["username"])
        except IntegrityError:  # another person has taken the name meanwhile
            raise OutdatedError from None
        send_notice(user, "agencies/account_confirmed")
    elif change.what == AccountChange.Kind.CONFIRMATION:
        user.confirm()
    else:
        user.is_active = user.is_staff = True
        user.save(update_fields=["is_active", "is_staff"])
        send_notice(user, "agencies/account_confirmed")


def _give_role(user, role):
    if not user.is_active:
        raise OutdatedError
    user.groups.add(Group.objects.get(name=role))
    invitation = getattr(user, "invitation", None)
    if role == Role.FOCAL_POINT and invitation and not user.mandates.exists():
        begin_mandate(invitation, user)
    user.confirm()
    end_sessions(user, reason="role_given")
    send_notice(user, "agencies/account_confirmed")


@transaction.atomic
def confirm_on_server(user, *, by):
    """
    Apply all pending changes of an account and return their number.

    The operator of the server is the second person if there is no other.
    """
    waiting = list(AccountChange.objects.waiting().filter(user=user))
    for change in waiting:
        ACCOUNT_CHANGE_STEPS.overtake(change, by=by)
        apply_account_change(change)
    user.confirm()
    return len(waiting)

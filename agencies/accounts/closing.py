"""
Ending mandates, closing accounts and handing work over.

Reports belong to the agency: the successor takes over drafts, returned reports and open
rounds, and no report changes its author. The last administrator cannot be closed.
"""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from agencies import access, audit
from agencies.access import RefusedError
from agencies.mail import mail_person
from agencies.models import Agency, FocalPoint, User


def end_sessions(user, *, reason):
    end_sessions_of(user)
    UserSession.objects.filter(user=user).delete()
    audit.record_event(audit.Event.SESSION_ENDED, obj=user, reason=reason)


def end_sessions_of_closed_account(sender, instance, created, **kwargs):
    if not created and not instance.is_active:
        end_sessions_of(instance)


def end_sessions_of(user):
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def administrators():
    group = Group.objects.filter(name=access.Role.ADMINISTRATOR).values("user")
    has_role = Q(is_superuser=True) | Q(pk__in=group)
    return User.objects.filter(has_role, is_active=True, is_staff=True).order_by("pk")


def lock_administrators():
    """
    Lock the administrators' accounts until the caller's transaction ends.

    Call it before any other account is locked, to avoid deadlocks.
    """
    list(administrators().select_for_update())


def is_last_administrator(user):
    """
    Call it inside a transaction: the administrators' accounts stay locked until it
    ends.
    """
    lock_administrators()
    # Read again: the role may have been removed while this waited for the lock.
    return [each.pk for each in administrators()] == [user.pk]


def end_mandate(mandate, *, today=None):
    """End a current mandate. Its last day is yesterday, even if it began today."""
    today = today or timezone.localdate()
    mandate.ends_on = today - timedelta(days=1)
    mandate.save()


@transaction.atomic
def close_account(user):
    """
    Close an account and end its mandates; ``RefusedError`` for the last administrator.
    """
    if is_last_administrator(user):
        raise RefusedError(_("The last administrator cannot be closed."))
    for mandate in FocalPoint.objects.current().filter(user=user):
        end_mandate(mandate)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user, reason="account_closed")


@transaction.atomic
def hand_over(mandate, successor, *, by):
    """
    End a mandate, begin the successor's, and sign the former holder out.

    An account without another mandate or role is closed. Raises
    ``access.RefusedError``, without any change, if the step is not possible.
    """
    today = timezone.localdate()
    Agency.objects.select_for_update().get(pk=mandate.agency_id)
    mandate = FocalPoint.objects.select_related("agency", "user").get(pk=mandate.pk)
    _refuse_impossible_handover(mandate, successor, by, today)
    end_mandate(mandate, today=today)
    for other in FocalPoint.objects.current(today).filter(
        user=successor, agency=mandate.agency, leave_cover=False
    ):
        end_mandate(other, today=today)
    begun = FocalPoint.objects.create(
        user=successor, agency=mandate.agency, kind=mandate.kind, starts_on=today
    )
    audit.record_event(
        audit.Event.HANDOVER,
        actor=by,
        obj=begun,
        agency=mandate.agency,
        kind=mandate.kind,
        former=mandate.pk,
    )
    _close_or_sign_out(mandate.user, today)
    return begun


def _refuse_impossible_handover(mandate, successor, by, today):
    # The inviter may have lost the role since.
    if not access.is_administrator(by):
        raise access.RefusedError(_("Only an administrator hands a mandate over."))
    if by in {mandate.user, successor}:
        raise access.RefusedError(
            _("Nobody changes their own mandates: another administrator does.")
        )
    if not FocalPoint.objects.current(today).filter(pk=mandate.pk).exists():
        raise access.RefusedError(_("This mandate is not in force today."))
    if successor == mandate.user:
        raise access.RefusedError(_("The successor is another person."))
    if not access.is_focal_point(successor):
        raise access.RefusedError(
            _("The successor needs an open account with the role of focal point.")
        )


def _close_or_sign_out(user, today):
    mandates = FocalPoint.objects.filter(user=user).exclude(ends_on__lt=today)
    if mandates.exists() or access.is_reviewer(user) or access.is_administrator(user):
        end_sessions(user, reason="mandate_handed_over")
    elif user.is_active:
        close_account(user)


def current_mandate(agency, kind):
    mandates = FocalPoint.objects.current().filter(agency=agency, kind=kind)
    return mandates.filter(leave_cover=False).select_related("user", "agency").first()


def begin_mandate(invitation, user):
    """
    Begin and return the mandate of an invited person.

    None for a role without mandates. Also None if somebody else holds the mandate by
    now, or the inviter is no administrator any more: then the inviter gets a mail, or
    in the second case all administrators.
    """
    if invitation.agency is None:
        return None
    mandate = current_mandate(invitation.agency, invitation.kind)
    try:
        if mandate and mandate == invitation.succeeds:
            return hand_over(mandate, user, by=invitation.made_by)
        return FocalPoint.objects.create(
            user=user, agency=invitation.agency, kind=invitation.kind
        )
    except (access.RefusedError, ValidationError):  # somebody else holds it meanwhile
        inviter = invitation.made_by
        is_administrator = access.is_administrator(inviter)
        for person in [inviter] if is_administrator else administrators():
            _mail_missing_mandate(person, invitation, user, mandate)
        return None


def _mail_missing_mandate(person, invitation, user, mandate):
    if not person.email:
        return
    page = (
        reverse("admin:hand_over", args=[mandate.pk])
        if mandate
        else reverse("admin:agencies_focalpoint_changelist")
    )
    mail_person(
        person,
        "invitation",
        gettext_lazy("An account waits for its mandate"),
        template="no_mandate",
        invitation=invitation,
        user=user,
        mandate=mandate,
        address=f"{settings.SITE_URL}{page}",
    )

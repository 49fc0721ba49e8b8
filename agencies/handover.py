"""
Handover: an agency's work passes from one person to the next in one step.

Reports belong to the agency, so the successor takes over drafts, returned reports and
open rounds with the mandate, and no report changes its author. An administrator does
it, or an invitation that was made for it when it is accepted.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agencies import access, audit
from agencies.accounts import leaving
from agencies.mail import queue_mail
from agencies.models import Agency, FocalPoint


@transaction.atomic
def hand_over(mandate, successor, *, by, today=None):
    """
    End a mandate, begin the successor's, and sign the leaving person out at once.

    Her account is closed if she has no other mandate or role. Raises
    ``access.RefusedError`` and changes nothing when the step is not possible.
    """
    today = today or timezone.localdate()
    Agency.objects.select_for_update().get(pk=mandate.agency_id)
    mandate = FocalPoint.objects.select_related("agency", "user").get(pk=mandate.pk)
    _must_be_possible(mandate, successor, by, today)
    leaving.end_mandate(mandate, today=today)
    held = FocalPoint.objects.current(today).filter(
        user=successor, agency=mandate.agency, leave_cover=False
    )
    for other in held:
        leaving.end_mandate(other, today=today)
    begun = FocalPoint.objects.create(
        user=successor, agency=mandate.agency, kind=mandate.kind, starts_on=today
    )
    audit.record(
        audit.Event.HANDOVER,
        actor=by,
        obj=begun,
        agency=mandate.agency,
        kind=mandate.kind,
        former=mandate.pk,
    )
    _close_or_sign_out(mandate.user, today)
    return begun


def _must_be_possible(mandate, successor, by, today):
    # Whoever invited a successor may have lost the role since.
    if not access.is_administrator(by):
        raise access.RefusedError(_("Only an administrator hands a mandate over."))
    if by in {mandate.user, successor}:
        raise access.RefusedError(
            _("Nobody changes their own mandates: another administrator does.")
        )
    if not FocalPoint.objects.current(today).filter(pk=mandate.pk).exists():
        raise access.RefusedError(_("This mandate does not run today."))
    if successor == mandate.user:
        raise access.RefusedError(_("The successor is another person."))
    if not access.is_focal_point(successor):
        raise access.RefusedError(
            _("The successor needs an open account with the role of focal point.")
        )


def _close_or_sign_out(user, today):
    """Close the account; if it has another mandate or role, only end its sessions."""
    stays = FocalPoint.objects.filter(user=user).exclude(ends_on__lt=today).exists()
    if stays or access.is_reviewer(user) or access.is_administrator(user):
        leaving.end_sessions(user)
    elif user.is_active:
        leaving.close_account(user)


def holder(agency, kind):
    """The current mandate of this kind that another one would overlap, if any is."""
    held = FocalPoint.objects.current().filter(agency=agency, kind=kind)
    return held.filter(leave_cover=False).select_related("user", "agency").first()


def begin_mandate(invitation, user):
    """
    The mandate of whoever accepts an invitation; None for a role without one.

    None also where somebody holds it meanwhile, or whoever invited keeps accounts no
    more: whoever invited, or else the administrators, are told.
    """
    if invitation.agency is None:
        return None
    held = holder(invitation.agency, invitation.kind)
    try:
        if held and held == invitation.succeeds:
            return hand_over(held, user, by=invitation.made_by)
        return FocalPoint.objects.create(
            user=user, agency=invitation.agency, kind=invitation.kind
        )
    except (access.RefusedError, ValidationError):  # somebody else holds it meanwhile
        inviter = invitation.made_by
        keeps = access.is_administrator(inviter)
        for person in [inviter] if keeps else leaving.administrators():
            _tell(person, invitation, user, held)
        return None


def _tell(person, invitation, user, held):
    """Write to an administrator that an account has no mandate yet, and why."""
    if not person.email:
        return
    page = (
        reverse("admin:hand_over", args=[held.pk])
        if held
        else reverse("admin:agencies_focalpoint_changelist")
    )
    with translation.override(person.language):
        context = {
            "invitation": invitation,
            "user": user,
            "held": held,
            "address": f"{settings.SITE_URL}{page}",
        }
        queue_mail(
            to=person.email,
            language=person.language,
            kind="invitation",
            subject=_("An account waits for its mandate"),
            text=render_to_string("email/no_mandate.txt", context),
        )

"""
Handover: an agency's work passes from one person to the next in one step.

Reports belong to the agency, so the successor takes over drafts, returned reports and
open rounds with the mandate, and no report changes its author. A page shows the
successor what the agency promised, what it did and what it owes.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import access, audit
from agencies.accounts import leaving
from agencies.models import Agency, FocalPoint
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    CommitmentUpdate,
    Plan,
    ReportingPeriod,
    Status,
)
from strategic_areas.queries import rounds

#: How many published reports the page shows; it shows the newest.
REPORTS_SHOWN = 20
UNFINISHED = [Status.DRAFT, Status.RETURNED]


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


@dataclass(frozen=True)
class AgencyWork:
    """What an agency promised, did and owes."""

    agency: Agency
    commitments: tuple[Commitment, ...]
    activities: tuple[Activity, ...]
    published: tuple[ActivityUpdate, ...]
    unfinished: tuple
    owed: tuple[rounds.Cell, ...]


def agency_work(agency, today=None):
    """The work of an agency, with its drafts: for people who hold its mandate."""
    today = today or timezone.localdate()
    updates = ActivityUpdate.objects.without_transcriptions()
    updates = updates.filter(agency=agency)
    declared = CommitmentUpdate.objects.without_transcriptions()
    declared = declared.filter(agency=agency)
    begun = [
        *updates.filter(status__in=UNFINISHED).select_related("activity", "period"),
        *declared.filter(status__in=UNFINISHED).select_related("commitment", "period"),
    ]
    return AgencyWork(
        agency=agency,
        commitments=tuple(
            Commitment.objects.filter(lead=agency, plan__in=Plan.objects.public())
            .select_related("plan")
            .order_by("plan", "sort_code")
        ),
        activities=tuple(
            Activity.objects.standing()
            .filter(agency=agency, plan__in=Plan.objects.public())
            .select_related("commitment", "plan")
            .order_by("plan", "sort_code")
        ),
        published=tuple(
            updates.filter(status=Status.PUBLISHED)
            .select_related("activity", "period")
            .order_by("-published_at", "-pk")[:REPORTS_SHOWN]
        ),
        unfinished=tuple(begun),
        owed=tuple(_owed(agency, today)),
    )


def _owed(agency, today):
    """The rounds that still take this agency's reports and lack some."""
    opened = ReportingPeriod.objects.opened(today).select_related("plan")
    for cell in rounds.cells(opened, today):
        if cell.agency == agency and cell.accepts(today) and cell.missing:
            yield cell

"""What an agency promised, did and owes, as whoever takes over its mandate reads it."""

from dataclasses import dataclass

from django.utils import timezone

from agencies.models import Agency
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

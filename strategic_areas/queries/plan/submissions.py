"""First submissions of reports, and the time until review decisions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Min, OuterRef, Q

from agencies.models import Agency
from strategic_areas import compliance
from strategic_areas.models import (
    ActivityUpdate,
    Plan,
    ReportingPeriod,
    RevisionStatus,
    Transition,
)
from strategic_areas.models.review import day_of


@dataclass(frozen=True)
class FirstSubmission:
    day: date
    agency_id: int


#: First submissions by (period, activity) id.
FirstSubmissions = Mapping[tuple[int, int], FirstSubmission]


def first_submissions(
    plan: Plan, for_agency: Agency | None, rounds: Iterable[ReportingPeriod]
) -> FirstSubmissions:
    """
    First submissions by (period, activity) id.

    With ``for_agency``, only its own and those on its activities; else those for
    ``rounds``. Submissions that the agency took back do not count.
    """
    own = Q(agency=for_agency) | Q(activity__agency=for_agency)
    return {
        (period, activity): FirstSubmission(day_of(first), agency)
        for period, activity, agency, first in (
            Transition.objects.filter(
                to_status=RevisionStatus.SUBMITTED,
                activity_update__in=ActivityUpdate.objects.filter(
                    own if for_agency else Q(period__in=rounds), plan=plan
                ),
            )
            .exclude(Exists(_taken_back()))
            .values_list(
                "activity_update__period_id",
                "activity_update__activity_id",
                "activity_update__agency_id",
            )
            .annotate(first=Min("at"))
            .order_by("-first")
        )
    }


def _taken_back():
    later = Transition.objects.filter(
        activity_update=OuterRef("activity_update"), at__gt=OuterRef("at")
    )
    returned = Transition.objects.filter(
        activity_update=OuterRef("activity_update"),
        to_status=RevisionStatus.RETURNED,
        at__gt=OuterRef(OuterRef("at")),
        at__lt=OuterRef("at"),
    )
    return later.filter(to_status=RevisionStatus.DRAFT).exclude(Exists(returned))


def median_review_days() -> int | None:
    """The secretariat's median days from a submission to its decision."""
    return compliance.median_days(
        compliance.review_times(
            Transition.objects.filter(
                activity_update__period__in=ReportingPeriod.objects.counted_rounds(),
                activity_update__activity__is_in_plan=True,
                to_status__in=[
                    RevisionStatus.SUBMITTED,
                    RevisionStatus.RETURNED,
                    RevisionStatus.PUBLISHED,
                ],
            )
            .order_by("at", "pk")
            .values_list("activity_update_id", "to_status", "at")
        )
    )

"""Which agency a round asks: a report, and a silence, stay when an activity moves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy

from agencies.models import Agency
from strategic_areas.models import Activity, Plan, PlanChange, ReportingPeriod
from strategic_areas.queries.plan import past, plans

#: The field of an activity that changes when it is moved to another agency.
MOVED = "agency"


def asked_of(
    board, periods: Iterable[ReportingPeriod]
) -> Mapping[tuple[Agency, ReportingPeriod], list]:
    """
    The activities of which each of the rounds asks each agency, owed or not.

    Those of which it asked it then: an activity that was moved leaves its past behind.
    """
    found = defaultdict(list)
    for row in board.activities:
        for period in periods:
            found[row.answering(period), period].append(row)
    return found


def moves(plan: Plan) -> list[PlanChange]:
    """The changes by which amendments moved activities of a plan to other agencies."""
    return list(plans.amended().filter(plan=plan, activity__isnull=False, field=MOVED))


def asked_then(
    activities: Iterable[Activity],
    periods: Iterable[ReportingPeriod],
    moves: Iterable[PlanChange],
) -> dict[tuple[int, int], int]:
    """
    The agency that each round asked about activities that were moved after it closed.

    Keys are the ids of period and activity, values those of agencies.
    """
    moved, periods = {each.activity_id for each in moves}, list(periods)
    activities = [each for each in activities if each.pk in moved]
    if not (activities and periods):
        return {}
    known, found = past.Known(activities, periods[0].ends_on), {}
    for period in periods:
        then = [copy(each) for each in activities]
        past.Changes(moves, period.closes_on or period.ends_on).undo(then, known)
        for now, before in zip(activities, then, strict=True):
            if before.agency_id != now.agency_id:
                found[period.pk, now.pk] = before.agency_id
    return found


def agencies_by_period(activities, asked_of):
    """Activity → period → agency, where it is not the one that answers now."""
    now = {each.pk: each.agency_id for each in activities}
    others = {
        (activity, period): agency
        for (period, activity), agency in asked_of.items()
        if now.get(activity, agency) != agency
    }
    found = defaultdict(dict)
    if others:
        rows = Agency.objects.prefetch_related("former_names")
        agencies = rows.in_bulk(set(others.values()))
        for (activity, period), agency in others.items():
            found[activity][period] = agencies[agency]
    return found

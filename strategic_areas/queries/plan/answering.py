"""Which agency a round asks: a report, and a silence, stay when an activity moves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from agencies.models import Agency
from strategic_areas.models import Activity, Plan, PlanChange, ReportingPeriod
from strategic_areas.queries.plan import names, plans

#: The field of an activity that changes when it is moved to another agency.
MOVED = "agency"


def asked_of(board, period: ReportingPeriod) -> Mapping[Agency, list]:
    """
    The activities of which a round asks each agency, owed or not.

    An activity that was moved to another agency counts, in earlier rounds, for the one
    that they asked.
    """
    return _asked_of(board, period if period.pk in _told_by_others(board) else None)


def _told_by_others(board):
    """The ids of the periods for which agencies reported that answer no more."""
    return frozenset(key for row in board.activities for key in row.reported_by)


def _asked_of(board, period):
    """
    The activities of each agency that answers for them in a period, or now without one.
    """
    agencies, found = {}, defaultdict(list)
    for row in board.activities:
        agency = row.answering(period) if period else row.activity.agency
        agencies.setdefault(agency.pk, agency)
        found[agency.pk].append(row)
    return {agencies[key]: rows for key, rows in found.items()}


def moves(plan: Plan) -> list[PlanChange]:
    """The changes by which amendments moved activities of a plan to other agencies."""
    moved = plans.amended().filter(plan=plan, activity__isnull=False, field=MOVED)
    return list(moved)


def asked_then(
    activities: Iterable[Activity],
    periods: Iterable[ReportingPeriod],
    moves: Iterable[PlanChange],
) -> dict[tuple[int, int], int]:
    """
    The agency that each round asked about activities that were moved after it closed.

    Keys are the ids of period and activity, values those of agencies.
    """
    now = {each.pk: each.agency_id for each in activities}
    moved, periods = defaultdict(list), list(periods)
    for move in sorted(moves, key=lambda each: (each.decided_on, each.pk)):
        if move.activity_id in now and not move.brings:
            moved[move.activity_id].append(move)
    if not (moved and periods):
        return {}
    named, found = names.agencies_by_word(names.every_agency()), {}
    for period in periods:
        closed = period.closes_on or period.ends_on
        for activity, each in moved.items():
            asked = _before(each, closed, named)
            if asked and asked.pk != now[activity]:
                found[period.pk, activity] = asked.pk
    return found


def _before(moves, day, named):
    """The agency that answered on a day; None if the first to move it is unknown."""
    later = (move for move in moves if move.decided_on > day)
    old = (named.get(plans.plain_before(move) or move.old_value_es) for move in later)
    return next(filter(None, old), None)


def with_agencies_asked(
    rows: Iterable, asked_of: Mapping[tuple[int, int], int]
) -> tuple:
    """
    The rows of commitments, with the agencies that rounds asked where no update tells.

    ``asked_of`` maps the ids of a period and an activity to that of the agency.
    """
    rows = tuple(rows)
    work = {each.activity.pk: each for row in rows for each in row.activities}
    untold = {
        (period, activity): agency
        for (period, activity), agency in asked_of.items()
        if (row := work.get(activity))
        and agency != row.activity.agency_id
        and period not in row.reported_in
        and period not in row.handed_in
    }
    if not untold:
        return rows
    activities = [work[activity].activity for _period, activity in untold]
    found = agencies_by_period(activities, untold)
    for key, others in found.items():
        reported_by = {**work[key].reported_by, **others}
        work[key] = replace(work[key], reported_by=reported_by)

    def with_others(row):
        keys = [each.activity.pk for each in row.activities]
        if found.keys().isdisjoint(keys):
            return row
        return replace(row, activities=tuple(work[key] for key in keys))

    return tuple(map(with_others, rows))


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

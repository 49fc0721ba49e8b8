"""Which agency each round asks, and the name that it had at the time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from datetime import date
from functools import cache

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from agencies.models import Agency, AgencyName
from strategic_areas.models import Activity, Plan, PlanChange, ReportingPeriod
from strategic_areas.queries.plan import plans

#: Fields that a former name replaces; the slug stays today's.
NAME_FIELDS = ("acronym", "name_es", "name_en")
PERIOD_END = OuterRef("period__ends_on")


@cache
def former_name_column(agency: str, day=PERIOD_END) -> Subquery:
    """
    A column: the former name of the agency at this lookup, or null if it had today's.

    ``day`` is a date or an expression; by default the end of the period.
    """
    rows = AgencyName.objects.filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=day),
        agency=OuterRef(agency),
        ends_on__gte=day,
    ).order_by("ends_on", "pk")
    if hasattr(rows, "rewrite"):
        rows = rows.rewrite(False)
    return Subquery(rows.values_list(JSONObject(**{n: n for n in NAME_FIELDS}))[:1])


def former_name_on(names: Iterable[AgencyName], day: date) -> Mapping | None:
    """The former name that an agency had on a day, or None."""
    names_of_day = [
        each
        for each in names
        if each.ends_on
        and each.ends_on >= day
        and (each.starts_on is None or each.starts_on <= day)
    ]
    if not names_of_day:
        return None
    first = min(names_of_day, key=lambda each: (each.ends_on, each.pk))
    return {name: getattr(first, name) for name in NAME_FIELDS}


def with_former_name(agency: Agency, former_name: Mapping | None) -> Agency:
    """An unsaved copy of the agency with this name; ``today`` is the original."""
    if not former_name:
        return agency
    renamed = copy(agency)
    for field, value in former_name.items():
        setattr(renamed, field, value)
    renamed.acronym_en = ""
    renamed.today = agency
    return renamed


def agency_as_of(agency: Agency, day: date) -> Agency:
    """A copy of the agency under its name on a day."""
    return with_former_name(agency, former_name_on(agency.former_names.all(), day))


def agencies_with_former_names() -> list[Agency]:
    return list(Agency.objects.order_by("pk").prefetch_related("former_names"))


def agencies_by_name(agencies: Iterable[Agency]) -> Mapping[int | str, Agency]:
    """
    Agencies by id and by every present or former name, acronym and slug.

    A present name takes precedence.
    """
    found = {each.pk: each for each in agencies}
    for each in agencies:
        for name in _names(each):
            found.setdefault(name, each)
    for each in agencies:
        for former in each.former_names.all():
            for name in _names(former):
                found.setdefault(name, each)
    return found


def _names(agency):
    return filter(None, (agency.acronym, agency.slug, agency.name_es, agency.name_en))


AGENCY_FIELD = "agency"


def activities_by_agency(
    plan_progress, period: ReportingPeriod
) -> Mapping[Agency, list]:
    """
    The activities about which a round asks each agency, owed or not.

    A moved activity counts for the agency that the round asked.
    """
    agencies, found = {}, defaultdict(list)
    for row in plan_progress.activities:
        agency = row.agency_for(period)
        agencies.setdefault(agency.pk, agency)
        found[agency.pk].append(row)
    return {agencies[key]: rows for key, rows in found.items()}


def agency_changes(plan: Plan) -> list[PlanChange]:
    """The amendments that moved activities of a plan to other agencies."""
    return list(
        plans.changes_by_an_act().filter(
            plan=plan, activity__isnull=False, field=AGENCY_FIELD
        )
    )


def former_agency_ids(
    activities: Iterable[Activity],
    periods: Iterable[ReportingPeriod],
    moves: Iterable[PlanChange],
) -> dict[tuple[int, int], int]:
    """
    Ids of the agencies that rounds asked before an activity moved, by (period,
    activity); every other round asked the present agency.
    """
    present_ids = {each.pk: each.agency_id for each in activities}
    moves_of, periods = defaultdict(list), list(periods)
    for move in sorted(moves, key=lambda each: (each.decided_on, each.pk)):
        if move.activity_id in present_ids and not move.adds_record:
            moves_of[move.activity_id].append(move)
    if not (moves_of and periods):
        return {}
    agencies, found = agencies_by_name(agencies_with_former_names()), {}
    for period in periods:
        closed = period.closes_on or period.ends_on
        for activity, activity_moves in moves_of.items():
            agency = _agency_before(activity_moves, closed, agencies)
            if agency and agency.pk != present_ids[activity]:
                found[period.pk, activity] = agency.pk
    return found


def _agency_before(moves, day, agencies):
    later = (move for move in moves if move.decided_on > day)
    former_agencies = (
        agencies.get(plans.old_plain_value(move) or move.old_value_es) for move in later
    )
    return next(filter(None, former_agencies), None)


def with_agencies_asked(
    rows: Iterable, asked_agency_ids: Mapping[tuple[int, int], int]
) -> tuple:
    """
    The rows with the agencies that rounds asked, where no update names the agency.

    ``asked_agency_ids`` may lack those that are an activity's present agency.
    """
    rows = tuple(rows)
    rows_by_activity = {
        each.activity.pk: each for row in rows for each in row.activities
    }
    missing = {
        (period, activity): agency
        for (period, activity), agency in asked_agency_ids.items()
        if (row := rows_by_activity.get(activity))
        and agency != row.activity.agency_id
        and period not in row.reported_in
        and period not in row.in_review
    }
    if not missing:
        return rows
    activities = [rows_by_activity[activity].activity for _period, activity in missing]
    agencies_by_activity = agencies_by_period(activities, missing)
    for key, others in agencies_by_activity.items():
        rows_by_activity[key] = replace(
            rows_by_activity[key],
            agency_by_period={**rows_by_activity[key].agency_by_period, **others},
        )

    def with_others(row):
        keys = [each.activity.pk for each in row.activities]
        if agencies_by_activity.keys().isdisjoint(keys):
            return row
        return replace(row, activities=tuple(rows_by_activity[key] for key in keys))

    return tuple(map(with_others, rows))


def agencies_by_period(activities, agency_ids):
    """Agencies other than the present one, by activity and period id."""
    present_ids = {each.pk: each.agency_id for each in activities}
    others = {
        (activity, period): agency
        for (period, activity), agency in agency_ids.items()
        if present_ids.get(activity, agency) != agency
    }
    found = defaultdict(dict)
    if others:
        rows = Agency.objects.prefetch_related("former_names")
        agencies = rows.in_bulk(set(others.values()))
        for (activity, period), agency in others.items():
            found[activity][period] = agencies[agency]
    return found

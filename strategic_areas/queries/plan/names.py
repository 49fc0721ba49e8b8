"""The names that agencies had at the time of which a page tells."""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date

from django.db.models import Model, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from agencies.models import Agency, AgencyName

#: The fields of an agency that a former name replaces; its address stays today's.
NAMED = ("acronym", "name_es", "name_en")
#: The end of the period of a row of the other query.
PERIOD_END = OuterRef("period__ends_on")


def name_then(agency: str, day=PERIOD_END) -> Subquery:
    """
    A column of another query: the former name that an agency had on a day.

    ``agency`` is a lookup, ``day`` a date or an expression, by default the end of the
    period of an account. The column is null where the agency had today's name.
    """
    rows = AgencyName.objects.filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=day),
        agency=OuterRef(agency),
        ends_on__gte=day,
    ).order_by("ends_on", "pk")
    if hasattr(rows, "rewrite"):
        rows = rows.rewrite(False)
    return Subquery(rows.values_list(JSONObject(**{n: n for n in NAMED}))[:1])


def name_on(names: Iterable[AgencyName], day: date) -> Mapping | None:
    """The former name that an agency had on a day; None if it had today's."""
    held = [
        each
        for each in names
        if each.ends_on
        and each.ends_on >= day
        and (each.starts_on is None or each.starts_on <= day)
    ]
    if not held:
        return None
    first = min(held, key=lambda each: (each.ends_on, each.pk))
    return {name: getattr(first, name) for name in NAMED}


def under_name(agency: Agency, name: Mapping | None) -> Agency:
    """
    A copy of the agency with that name, to be read and never saved.

    Its ``today`` is the agency as it is called now. For None, the agency itself.
    """
    if not name:
        return agency
    renamed = copy(agency)
    for field, value in name.items():
        setattr(renamed, field, value)
    renamed.acronym_en = ""
    renamed.today = agency
    return renamed


def agencies_of(plan) -> Mapping[int, Agency]:
    """
    All agencies by their ids, for the rows of a board.

    Making each once takes half the time of making it for each row. A plan of the past
    has copies, which carry the names of then, and keeps the agencies for ``today_of``.
    """
    found = getattr(plan, "known_agencies", None) or Agency.objects.in_bulk()
    if plan.until is None:
        return found
    plan.known_agencies = found
    return {key: copy(each) for key, each in found.items()}


def use_names_then(records: Iterable[Model], link: str) -> None:
    """Give the agency of each record the name ``called_then`` it was loaded with."""
    for record in records:
        agency = getattr(record, link)
        name = getattr(agency, "called_then", None)
        setattr(record, link, under_name(agency, name))

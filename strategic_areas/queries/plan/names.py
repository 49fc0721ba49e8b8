"""What agencies were called at the time that a page tells of."""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date

from django.db.models import Model, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from agencies.models import Agency, AgencyName

#: What of an agency a former name replaces; its address word stays today's.
NAMED = ("acronym", "name_es", "name_en")
#: The end of the period of a row of the other query.
PERIOD_END = OuterRef("period__ends_on")


def then(agency: str, day=PERIOD_END) -> Subquery:
    """
    The name that an agency had on a day and lost since; a column of another query.

    ``agency`` is a lookup, ``day`` a date or, as for an account, an expression. None
    where it was called as today.
    """
    rows = AgencyName.objects.filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=day),
        agency=OuterRef(agency),
        ends_on__gte=day,
    ).order_by("ends_on", "pk")
    if hasattr(rows, "rewrite"):
        rows = rows.rewrite(False)
    return Subquery(rows.values_list(JSONObject(**{n: n for n in NAMED}))[:1])


def on(names: Iterable[AgencyName], day: date) -> Mapping | None:
    """The same of one agency's former names, as they were loaded."""
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


def called(agency: Agency, name: Mapping | None) -> Agency:
    """
    The agency under that name, to be read and never saved; or as it is, for None.

    A renamed one has as ``today`` the agency as it is called now.
    """
    if not name:
        return agency
    renamed = copy(agency)
    for field, value in name.items():
        setattr(renamed, field, value)
    renamed.today = agency
    return renamed


def call_as_then(records: Iterable[Model], link: str) -> None:
    """Give each record's agency the name ``called_then`` that it was loaded with."""
    for record in records:
        agency = getattr(record, link)
        name = getattr(agency, "called_then", None)
        setattr(record, link, called(agency, name))

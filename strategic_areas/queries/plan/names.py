"""The names that agencies had once, and those by which amendments name records."""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date

from django.db.models import OuterRef, Q, Subquery
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


def on_day(agency: Agency, day: date) -> Agency:
    """The agency, read with its former names, as it was called on a day."""
    return under_name(agency, name_on(agency.former_names.all(), day))


def every_agency() -> list[Agency]:
    """All agencies, each with its former names."""
    return list(Agency.objects.order_by("pk").prefetch_related("former_names"))


def agencies_by_word(agencies: Iterable[Agency]) -> Mapping[int | str, Agency]:
    """
    Agencies by their keys, and by the words that may name them in an amendment.

    They were read with their former names. Who bears a name now comes first.
    """
    found = {each.pk: each for each in agencies}
    for each in agencies:
        for word in _words(each):
            found.setdefault(word, each)
    for each in agencies:
        for former in each.former_names.all():
            for word in _words(former):
                found.setdefault(word, each)
    return found


def _words(named):
    words = (named.acronym, named.slug, named.name_es, named.name_en)
    return filter(None, words)

"""
What an agency keeps of the values that it handed in: receipts, and taking one back.
"""

from collections.abc import Iterable

from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agencies.routes import page_of
from strategic_areas.desk.screens import screen, take_step
from strategic_areas.desk.values.forms import DIMENSIONS, categories_of
from strategic_areas.figures.reporting import VALUES, handed_in
from strategic_areas.models.letters import digest
from strategic_areas.models.measurements import ReportedValue
from strategic_areas.queries.asked_values import AskedValue


def facts(reported):
    """What was handed in, with its parts in words."""
    words = categories_of(reported.indicator)
    parts = [
        (
            DIMENSIONS[dimension],
            [
                (words.get(dimension, {}).get(code, code), number)
                for code, number in numbers.items()
            ],
        )
        for dimension, numbers in reported.parts.items()
    ]
    return {"reported": reported, "parts": parts}


@require_POST
def value_recall(request, pk):
    """Take a value back that waits; only who handed it in does."""
    rows = ReportedValue.objects.visible_to(request.user)
    found = get_object_or_404(rows, pk=pk)
    done = _("%(record)s is yours again: nothing counts as handed in.")
    take_step(request, VALUES.take_back, found, done=done % {"record": found})
    return redirect(page_of(request))


@require_safe
def value_receipt(request, pk):
    rows = ReportedValue.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("proposed_by", "revises"), pk=pk)
    return screen(
        request,
        "desk/value_receipt.html",
        **facts(found),
        sha256=digest(content(found)),
    )


def content(reported):
    """What was handed in, as its fingerprint covers it."""
    return {
        "indicator": reported.indicator.code,
        "agency": reported.agency.acronym,
        "starts_on": reported.starts_on.isoformat(),
        "ends_on": reported.ends_on.isoformat(),
        "value": format(reported.value.normalize(), "f"),
        "certainty": reported.certainty,
        "parts": reported.parts,
        "printed_where": reported.printed_where,
        "note": reported.note,
        "why": reported.why,
        "handed_in_by": reported.proposed_by.username,
        "handed_in_at": reported.proposed_at.isoformat(),
    }


def as_sent(values: Iterable[AskedValue]) -> list[dict]:
    """
    How each value stands, for the receipt of a round: without its number, which the
    fingerprint of what was handed in covers.
    """
    values = list(values)
    last = handed_in(values, source=None)
    return [
        {
            "indicator": value.code,
            "title": value.title_es,
            "standing": value.standing.value,
            "handed_in_on": value.first_day.isoformat() if value.first_day else None,
            **_fingerprint(last.get(value)),
        }
        for value in values
    ]


def _fingerprint(reported):
    if reported is None:
        return {}
    return {"value": reported.pk, "sha256": digest(content(reported))}


def reported(told, user) -> dict[int, ReportedValue]:
    """By its id, each value of a round's receipt that this person may read."""
    keys = {each["value"] for each in told if "value" in each}
    return ReportedValue.objects.visible_to(user).in_bulk(keys)

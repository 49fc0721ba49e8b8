"""The receipt of a value: what an agency handed in and when, to print and to sign."""

from django.contrib import admin
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from strategic_areas.desk.values.pages import parts_in_words
from strategic_areas.models.reported_values import ReportedValue
from strategic_areas.models.submissions import digest


@require_safe
def value_receipt(request, pk):
    """The receipt of one value, for its agency and for the secretariat."""
    rows = ReportedValue.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("proposed_by", "revises"), pk=pk)
    context = {
        **admin.site.each_context(request),
        "reported": found,
        "parts": parts_in_words(found),
        "sha256": digest(content(found)),
    }
    return render(request, "desk/value_receipt.html", context)


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
        "note": reported.note,
        "why": reported.why,
        "handed_in_by": reported.proposed_by.username,
        "handed_in_at": reported.proposed_at.isoformat(),
    }

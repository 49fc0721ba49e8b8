"""The report for the commission: a document with one press, and a page to print."""

from django.contrib import admin
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from strategic_areas.desk.downloads import as_file
from strategic_areas.desk.report.contents import of_round
from strategic_areas.desk.rounds.pages import round_or_404
from strategic_areas.models import Plan

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def report(request, pk):
    """The report of a round, to read and to print."""
    period = _public_or_404(request, pk)
    told = of_round(period, timezone.localdate())
    context = {
        **admin.site.each_context(request),
        "title": told.title,
        "period": period,
        "report": told,
    }
    return render(request, "desk/report.html", context)


@require_safe
def document(request, pk):
    """The same as a DOCX."""
    from strategic_areas.desk.report.document import write

    period, today = _public_or_404(request, pk), timezone.localdate()
    told = of_round(period, today)
    name = slugify(f"{told.title} {period.plan.code} {period.code} {today}")
    return as_file(write(told), f"{name}.docx", DOCX)


def _public_or_404(request, pk):
    """A round that has opened, of a plan that the public reads."""
    period = round_or_404(request.user, pk)
    if period.plan.status == Plan.Status.IN_PREPARATION:
        raise Http404
    return period

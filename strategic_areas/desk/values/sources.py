"""Values that the secretariat writes down, from a letter of the agency or a source."""

from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.access import RefusedError
from strategic_areas.desk.values.forms import SourcedForm
from strategic_areas.desk.values.pages import answered, last_told
from strategic_areas.figures.reporting import VALUES, hand_in
from strategic_areas.models.reported_values import ReportedValue


@require_safe
def values_recorded(request):
    """List the indicators of which the secretariat may write down a value."""
    _must_review(request.user)
    context = {
        **admin.site.each_context(request),
        "title": _("Record a value from a letter or a source"),
        "indicators": answered().select_related("agency"),
    }
    return render(request, "desk/values_recorded.html", context)


def value_recorded(request, indicator):
    """The form of one value; another person of the secretariat publishes it."""
    _must_review(request.user)
    found = get_object_or_404(answered().select_related("agency"), pk=indicator)
    last = last_told(found)
    form = SourcedForm(
        request.POST if request.method == "POST" else None,
        instance=ReportedValue(indicator=found, agency=found.agency),
        last=last and last.value,
    )
    if form.is_valid():
        try:
            hand_in(form.instance, by=request.user)
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Kept. Another person publishes it."))
            return redirect("admin:decisions")
    context = {
        **admin.site.each_context(request),
        "form": form,
        "indicator": found,
        "last": last,
    }
    status = 422 if form.errors else 200
    return render(request, "desk/value_recorded.html", context, status=status)


def _must_review(user):
    if not VALUES.decides(user):
        raise Http404

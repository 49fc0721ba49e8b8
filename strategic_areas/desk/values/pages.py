"""
The pages on which values are entered: an agency's indicators, a form, a grid of years.

The secretariat records here what a letter or a source says. Whoever may read raw values
takes exact tables out.
"""

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from agencies import access
from agencies.audit import take_out
from agencies.decisions import Status
from agencies.models import Agency, FocalPoint
from strategic_areas.desk.screens import screen
from strategic_areas.desk.sheet.pages import sheet_or_404
from strategic_areas.desk.sheet.rows import DAYS
from strategic_areas.desk.values.forms import (
    DIMENSIONS,
    ColumnForm,
    SourcedForm,
    ValueForm,
    last_told,
    typed,
)
from strategic_areas.figures import raw
from strategic_areas.figures.reporting import VALUES
from strategic_areas.models import Indicator
from strategic_areas.models.measurements import ReportedValue
from strategic_areas.views.files import WORKBOOK, as_file


def answered(**lookups):
    """The indicators of public plans for which an agency answers."""
    rows = Indicator.objects.exclude(agency=None).select_related("agency")
    return rows.filter(introduced_by__status__in=["approved", "ended"], **lookups)


@require_safe
def values(request, period, agency):
    sheet = sheet_or_404(request, period, agency)
    lines = {each.pk: (each, []) for each in answered(agency=sheet.agency)}
    rows = ReportedValue.objects.filter(agency=sheet.agency, indicator__in=lines)
    for row in rows.select_related("indicator").order_by("-proposed_at"):
        lines[row.indicator_id][1].append(row)
    return screen(
        request,
        "desk/values.html",
        title=_("Values of your indicators"),
        sheet=sheet,
        lines=[
            {
                "indicator": indicator,
                "handed_in": handed_in,
                "address": reverse("admin:value_new", args=[*sheet.keys, pk]),
            }
            for pk, (indicator, handed_in) in lines.items()
        ],
    )


def value_new(request, period, agency, indicator):
    sheet = sheet_or_404(request, period, agency)
    found = get_object_or_404(answered(agency=sheet.agency), pk=indicator)
    before = _begun_from(request, sheet, found)
    form = ValueForm(
        _posted(request),
        instance=ReportedValue(indicator=found, agency=sheet.agency),
        initial=typed(before) if before else _days_asked(request),
        last=last_told(found),
    )
    if form.is_bound and form.hand_in(by=request.user):
        messages.success(request, _("The value is with the secretariat."))
        return redirect(sheet.values_url)
    return _entry(request, "desk/value_new.html", [form], sheet=sheet, before=before)


def _posted(request):
    return request.POST if request.method == "POST" else None


def _entry(request, template, forms, **context):
    """The page of one form, or of several beside each other."""
    has_faults = any(form.errors for form in forms)
    return screen(
        request,
        template,
        status=422 if has_faults else 200,
        has_faults=has_faults,
        forms=forms,
        form=forms[0],
        indicator=forms[0].indicator,
        **context,
    )


def _begun_from(request, sheet, indicator):
    rows = ReportedValue.objects.filter(agency=sheet.agency, indicator=indicator)
    pk = request.GET.get("desde", "")
    if pk.isdecimal():
        return rows.filter(pk=pk).first()
    if days := _days_asked(request):
        last = rows.filter(**days).order_by("pk").last()
        return last if last and last.status == Status.DECLINED else None
    return None


def _days_asked(request):
    names, told = ("starts_on", "ends_on"), request.GET.get(DAYS, "").split("_")
    try:
        return dict(zip(names, map(date.fromisoformat, told), strict=True))
    except ValueError:
        return {}


def value_grid(request, period, agency, indicator):
    """A column for each value of the indicator that was never handed in."""
    sheet = sheet_or_404(request, period, agency)
    found = get_object_or_404(answered(agency=sheet.agency), pk=indicator)
    empty = [row for row in sheet.values if row.state == "todo"]
    rows = [row for row in empty if row.value.indicator == found]
    if not rows:
        raise Http404
    last = last_told(found)
    forms = [ColumnForm(_posted(request), row=row, last=last) for row in rows]
    if request.method == "POST" and (number := _hand_in(forms, by=request.user)):
        text = ngettext(
            "%(number)d value is with the secretariat.",
            "%(number)d values are with the secretariat.",
            number,
        )
        messages.success(request, text % {"number": number})
        return redirect(sheet.values_url)
    return _entry(
        request,
        "desk/value_grid.html",
        forms,
        sheet=sheet,
        lines=_lines(forms, "value", "certainty"),
        parts=[
            {
                "label": DIMENSIONS[dimension],
                "dimension": dimension,
                "lines": _lines(forms, *names),
            }
            for dimension, names in forms[0].names.items()
        ],
        texts=_lines(forms, "note", "why", *_checks(forms)),
    )


def _hand_in(forms, *, by):
    """How many columns were handed in: all that are filled, or 0 and each its fault."""
    filled = [form for form in forms if form.has_changed()]
    if not filled:
        forms[0].full_clean()
        forms[0].add_error(None, _("No number was entered."))
    if any(form.errors for form in forms):
        return 0
    with transaction.atomic():
        if not all(form.hand_in(by=by) for form in filled):
            transaction.set_rollback(True)
            return 0
    return len(filled)


def _checks(forms):
    """The tick that a number is right, once one of the columns asks for it."""
    boxes = [form["is_checked"] for form in forms if "is_checked" in form.fields]
    return ["is_checked"] if any(box.errors or box.value() for box in boxes) else []


def _lines(forms, *names):
    found = []
    for name in names:
        cells = tuple(form[name] if name in form.fields else None for form in forms)
        if label := next((cell.label for cell in cells if cell), None):
            found.append({"label": label, "cells": cells})
    return found


@require_safe
def values_recorded(request):
    _must_review(request.user)
    return screen(
        request,
        "desk/values_recorded.html",
        title=_("Record a value from a letter or a source"),
        indicators=answered(),
    )


def value_recorded(request, indicator):
    """The form of one value; another person of the secretariat publishes it."""
    _must_review(request.user)
    found = get_object_or_404(answered(), pk=indicator)
    form = SourcedForm(
        _posted(request),
        instance=ReportedValue(indicator=found, agency=found.agency),
        last=last_told(found),
    )
    if form.is_bound and form.hand_in(by=request.user):
        messages.success(request, _("Kept. Another person publishes it."))
        return redirect("admin:decisions")
    return _entry(request, "desk/value_new.html", [form])


def _must_review(user):
    if not VALUES.decides(user):
        raise Http404


#: Form of a file → what writes it, its type, and its word on the button.
FORMS = {
    "xlsx": (raw.as_workbook, WORKBOOK, gettext_lazy("Take it as XLSX")),
    "csv": (raw.as_csv, "text/csv; charset=utf-8", gettext_lazy("Take it as CSV")),
}


def exact_agency(request, agency):
    found = get_object_or_404(Agency, slug=agency)
    rows = Indicator.objects.filter(agency=found)
    return _exact(request, found, found, rows, subject=found.slug)


def exact_indicator(request, indicator):
    found = get_object_or_404(Indicator.objects.select_related("agency"), pk=indicator)
    rows = Indicator.objects.filter(pk=found.pk)
    return _exact(request, found, found.agency, rows, subject=found.code)


def _exact(request, record, agency, indicators, *, subject):
    """``Http404`` to all but the secretariat and who reports for the agency now."""
    person, form = request.user, request.POST.get("form")
    own = FocalPoint.objects.agencies_of(person)
    if not (access.is_reviewer(person) or agency and own.filter(agency=agency)):
        raise Http404
    if request.method != "POST" or form not in FORMS:
        words = {name: word for name, (_write, _type, word) in FORMS.items()}
        context = {"record": record, "indicators": indicators, "forms": words}
        return screen(request, "desk/exact.html", **context)
    write, content_type, _word = FORMS[form]
    take_out(request, record, agency=agency, kind="exact_values", form=form)
    taken = raw.Taken(
        person=person.get_full_name() or person.get_username(),
        account=person.get_username(),
        moment=timezone.localtime(),
        subject=subject,
    )
    return as_file(write(indicators, taken), taken.file_name(form), content_type)

"""The grid: several values of one indicator that a round asks for, entered at once."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.access import RefusedError
from strategic_areas.desk.screens import screen
from strategic_areas.desk.sheet.pages import sheet_or_404
from strategic_areas.desk.sheet.rows import ValueRow
from strategic_areas.desk.values.forms import DIMENSIONS, ValueForm
from strategic_areas.desk.values.pages import answered, last_told
from strategic_areas.figures.reporting import hand_in, standing
from strategic_areas.models.measurements import ReportedValue


class ColumnForm(ValueForm):
    class Meta(ValueForm.Meta):
        fields = ["value", "certainty", "note", "why"]

    def __init__(self, *args, row: ValueRow, **kwargs):
        days = {"starts_on": row.value.starts_on, "ends_on": row.value.ends_on}
        about = {"indicator": row.value.indicator, "agency": row.value.agency}
        self.row, reported = row, ReportedValue(**about, **days)
        self.standing = standing(reported)
        super().__init__(
            *args,
            instance=reported,
            prefix=row.days,
            empty_permitted=True,
            use_required_attribute=False,
            **kwargs,
        )
        if self.standing is None:
            del self.fields["why"]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}, {row.value.span}"

    def make_layout(self):
        """The page lays the columns out beside each other."""

    def has_changed(self):
        """A column without it is left for later."""
        parts = {name for names in self.names.values() for name in names.values()}
        return bool({"value", "note", "why", *parts} & set(self.changed_data))

    def revises(self):
        return self.standing


def value_grid(request, period, agency, indicator):
    """A column for each value of the indicator that was never handed in."""
    sheet = sheet_or_404(request, period, agency)
    found = get_object_or_404(answered().filter(agency=sheet.agency), pk=indicator)
    empty = [row for row in sheet.values if row.state == "todo"]
    rows = [row for row in empty if row.value.indicator == found]
    if not rows:
        raise Http404
    last = last_told(found)
    data = request.POST if request.method == "POST" else None
    forms = [ColumnForm(data, row=row, last=last and last.value) for row in rows]
    faulty, refused = [form for form in forms if form.errors], ""
    if data is not None and not faulty:
        filled = [form for form in forms if form.has_changed()]
        refused = _hand_in(filled, by=request.user)
        if not refused:
            _say(request, len(filled))
            return redirect("admin:values", sheet.period.pk, sheet.agency.slug)
    return screen(
        request,
        "desk/value_grid.html",
        status=422 if faulty or refused else 200,
        sheet=sheet,
        indicator=found,
        last=last,
        forms=forms,
        refused=refused,
        lines=_lines(forms, "value", "certainty"),
        parts=_parts(forms),
        texts=_lines(forms, "note", "why", "is_checked"),
        has_faults=bool(faulty or refused),
        list_url=reverse("admin:values", args=[sheet.period.pk, sheet.agency.slug]),
    )


def _hand_in(forms, *, by):
    if not forms:
        return _("No number was entered.")
    try:
        with transaction.atomic():
            for form in forms:
                hand_in(form.instance, by=by)
    except RefusedError as error:
        return str(error)
    return ""


def _say(request, number):
    text = ngettext(
        "%(number)d value is with the secretariat.",
        "%(number)d values are with the secretariat.",
        number,
    )
    messages.success(request, text % {"number": number})


def _lines(forms, *names):
    asked = [form for form in forms if "is_checked" in form.errors]
    if not (asked or any(form["is_checked"].value() for form in _checkable(forms))):
        names = [name for name in names if name != "is_checked"]
    found = []
    for name in names:
        cells = tuple(form[name] if name in form.fields else None for form in forms)
        if label := next((cell.label for cell in cells if cell), None):
            found.append({"label": label, "cells": cells})
    return found


def _checkable(forms):
    return (form for form in forms if "is_checked" in form.fields)


def _parts(forms):
    """The rows of each dimension; ``sums`` are the prefixes of its live sums."""
    return [
        {
            "label": DIMENSIONS[dimension],
            "dimension": dimension,
            "lines": _lines(forms, *names.values()),
            "sums": [form.prefix for form in forms],
        }
        for dimension, names in forms[0].names.items()
    ]

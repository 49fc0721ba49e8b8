"""A row of the sheet with the forms in which it is answered."""

from dataclasses import dataclass

from django.contrib import admin
from django.urls import reverse

from strategic_areas.desk import in_step
from strategic_areas.desk.forms import NoNewsForm, ReportForm, SameForm
from strategic_areas.desk.sheet import Row
from strategic_areas.models import ActivityUpdate, Province


@dataclass(frozen=True)
class Shown:
    """``form`` and ``quick`` are None where nothing may be written any more."""

    row: Row
    form: object = None
    quick: tuple = ()
    is_unfolded: bool = False

    @property
    def posted(self):
        """The form that came back with errors, if one did."""
        return next((f for f in (self.form, *self.quick) if f and f.errors), None)


def page(request, sheet, *, unfolded=None, posted=None):
    """The context of the whole sheet; ``posted`` is a form that came back."""
    if unfolded is None:
        unfolded = next((row.activity.pk for row in sheet.rows if row.waits), None)
    provinces = places()
    return {
        **frame(request, sheet),
        "rows": [
            show(sheet, row, provinces, unfolded=unfolded, posted=posted)
            for row in sheet.rows
        ],
        "in_step": in_step.table(),
    }


def frame(request, sheet):
    """What every page of the sheet needs."""
    return {**admin.site.each_context(request), "sheet": sheet}


def places():
    """The choices of places, read once for all rows."""
    return [(place.pk, place.name) for place in Province.objects.order_by("name")]


def show(sheet, row, provinces, *, unfolded=None, posted=None):
    """One row; the form that came back stands in the place of its kind."""
    is_unfolded = row.activity.pk == unfolded
    if not row.is_open:
        return Shown(row, is_unfolded=is_unfolded)
    action = reverse(
        "admin:sheet_row",
        args=[sheet.period.pk, sheet.agency.slug, row.activity.pk],
    )
    if posted and posted.instance.activity_id != row.activity.pk:
        posted = None
    form = _or_posted(ReportForm, row, posted, last=row.last, provinces=provinces)
    quick = [_or_posted(NoNewsForm, row, posted)]
    if row.last:
        seen = {"seen_version": row.update.version if row.update else None}
        auto_id = f"r{row.activity.pk}_same_%s"
        quick = [SameForm(initial=seen, action=action, auto_id=auto_id), *quick]
    for each in (form, quick[-1]):
        each.helper.form_action = action
    return Shown(row, form, tuple(quick), is_unfolded)


def _or_posted(form_class, row, posted, **kwargs):
    if isinstance(posted, form_class):
        if provinces := kwargs.get("provinces"):
            posted.fields["places"].choices = provinces
        return posted
    return form_class(instance=_written_in(row), **kwargs)


def _written_in(row):
    if row.state == "todo":
        return ActivityUpdate(activity=row.activity, period=row.period)
    return row.update

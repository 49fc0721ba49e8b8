"""The pages on which the secretariat and an agency take exact tables, and the files."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.audit import take_out
from agencies.models import Agency, FocalPoint
from strategic_areas.desk.screens import screen
from strategic_areas.figures import raw
from strategic_areas.models import Indicator
from strategic_areas.views.files import WORKBOOK, as_file

#: Form of a file → what writes it, its type, and its word on the button.
FORMS = {
    "xlsx": (raw.as_workbook, WORKBOOK, _("Take it as XLSX")),
    "csv": (raw.as_csv, "text/csv; charset=utf-8", _("Take it as CSV")),
}


def exact_agency(request, agency):
    found = get_object_or_404(Agency, slug=agency)
    _must_answer(request.user, found)
    rows = Indicator.objects.filter(agency=found)
    return _page(request, rows, found, agency=found, subject=found.slug)


def exact_indicator(request, indicator):
    found = get_object_or_404(Indicator.objects.select_related("agency"), pk=indicator)
    _must_answer(request.user, found.agency)
    rows = Indicator.objects.filter(pk=found.pk)
    return _page(request, rows, found, agency=found.agency, subject=found.code)


def _must_answer(user, agency):
    """``Http404`` to all but the secretariat and who reports for the agency now."""
    if access.is_reviewer(user):
        return
    own = FocalPoint.objects.agencies_of(user)
    if agency is None or not own.filter(agency=agency).exists():
        raise Http404


def _page(request, rows, record, *, agency, subject):
    form = request.POST.get("form")
    if request.method == "POST" and form in FORMS:
        return _file(request, rows, record, form, agency=agency, subject=subject)
    return screen(
        request,
        "desk/exact.html",
        record=record,
        indicators=rows,
        forms={name: word for name, (_write, _type, word) in FORMS.items()},
    )


def _file(request, rows, record, form, *, agency, subject):
    write, content_type, _word = FORMS[form]
    take_out(request, record, agency=agency, kind="exact_values", form=form)
    person = request.user
    taken = raw.Taken(
        person=person.get_full_name() or person.get_username(),
        account=person.get_username(),
        moment=timezone.localtime(),
        subject=subject,
    )
    return as_file(write(rows, taken), taken.file_name(form), content_type)

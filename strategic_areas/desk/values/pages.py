"""
The pages of values: an agency's indicators, one form, one decision and the receipt.
"""

from datetime import date

from django.contrib import messages
from django.db import DatabaseError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from agencies import access
from agencies.access import RefusedError
from agencies.audit import take_out
from agencies.decisions import Outdated, Status
from agencies.models import Agency, FocalPoint
from strategic_areas.addresses import address
from strategic_areas.desk.changes import decisions
from strategic_areas.desk.changes.pages import hide_url
from strategic_areas.desk.changes.protection import in_lines
from strategic_areas.desk.screens import screen
from strategic_areas.desk.sheet.pages import sheet_or_404
from strategic_areas.desk.sheet.rows import DAYS
from strategic_areas.desk.values.forms import (
    DIMENSIONS,
    SourcedForm,
    ValueForm,
    categories_of,
    typed,
)
from strategic_areas.figures import raw
from strategic_areas.figures.reporting import VALUES, hand_in
from strategic_areas.models import Commitment, Indicator, PublishedFigure
from strategic_areas.models.letters import digest
from strategic_areas.models.measurements import Publication, ReportedValue
from strategic_areas.purging.hiding import may_hide
from strategic_areas.queries.figures import indicators, words
from strategic_areas.queries.figures.indicators import IndicatorLine
from strategic_areas.queries.public_rows import (
    concerned,
    difference,
    public_rows,
    value_key,
)
from strategic_areas.views.files import WORKBOOK, as_file
from strategic_areas.views.indicator_pictures import columns
from strategic_areas.workflow import guard


class PublishForm(decisions.ApproveForm):
    button = gettext_lazy("Publish")


class ReturnForm(decisions.DeclineForm):
    button = gettext_lazy("Return to the agency")


def _indicators(sheet):
    return answered().filter(agency=sheet.agency)


def answered():
    """The indicators of public plans for which an agency answers."""
    rows = Indicator.objects.exclude(agency=None)
    return rows.filter(introduced_by__status__in=["approved", "ended"])


def _address(sheet):
    return reverse("admin:values", args=[sheet.period.pk, sheet.agency.slug])


@require_safe
def values(request, period, agency):
    sheet = sheet_or_404(request, period, agency)
    rows = ReportedValue.objects.filter(agency=sheet.agency).order_by("-proposed_at")
    handed_in = {}
    for row in rows.select_related("indicator"):
        handed_in.setdefault(row.indicator_id, []).append(row)
    lines = [
        {
            "indicator": each,
            "handed_in": handed_in.get(each.pk, []),
            "address": reverse("admin:value_new", args=[*sheet.keys, each.pk]),
        }
        for each in _indicators(sheet)
    ]
    return screen(
        request,
        "desk/values.html",
        sheet=sheet,
        lines=lines,
    )


def _hands_in(form, user):
    if not form.is_valid():
        return False
    try:
        hand_in(form.instance, by=user)
    except RefusedError as error:
        form.add_error(None, str(error))
        return False
    return True


def value_new(request, period, agency, indicator):
    sheet = sheet_or_404(request, period, agency)
    found = get_object_or_404(_indicators(sheet), pk=indicator)
    last = last_told(found)
    before = _begun_from(request, sheet, found)
    form = ValueForm(
        request.POST if request.method == "POST" else None,
        instance=ReportedValue(indicator=found, agency=sheet.agency),
        initial=typed(before) if before else _days_asked(request),
        last=last and last.value,
    )
    if _hands_in(form, request.user):
        messages.success(request, _("The value is with the secretariat."))
        return redirect(_address(sheet))
    return screen(
        request,
        "desk/value_new.html",
        status=422 if form.errors else 200,
        sheet=sheet,
        form=form,
        indicator=found,
        last=last,
        before=before,
        list_url=_address(sheet),
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


def last_told(indicator):
    rows = PublishedFigure.objects.standing().filter(indicator=indicator)
    return rows.exclude(value=None).order_by("-ends_on", "-starts_on").first()


def value(request, pk):
    if not VALUES.decides(request.user):
        raise Http404
    rows = ReportedValue.objects.visible_to(request.user)
    found = get_object_or_404(
        rows.select_related("proposed_by", "decided_by", "revises"), pk=pk
    )
    examined = guard.examined_texts(found, ("note", "why"))
    steps = decisions.open_forms(
        request,
        VALUES,
        found,
        PublishForm,
        ReturnForm,
        examined=examined,
    )
    if decisions.take_pressed_step(request, VALUES, found, steps):
        return redirect("admin:index")
    return screen(
        request,
        "desk/value.html",
        reported=found,
        last=last_told(found.indicator),
        parts=parts_in_words(found),
        examined=examined,
        steps=steps,
        why_not=VALUES.why_not(request.user, found),
        preview=preview(found, by=request.user) if found.is_waiting else None,
        hides=_hides(request.user, found),
    )


def _hides(user, reported):
    """Where the figure is taken away that tells the value now; "" if none does."""
    told = Publication.objects.filter(measurement=reported.measurement_id)
    figure = PublishedFigure.objects.public().filter(pk__in=told.values("figure"))
    if (found := figure.first()) and may_hide(user, found):
        return hide_url(PublishedFigure, found.pk)
    return ""


def parts_in_words(reported):
    words = categories_of(reported.indicator)
    return [
        (
            DIMENSIONS[dimension],
            [
                (words.get(dimension, {}).get(code, code), number)
                for code, number in numbers.items()
            ],
        )
        for dimension, numbers in reported.parts.items()
    ]


@require_safe
def value_receipt(request, pk):
    rows = ReportedValue.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("proposed_by", "revises"), pk=pk)
    return screen(
        request,
        "desk/value_receipt.html",
        reported=found,
        parts=parts_in_words(found),
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


@require_safe
def values_recorded(request):
    _must_review(request.user)
    return screen(
        request,
        "desk/values_recorded.html",
        title=_("Record a value from a letter or a source"),
        indicators=answered().select_related("agency"),
    )


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
    if _hands_in(form, request.user):
        messages.success(request, _("Kept. Another person publishes it."))
        return redirect("admin:decisions")
    return screen(
        request,
        "desk/value_recorded.html",
        status=422 if form.errors else 200,
        form=form,
        indicator=found,
        last=last,
    )


def _must_review(user):
    if not VALUES.decides(user):
        raise Http404


def preview(reported, *, by):
    """What the public will read once a value is published; None where it cannot be."""
    indicator = reported.indicator
    line = _line(indicator)
    keys = concerned([(Indicator, indicator.pk)])
    rows = public_rows(keys)
    before = _card(line)
    try:
        with VALUES.tried([reported], by=by):
            line = _line(indicator)
            changed = difference(rows, public_rows(keys))
            found = {
                "before": before,
                "after": _card(line),
                "lines": in_lines(changed),
                "series": list(_series(line, changed)),
                "pages": list(_pages(line)),
            }
    except (Outdated, RefusedError, DatabaseError):
        return None
    return found


def _line(indicator) -> IndicatorLine | None:
    return next(
        iter(indicators.lines(indicators.public().filter(pk=indicator.pk))), None
    )


def _card(line):
    if line is None or line.last is None:
        return None
    return {"text": words.sentence(line, line.last), "picture": columns(line)}


def _series(line, changed):
    """The values of a series; ``is_new`` where the public reads it so for once."""
    new = {
        each.key
        for each in changed
        if {name for name, _old, _new in each.columns} & {"value", "shown"}
    }
    for point in line.points if line else ():
        yield {
            "span": words.span(point.starts_on, point.ends_on, *words.exact_to(point)),
            "text": words.value_text(point),
            "state": words.state(point),
            "is_new": value_key(line.indicator, point) in new,
        }


def _pages(line):
    """Pairs of a page that would show the value, and its address."""
    if line is None or line.last is None:
        return
    of = line.indicator
    if of.key_figure:
        yield _("The first page"), address("home")
    yield _("Its own page"), address("indicator", of.code)
    yield _("The list of figures"), address("indicators")
    if of.area and _is_among(of, indicators.of_area(of.area)):
        yield str(of.area), of.area.get_absolute_url()
    if of.agency and _is_among(of, indicators.of_agency(of.agency)):
        agency = of.agency
        yield str(agency), address("agency", of.introduced_by.code, agency.slug)
    for commitment in _commitments(of):
        yield str(commitment), commitment.get_absolute_url()


def _is_among(indicator, lines):
    """Whether a page that shows the first of these lines shows the indicator's."""
    shown = indicators.first_of(lines)["lines"]
    return any(each.indicator.pk == indicator.pk for each in shown)


def _commitments(indicator):
    if not (indicator.commitment_id or indicator.programme_id):
        return Commitment.objects.none()
    rows = Commitment.objects.standing().select_related("plan")
    if indicator.commitment_id:
        return rows.filter(pk=indicator.commitment_id)
    return rows.filter(programme=indicator.programme_id)


#: Form of a file → what writes it, its type, and its word on the button.
FORMS = {
    "xlsx": (raw.as_workbook, WORKBOOK, gettext_lazy("Take it as XLSX")),
    "csv": (raw.as_csv, "text/csv; charset=utf-8", gettext_lazy("Take it as CSV")),
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

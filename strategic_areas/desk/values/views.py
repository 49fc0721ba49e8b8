"""
Pages of values: indicators, forms, a grid, and files of raw ("exact") values.

The secretariat also records values from letters or sources, and previews publication.
"""

from collections import Counter, defaultdict
from datetime import date
from itertools import starmap

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from agencies import access
from agencies.access import RefusedError
from agencies.audit import record_download
from agencies.decisions import DecisionStatus
from agencies.folding import fold
from agencies.models import Agency, FocalPoint
from agencies.routes import return_url
from strategic_areas.attainment import AttainmentKind
from strategic_areas.desk.changes.protection import describe_differences
from strategic_areas.desk.changes.views import hide_url
from strategic_areas.desk.page_changes import PublicPageChange, page_changes_of
from strategic_areas.desk.screens import render_screen, take_step, take_valid_step
from strategic_areas.desk.sheet.contents import sheet_or_404
from strategic_areas.desk.sheet.rows import DAYS_PARAMETER
from strategic_areas.desk.values.forms import (
    DIMENSIONS,
    FixedDaysValueForm,
    RecordedValueForm,
    ValueForm,
    initial_of_value,
    last_public_figure,
    last_public_figures,
    value_facts,
)
from strategic_areas.figures import raw_figures
from strategic_areas.figures.submission import (
    SPAN_FIELDS,
    VALUE_STEPS,
    fingerprinted_facts,
    submit_value,
)
from strategic_areas.models import Commitment, Indicator, PublishedFigure
from strategic_areas.models.letters import digest
from strategic_areas.models.measurements import Publication, ReportedValue
from strategic_areas.public_paths import public_path
from strategic_areas.purging.takedowns import may_hide
from strategic_areas.queries.figures import indicators, phrases
from strategic_areas.queries.figures.indicators import IndicatorSeries
from strategic_areas.queries.public_rows import (
    affected_records,
    read_public_rows,
    row_differences,
    value_key,
)
from strategic_areas.views.files import WORKBOOK, as_file
from strategic_areas.views.indicator_pictures import small_column_chart


def indicators_with_agency(**lookups):
    """Return the indicators of public plans that have a responsible agency."""
    rows = Indicator.objects.exclude(agency=None).select_related("agency")
    return rows.filter(introduced_by__status__in=["approved", "ended"], **lookups)


def indicator_list_context(request, indicators, page, *keys, owed=()):
    """
    Return the context of a list of indicators with their last public values.

    Indicators of ``owed`` values come first. Each links to ``page`` with ``keys`` and
    its own. The query parameter ``q`` filters by code and name.
    """
    indicators, search = list(indicators), request.GET.get("q", "")
    owed_count = Counter(row.value.indicator.pk for row in owed)
    last = last_public_figures(indicators)
    listed = [
        {
            "indicator": each,
            "last": last.get(each.pk),
            "owed": owed_count[each.pk],
            "address": reverse(f"admin:{page}", args=[*keys, each.pk]),
        }
        for each in indicators
        if fold(search) in fold(f"{each.code} {each.name} {each.agency or ''}")
    ]
    return {
        "listed_indicators": sorted(listed, key=lambda each: not each["owed"]),
        "wanted": search,
        "has_search_box": len(indicators) > 5,  # fewer are seen at a glance
    }


@require_safe
def value_list(request, period, agency):
    sheet = sheet_or_404(request.user, period, agency)
    indicators = indicators_with_agency(agency=sheet.agency)
    context = indicator_list_context(
        request, indicators, "value_new", *sheet.keys, owed=sheet.open_values
    )
    handed_in = defaultdict(list)
    rows = ReportedValue.objects.filter(agency=sheet.agency, indicator__in=indicators)
    for row in rows.select_related("indicator").order_by("-proposed_at"):
        handed_in[row.indicator_id].append(row)
    for each in context["listed_indicators"]:
        each["handed_in"] = handed_in[each["indicator"].pk]
    return render_screen(
        request,
        "desk/values.html",
        title=sheet.value_question.heading,
        sheet=sheet,
        **context,
    )


def value_new(request, period, agency, indicator):
    sheet = sheet_or_404(request.user, period, agency)
    indicator = get_object_or_404(
        indicators_with_agency(agency=sheet.agency), pk=indicator
    )
    before = _value_to_copy(request, sheet, indicator)
    form = ValueForm(
        _posted(request),
        instance=ReportedValue(indicator=indicator, agency=sheet.agency),
        initial=initial_of_value(before) if before else _requested_days(request),
        last=last_public_figure(indicator),
    )
    if take_valid_step(form, submit_value, form.instance, by=request.user):
        messages.success(request, _("The value is with the secretariat."))
        return redirect(sheet.values_url)
    return _page(request, "desk/value_new.html", [form], sheet=sheet, before=before)


def _posted(request):
    return request.POST if request.method == "POST" else None


def _page(request, template, forms, **context):
    has_problems = any(form.errors for form in forms)
    return render_screen(
        request,
        template,
        status=422 if has_problems else 200,
        title=forms[0].indicator.code,
        has_faults=has_problems,
        forms=forms,
        form=forms[0],
        indicator=forms[0].indicator,
        **context,
    )


def _value_to_copy(request, sheet, indicator):
    """The value that fills the form: the one in ``desde``, or a returned one."""
    rows = ReportedValue.objects.filter(agency=sheet.agency, indicator=indicator)
    pk = request.GET.get("desde", "")
    if pk.isdecimal():
        return rows.filter(pk=pk).first()
    if days := _requested_days(request):
        last = rows.filter(**days).order_by("pk").last()
        return last if last and last.status == DecisionStatus.DECLINED else None
    return None


def _requested_days(request):
    days = request.GET.get(DAYS_PARAMETER, "").split("_")
    try:
        starts_on, ends_on = map(date.fromisoformat, days)
    except ValueError:
        return {}
    return {"starts_on": starts_on, "ends_on": ends_on}


def value_grid(request, period, agency, indicator):
    sheet = sheet_or_404(request.user, period, agency)
    indicator = get_object_or_404(
        indicators_with_agency(agency=sheet.agency), pk=indicator
    )
    all_rows = [row for row in sheet.values if row.value.indicator == indicator]
    rows = [row for row in all_rows if row.state == "todo"]
    already_submitted = [
        x for x in all_rows if x not in rows and request.POST.get(f"{x.span_key}-value")
    ]
    for row in already_submitted:
        text = _("%(days)s: a value was submitted already. Compare it with yours.")
        messages.warning(request, text % {"days": row.value.span})
    if already_submitted and not rows:
        return redirect(sheet.values_url)
    if not rows:
        raise Http404
    last = last_public_figure(indicator)
    forms = [FixedDaysValueForm(_posted(request), row=row, last=last) for row in rows]
    if request.method == "POST" and (number := _submit_all(forms, by=request.user)):
        text = ngettext(
            "%(number)d value is with the secretariat.",
            "%(number)d values are with the secretariat.",
            number,
        )
        messages.success(request, text % {"number": number})
        return redirect(sheet.values_url)
    return _page(
        request,
        "desk/value_grid.html",
        forms,
        sheet=sheet,
        grid_rows=_grid_rows(forms, "value", "figure_status"),
        parts=[
            {
                "label": DIMENSIONS[dimension],
                "dimension": dimension,
                "grid_rows": _grid_rows(forms, *names),
            }
            for dimension, names in forms[0].names.items()
        ],
        text_rows=_grid_rows(forms, "note", "why"),
    )


def _submit_all(forms, *, by):
    filled = [form for form in forms if form.has_changed()]
    if not filled:
        forms[0].full_clean()
        forms[0].add_error(None, _("No number was entered."))
    if any(form.errors for form in forms):
        return 0
    with transaction.atomic():
        if not all(
            take_valid_step(form, submit_value, form.instance, by=by) for form in filled
        ):
            transaction.set_rollback(True)
            return 0
    return len(filled)


def _grid_rows(forms, *names):
    rows = []
    for name in names:
        cells = tuple(form[name] if name in form.fields else None for form in forms)
        if label := next((cell.label for cell in cells if cell), None):
            rows.append({"label": label, "cells": cells})
    return rows


@require_POST
def value_recall(request, pk):
    """Take a pending value back, which only the submitter may do."""
    reported = get_object_or_404(ReportedValue.objects.visible_to(request.user), pk=pk)
    done = _("%(record)s is yours again: nothing counts as submitted.")
    take_step(
        request, VALUE_STEPS.take_back, reported, done=done % {"record": reported}
    )
    return redirect(return_url(request))


@require_safe
def value_receipt(request, pk):
    rows = ReportedValue.objects.visible_to(request.user)
    reported = get_object_or_404(rows.select_related("proposed_by", "revises"), pk=pk)
    return render_screen(
        request,
        "desk/value_receipt.html",
        title=f"{_('Receipt')} {reported}",
        **value_facts(reported),
        sha256=digest(fingerprinted_facts(reported)),
    )


@require_safe
def choose_indicator(request):
    """List the indicators of which a reviewer may record a value."""
    VALUE_STEPS.require_decider(request.user)
    return render_screen(
        request,
        "desk/choose_indicator.html",
        title=_("Record a value from a letter or a source"),
        **indicator_list_context(request, indicators_with_agency(), "value_recorded"),
    )


def record_value(request, indicator):
    VALUE_STEPS.require_decider(request.user)
    indicator = get_object_or_404(indicators_with_agency(), pk=indicator)
    form = RecordedValueForm(
        _posted(request),
        instance=ReportedValue(indicator=indicator, agency=indicator.agency),
        last=last_public_figure(indicator),
    )
    if take_valid_step(form, submit_value, form.instance, by=request.user):
        messages.success(request, _("Saved. Another person publishes it."))
        return redirect("admin:index")
    return _page(request, "desk/value_new.html", [form])


#: Format → function that writes it, content type, and label of the button.
TABLE_FORMATS = {
    "xlsx": (
        raw_figures.raw_figures_workbook,
        WORKBOOK,
        gettext_lazy("Download as XLSX"),
    ),
    "csv": (
        raw_figures.raw_figures_csv,
        "text/csv; charset=utf-8",
        gettext_lazy("Download as CSV"),
    ),
}


def raw_values_of_agency(request, agency):
    agency = get_object_or_404(Agency, slug=agency)
    rows = Indicator.objects.filter(agency=agency)
    return _raw_values_page(request, agency, agency, rows, subject=agency.slug)


def raw_values_of_indicator(request, indicator):
    rows = Indicator.objects.filter(pk=indicator)
    indicator = get_object_or_404(rows.select_related("agency"))
    return _raw_values_page(
        request, indicator, indicator.agency, rows, subject=indicator.code
    )


def _raw_values_page(request, record, agency, indicators, *, subject):
    person, file_format = request.user, request.POST.get("format")
    own = FocalPoint.objects.agencies_of(person)
    if not (access.is_reviewer(person) or agency and own.filter(agency=agency)):
        raise Http404
    if request.method != "POST" or file_format not in TABLE_FORMATS:
        context = {
            "title": _("Exact table"),
            "record": record,
            "formats": {name: label for name, (*_, label) in TABLE_FORMATS.items()},
            **indicator_list_context(
                request, indicators.select_related("agency"), "raw_values_of_indicator"
            ),
        }
        return render_screen(request, "desk/raw_values.html", **context)
    write, content_type, _label = TABLE_FORMATS[file_format]
    record_download(
        request, record, agency=agency, kind="exact_values", form=file_format
    )
    stamp = raw_figures.DownloadStamp(
        person=person.get_full_name() or person.get_username(),
        account=person.get_username(),
        moment=timezone.localtime(),
        subject=subject,
    )
    return as_file(write(indicators, stamp), stamp.file_name(file_format), content_type)


def value_context(user, reported):
    return {
        **value_facts(reported),
        "last": last_public_figure(reported.indicator),
        "preview": _preview_of(reported, user),
        "may_be_recalled": reported.is_waiting and reported.proposed_by_id == user.pk,
        "hide_url": _hide_url(user, reported),
        "history": list(_history(reported)),
    }


def _preview_of(reported, user):
    try:
        return preview_publication([reported], by=user) if reported.is_waiting else None
    except RefusedError:
        return None


def _history(reported):
    lookups = {name: getattr(reported, name) for name in SPAN_FIELDS}
    rows = ReportedValue.objects.filter(**lookups).order_by("proposed_at", "pk")
    transition_keys = ("at", "by", "get_to_status_display", "reason")
    for row in rows.select_related("proposed_by", "decided_by"):
        steps = [(row.proposed_at, row.proposed_by, _("Handed in"), row.why)]
        if not row.is_waiting:
            status = row.get_status_display()
            steps.append((row.decided_at, row.decided_by, status, row.reason))
        yield from (dict(zip(transition_keys, step, strict=True)) for step in steps)


def _hide_url(user, reported):
    published = Publication.objects.filter(measurement=reported.measurement_id)
    rows = PublishedFigure.objects.public().filter(pk__in=published.values("figure"))
    if (figure := rows.first()) and may_hide(user, figure):
        return hide_url(PublishedFigure, figure.pk)
    return ""


def preview_publication(values, *, by):
    """
    Return what the public will read once these values are published together.

    ``public_changes`` are of all public rows; ``indicators`` are dicts, one of each
    indicator with its values, its card before and after, and its changed pages.
    ``RefusedError`` names a value that cannot be published.
    """
    affected = list({each.indicator_id: each.indicator for each in values}.values())
    keys = affected_records([(Indicator, each.pk) for each in affected])
    rows_before = read_public_rows(keys)
    before = _series_by_key(affected)
    with VALUE_STEPS.tried(values, by=by):
        after = _series_by_key(affected)
        changed = row_differences(rows_before, read_public_rows(keys))
        return {
            "public_changes": describe_differences(changed),
            "indicators": [
                {
                    "indicator": each,
                    "facts": [value_facts(x) for x in values if x.indicator == each],
                    "before": _card(before.get(each.pk)),
                    "after": _card(after.get(each.pk)),
                    "series": list(_points(before.get(each.pk), after.get(each.pk))),
                    "newly_met": _met_targets(after.get(each.pk))
                    - _met_targets(before.get(each.pk)),
                    "page_changes": _page_changes(after.get(each.pk), changed),
                }
                for each in affected
            ],
        }


def _series_by_key(affected) -> dict[int, IndicatorSeries]:
    rows = indicators.public_indicators().filter(pk__in=[each.pk for each in affected])
    return {series.indicator.pk: series for series in indicators.load_series(rows)}


def _card(series):
    if series is None or series.last is None:
        return None
    return {
        "text": phrases.value_sentence(series, series.last),
        "picture": small_column_chart(series),
    }


def _met_targets(series):
    if series is None:
        return set()
    pairs = indicators.targets_with_attainment(
        series.indicator, series.points, timezone.localdate()
    )
    return {target for target, result in pairs if result.code == AttainmentKind.MET}


def _points(before, series):
    texts_before = {
        value_key(before.indicator, point): phrases.value_text(point)
        for point in getattr(before, "points", ())
    }
    for point in series.points if series else ():
        text = phrases.value_text(point)
        text_before = texts_before.get(value_key(series.indicator, point), "")
        yield {
            "span": phrases.span_heading(
                point.starts_on, point.ends_on, *phrases.precisions_of_days(point)
            ),
            "text": text,
            "before": text_before,
            "state": phrases.status_phrase(point),
            "has_changed": text != text_before,
        }


def _page_changes(series, changed):
    if series is None or series.last is None:
        return []
    indicator, pages = series.indicator, []
    area, agency, code = indicator.area, indicator.agency, indicator.code
    if indicator.key_figure:
        pages.append((_("The home page"), public_path("home")))
    if area and _is_among(indicator, indicators.series_of_area(area)):
        pages.append((str(area), area.get_absolute_url()))
    if agency and _is_among(indicator, indicators.series_of_agency(agency)):
        plan = indicator.introduced_by.code
        pages.append((str(agency), public_path("agency", plan, agency.slug)))
    pages += [(str(each), each.get_absolute_url()) for each in _commitments(indicator)]
    rows = [x for x in changed if code in (x.row.get("indicator"), x.row.get("code"))]
    return [*starmap(PublicPageChange, pages), *page_changes_of(rows)]


def _is_among(indicator, all_series):
    shown = indicators.first_series(all_series)["series"]
    return any(each.indicator.pk == indicator.pk for each in shown)


def _commitments(indicator):
    if not (indicator.commitment_id or indicator.programme_id):
        return Commitment.objects.none()
    rows = Commitment.objects.not_superseded().select_related("plan")
    if indicator.commitment_id:
        return rows.filter(pk=indicator.commitment_id)
    return rows.filter(programme=indicator.programme_id)

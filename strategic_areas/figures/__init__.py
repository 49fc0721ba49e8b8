"""
Publish indicator values, as ``disclosure`` allows.

Public code does not import this package, as it reads raw values. It runs in the
transaction that loads a plan file, saves an indicator or source, or approves a value,
and writes only differences.
"""

from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import override

from strategic_areas import text_guard
from strategic_areas.datasets.removals import protect_in_editions
from strategic_areas.date_ranges import DateRange
from strategic_areas.disclosure import (
    CATEGORY_GROUPS,
    MARKER,
    DisclosedCell,
    DisclosedCounts,
    Quote,
    disclose,
)
from strategic_areas.figures.raw_figures import read_raw_figures
from strategic_areas.models import (
    Indicator,
    PublishedCell,
    PublishedFigure,
    RecordDispute,
    Takedown,
)
from strategic_areas.models.figures import Exactness
from strategic_areas.models.measurements import DisclosedForm, Publication
from strategic_areas.people_counts import contains_number


class DisclosureHistory:
    """
    The forms and spans that were ever disclosed of families and indicators.

    A *form* is a total with at most one breakdown, as it was once published. A *span*
    is the days of a number that is printed or needs no protection; its row has no form.
    ``members`` maps indicator ids to families; ``concerned`` are the ids of the
    indicators that are being published.
    """

    def __init__(self, members, concerned):
        self.members = members
        about = ~Q(family="") | Q(indicator__in=concerned)
        self.rows = list(DisclosedForm.objects.filter(about).order_by("pk"))
        self.spans = {
            (row.family, row.indicator_id, row.starts_on, row.ends_on)
            for row in self.rows
            if row.form is None
        }
        self.new = []

    def remember_span(self, raw):
        key = _span_key(raw)
        if key not in self.spans:
            self.spans.add(key)
            self.new.append(_form_row(raw))

    def write(self):
        DisclosedForm.objects.bulk_create(self.new)
        self.rows += self.new
        self.new = []

    def remember_form(self, raw, form):
        """Record the disclosed form of a family's year, if it differs from the last."""
        forms, last_by = self.forms(raw)
        if last_by != raw.indicator.pk or forms[-1] != form:
            row = _form_row(raw, _form_as_json(form))
            row.save()
            self.rows.append(row)

    def forms(self, raw):
        """The disclosed forms of the family's year, and the last one's indicator id."""
        rows = [
            row
            for row in self._of_family(raw)
            if row.form is not None and row.starts_on == raw.span.starts_on
        ]
        last_by = rows[-1].indicator_id if rows else None
        return [_form_from_json(row.form) for row in rows], last_by

    def once_had_another_family(self, indicator):
        """Whether the indicator once published about another family."""
        return any(
            row.family not in ("", indicator.family)
            for row in self.rows
            if row.indicator_id == indicator.pk
        )

    def is_covered(self, raw):
        """Whether the value overlaps a disclosed span of its family."""
        return any(
            row.form is None
            and raw.span.overlaps(DateRange(row.starts_on, row.ends_on))
            for row in self._of_family(raw)
        )

    def _of_family(self, raw):
        family = raw.indicator.family
        return (
            row
            for row in self.rows
            if row.family == family or self.members.get(row.indicator_id) == family
        )


def _span_key(raw):
    indicator = raw.indicator
    return indicator.family, indicator.pk, raw.span.starts_on, raw.span.ends_on


def _form_row(raw, form=None):
    names = ("family", "indicator_id", "starts_on", "ends_on")
    return DisclosedForm(form=form, **dict(zip(names, _span_key(raw), strict=True)))


def _form_as_json(form):
    cells = [[list(cell.categories), str(cell.value)] for cell in form.cells]
    return {"total": str(form.total), "dimension": form.dimension, "cells": cells}


def _form_from_json(stored):
    cells = (
        DisclosedCell(tuple(names), Decimal(text)) for names, text in stored["cells"]
    )
    return DisclosedCounts(Decimal(stored["total"]), stored["dimension"], tuple(cells))


#: Columns that may change while the number stays the same.
DETAIL_COLUMNS = ("breaks", "provenance", "starts_exact_to", "ends_exact_to")
#: Columns that state how the number is disclosed.
DISCLOSURE_COLUMNS = {"status", "printed_by_id", "printed_where_es", "printed_where_en"}
DISCLOSURE_COLUMNS |= {"differs", "withheld"}
TEXTS = tuple(
    f"{name}_{language}"
    for name in ("caption", "note", "reason")
    for language in ("es", "en")
)


_is_suppressed = ContextVar("is_suppressed", default=False)


@contextmanager
def without_publishing():
    """Suppress publication inside this context; the caller publishes afterwards."""
    token = _is_suppressed.set(True)
    try:
        yield
    finally:
        _is_suppressed.reset(token)


def publish_indicator(sender, instance, raw=False, **kwargs):
    """Receiver of ``post_save``: an indicator's fields affect its disclosure."""
    if not raw:
        publish_figures(Indicator.objects.filter(pk=instance.pk))


def publish_source(sender, instance, created, raw=False, **kwargs):
    """Receiver of ``post_save``: a source's kind affects what it may print."""
    if not (created or raw):
        publish_figures(Indicator.objects.filter(sensitive=True))


@dataclass
class DisclosedValue:
    """
    The disclosed form of one value; ``value`` is None if it is protected.

    If it ``is_unchanged``, the earlier number and its texts stay published.
    """

    value: Decimal | None = None
    quote: Quote | None = None
    cells: dict[str, list[DisclosedCell]] = field(default_factory=dict)
    is_unchanged: bool = False
    differs: bool = False


@transaction.atomic
def publish_figures(indicators):
    """
    Bring the published figures of these indicators and of all families up to date.
    """
    if _is_suppressed.get():
        return
    families = Indicator.objects.exclude(family="").order_by("pk")
    # A family has one disclosed total, so concurrent publications must wait.
    members = list(families.select_for_update(of=["self"]).values_list("pk", "family"))
    concerned = Q(pk__in=indicators) | Q(pk__in=[pk for pk, _family in members])
    raws = read_raw_figures(Indicator.objects.filter(concerned))
    history = DisclosureHistory(dict(members), {raw.indicator.pk for raw in raws})
    for raw in raws:
        if raw.is_printed or not raw.indicator.sensitive:
            history.remember_span(raw)
    history.write()
    total_ids = _total_ids(raws)
    # Columns without suffix hold Spanish.
    with override("es"):
        are_removed = [
            _write(raw, _disclosed_value(raw, history, total_ids)) for raw in raws
        ]
    if any(are_removed):
        protect_in_editions((Indicator, raw.indicator.pk) for raw in raws)


def _total_ids(raws):
    """
    Ids of the values that give a family's total, one for each year.

    A family with two total indicators publishes none.
    """
    totals = Indicator.objects.exclude(family="").filter(is_teller=True)
    count = Counter(totals.values_list("family", flat=True))
    found = {}
    for raw in raws:
        indicator = raw.indicator
        is_total = indicator.is_teller and count[indicator.family] == 1
        if is_total and indicator.national and not indicator.selects and raw.year:
            found.setdefault((indicator.family, raw.year), []).append(raw)
    return {min(each, key=_preference).measurement.pk for each in found.values()}


def _preference(raw):
    measurement = raw.measurement
    return measurement.counted_by != raw.indicator.counted_by, measurement.pk


def _disclosed_value(raw, history, total_ids):
    measurement, indicator = raw.measurement, raw.indicator
    if not indicator.sensitive:
        parts = {name: raw.parts[name] for name in raw.parts if name in CATEGORY_GROUPS}
        cells = {name: _as_cells(each) for name, each in parts.items()}
        return DisclosedValue(measurement.value, raw.quote, cells)
    if raw.is_printed:
        quoted = {
            name: [part for part in parts if part.quote]
            for name, parts in raw.parts.items()
        }
        return DisclosedValue(
            measurement.value if raw.quote else None,
            raw.quote,
            {name: _as_cells(each) for name, each in quoted.items() if each},
        )
    if measurement.pk not in total_ids or history.once_had_another_family(indicator):
        return DisclosedValue()
    return _disclose_year(raw, history)


def _as_cells(parts):
    return [DisclosedCell((part.category,), part.value, part.quote) for part in parts]


def _disclose_year(raw, history):
    measurement, indicator = raw.measurement, raw.indicator
    forms, last_by = history.forms(raw)
    is_shown = (
        raw.published_figure and forms and raw.published_figure.value == forms[-1].total
    )
    # Otherwise another indicator's number would stay published as this one's.
    is_own = bool(is_shown) and last_by == indicator.pk
    is_confirmed = measurement.status == PublishedFigure.Status.CONFIRMED
    if history.is_covered(raw) or not is_confirmed:
        return (
            _value_of_form(forms[-1], is_unchanged=True) if is_own else DisclosedValue()
        )
    parts = raw.parts.get(indicator.dimension, [])
    disclosure = disclose(measurement.value, indicator.dimension, parts, forms)
    if disclosure.form is None or (disclosure.is_unchanged and not is_own):
        return DisclosedValue()
    if not disclosure.is_unchanged:
        history.remember_form(raw, disclosure.form)
    return _value_of_form(
        disclosure.form,
        is_unchanged=disclosure.is_unchanged,
        differs=disclosure.differs,
    )


def _value_of_form(form, *, is_unchanged, differs=False):
    cells = {form.dimension: list(form.cells)} if form.cells else {}
    return DisclosedValue(
        form.total, cells=cells, is_unchanged=is_unchanged, differs=differs
    )


def _write(raw, disclosed):
    """
    Write the value; return whether a disclosed sensitive number was changed or removed.
    """
    before = raw.published_figure and (raw.published_figure.value, raw.published_cells)
    is_removed = raw.indicator.sensitive and before not in [
        None,
        (disclosed.value, disclosed.cells),
    ]
    figure = _write_total(raw, disclosed)
    _write_cells(raw, figure, disclosed.cells)
    publication = raw.publication or Publication()
    if (publication.measurement_id, publication.figure_id) != (
        raw.measurement.pk,
        figure.pk,
    ):
        publication.measurement, publication.figure = raw.measurement, figure
        publication.save()
    return is_removed


def _write_total(raw, disclosed):
    measurement, before = raw.measurement, raw.published_figure
    identity = {
        "starts_on": measurement.starts_on,
        "ends_on": measurement.ends_on,
        "counted_by": measurement.counted_by,
        "value": disclosed.value,
        "is_protected": disclosed.value is None,
    }
    is_same = before and all(
        getattr(before, name) == identity[name] for name in identity
    )
    details = _details(raw, disclosed)
    if is_same and disclosed.is_unchanged:
        _update(
            before,
            {name: details[name] for name in details if name in DISCLOSURE_COLUMNS},
        )
        return before
    sources = set()
    if not (disclosed.is_unchanged or disclosed.value is None):
        sources = {each.pk for each in measurement.sources.all()}
    if is_same:
        _update(before, details)
        if sources != {each.pk for each in before.sources.all()}:
            before.sources.set(sources)
        return before
    figure = PublishedFigure(indicator=raw.indicator, **identity, **details)
    figure.revises = _archive_or_delete(raw, before, disclosed)
    same = PublishedFigure.objects.same_as(figure).filter(is_hidden=True)
    figure.is_hidden = Takedown.objects.in_force_of(same).exists()
    figure.save()
    figure.sources.add(*sources)
    return figure


def _details(raw, disclosed):
    measurement, quote = raw.measurement, disclosed.quote
    details = {name: getattr(measurement, name) for name in DETAIL_COLUMNS}
    details |= {name: _text(raw, name, disclosed) for name in TEXTS}
    status = (
        PublishedFigure.Status.CONFIRMED
        if disclosed.is_unchanged
        else measurement.status
    )
    return details | {
        "status": "" if disclosed.value is None else status,
        "exactness": Exactness.EXACT
        if disclosed.value is None or disclosed.is_unchanged
        else measurement.exactness,
        "printed_by_id": quote and quote.source,
        "printed_where_es": quote.where_es if quote else "",
        "printed_where_en": quote.where_en if quote else "",
        "differs": disclosed.differs,
        "withheld": sorted(raw.parts.keys() - disclosed.cells.keys()),
    }


def _text(raw, name, disclosed):
    """The text, unless it could reveal a protected number."""
    text = getattr(raw.measurement, name) or ""
    is_number_withheld = disclosed.value is None or disclosed.is_unchanged
    # The number of a quoted value is public already.
    reveals = text_guard.find_personal_data if disclosed.quote else contains_number
    is_public = not raw.indicator.sensitive or not (is_number_withheld or reveals(text))
    return text if is_public else ""


def _update(figure, details):
    changed = [
        name
        for name, value in details.items()
        # A removed text stays removed.
        if (now := getattr(figure, name)) != value
        and now != MARKER
        and (now or value != "")
    ]
    for name in changed:
        setattr(figure, name, details[name])
    if changed:
        figure.save()


def _archive_or_delete(raw, before, disclosed):
    """
    End a replaced figure; return it if it stays on record.

    Protected values keep no history, except hidden figures, which hide new ones with
    the same number, and disputed figures.
    """
    if before is None:
        return None
    raw.published_cells.clear()
    if not (disclosed.value is None or before.is_protected):
        before.cells.all().delete()
        before.is_latest = False
        before.save()
        return before
    raw.publication.delete()
    raw.publication = None
    while before is not None:
        earlier = before.revises
        disputes = RecordDispute.objects.filter(published_figure=before)
        takedowns = Takedown.objects.in_force_of([before.pk])
        if disputes.exists() or before.is_hidden and takedowns.exists():
            # The figure is hidden, and its disputes with it.
            before.is_hidden, before.is_latest, before.revises = True, False, None
            before.save()
        else:
            before.delete()
        before = earlier
    return None


def _write_cells(raw, figure, cells):
    for name in {*raw.published_cells, *cells}:
        wanted = cells.get(name, [])
        if wanted == raw.published_cells.get(name, []):
            continue
        figure.cells.filter(dimension=name).delete()
        PublishedCell.objects.bulk_create(
            PublishedCell(
                figure=figure,
                dimension=name,
                categories=list(cell.categories),
                value=cell.value,
                printed_by_id=cell.quote and cell.quote.source,
                printed_where_es=cell.quote.where_es if cell.quote else "",
                printed_where_en=cell.quote.where_en if cell.quote else "",
                order=order,
            )
            for order, cell in enumerate(wanted)
        )

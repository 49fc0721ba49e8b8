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
    GROUPS,
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
from strategic_areas.people_counts import tells_number


class DisclosureHistory:
    """
    What was ever disclosed of families and indicators.

    ``members`` maps indicator ids to families, ``concerned`` are the ids of indicators
    being published.
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
        key = _key(raw)
        if key not in self.spans:
            self.spans.add(key)
            self.new.append(_row(raw))

    def write(self):
        DisclosedForm.objects.bulk_create(self.new)
        self.rows += self.new
        self.new = []

    def remember_form(self, raw, form):
        """Record the disclosed form of a family's year, if it differs from the last."""
        told, last_by = self.forms(raw)
        if last_by != raw.indicator.pk or told[-1] != form:
            row = _row(raw, _written(form))
            row.save()
            self.rows.append(row)

    def forms(self, raw):
        """
        All disclosed forms of the family's year, and the id of the last indicator.
        """
        rows = [
            row
            for row in self._of_family(raw)
            if row.form is not None and row.starts_on == raw.span.starts_on
        ]
        last_by = rows[-1].indicator_id if rows else None
        return [_read(row.form) for row in rows], last_by

    def is_of_another_family(self, indicator):
        """Whether the indicator once published about another family."""
        return any(
            row.family not in ("", indicator.family)
            for row in self.rows
            if row.indicator_id == indicator.pk
        )

    def is_covered(self, raw):
        """Whether the value overlaps a span that was disclosed exactly."""
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


def _key(raw):
    of = raw.indicator
    return of.family, of.pk, raw.span.starts_on, raw.span.ends_on


def _row(raw, form=None):
    names = ("family", "indicator_id", "starts_on", "ends_on")
    return DisclosedForm(form=form, **dict(zip(names, _key(raw), strict=True)))


def _written(form):
    cells = [[list(cell.categories), str(cell.value)] for cell in form.cells]
    return {"total": str(form.total), "dimension": form.dimension, "cells": cells}


def _read(stored):
    cells = (
        DisclosedCell(tuple(names), Decimal(text)) for names, text in stored["cells"]
    )
    return DisclosedCounts(Decimal(stored["total"]), stored["dimension"], tuple(cells))


#: Columns that may change while the number stays.
ABOUT_IT = ("breaks", "provenance", "starts_exact_to", "ends_exact_to")
#: Columns about the form of disclosure.
OF_FORM = {"status", "printed_by_id", "printed_where_es", "printed_where_en"}
OF_FORM |= {"differs", "withheld"}
TEXTS = tuple(
    f"{name}_{language}"
    for name in ("caption", "note", "reason")
    for language in ("es", "en")
)


_is_held = ContextVar("is_held", default=False)


@contextmanager
def publishing_at_end():
    """Suppress publication inside this context; the caller publishes at its end."""
    token = _is_held.set(True)
    try:
        yield
    finally:
        _is_held.reset(token)


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

    If it ``stands``, the earlier number and its texts stay unchanged.
    """

    value: Decimal | None = None
    quote: Quote | None = None
    cells: dict[str, list[DisclosedCell]] = field(default_factory=dict)
    stands: bool = False
    differs: bool = False


@transaction.atomic
def publish_figures(indicators):
    """
    Bring the published figures of these indicators and of all families up to date.
    """
    if _is_held.get():
        return
    families = Indicator.objects.exclude(family="").order_by("pk")
    # A family has one disclosed total, so concurrent publications must wait.
    members = list(families.select_for_update(of=["self"]).values_list("pk", "family"))
    concerned = Q(pk__in=indicators) | Q(pk__in=[pk for pk, _family in members])
    raws = read_raw_figures(Indicator.objects.filter(concerned))
    memory = DisclosureHistory(dict(members), {raw.indicator.pk for raw in raws})
    for raw in raws:
        if raw.is_printed or not raw.indicator.sensitive:
            memory.remember_span(raw)
    memory.write()
    tellers = _tellers(raws)
    # Columns without suffix hold Spanish.
    with override("es"):
        takes = [_write(raw, _told(raw, memory, tellers)) for raw in raws]
    if any(takes):
        protect_in_editions((Indicator, raw.indicator.pk) for raw in raws)


def _tellers(raws):
    """
    Ids of the values that give a family's total, one for each year.

    A family with two total indicators publishes none.
    """
    tellers = Indicator.objects.exclude(family="").filter(is_teller=True)
    count = Counter(tellers.values_list("family", flat=True))
    found = {}
    for raw in raws:
        of = raw.indicator
        tells = of.is_teller and count[of.family] == 1
        if tells and of.national and not of.selects and raw.year:
            found.setdefault((of.family, raw.year), []).append(raw)
    return {min(each, key=_counts_least).measurement.pk for each in found.values()}


def _counts_least(raw):
    measurement = raw.measurement
    return measurement.counted_by != raw.indicator.counted_by, measurement.pk


def _told(raw, memory, tellers):
    measurement, indicator = raw.measurement, raw.indicator
    if not indicator.sensitive:
        parts = {name: raw.parts[name] for name in raw.parts if name in GROUPS}
        cells = {name: _as_cells(each) for name, each in parts.items()}
        return DisclosedValue(measurement.value, raw.quote, cells)
    if raw.is_printed:
        quoted = {
            name: [part for part in parts if part.quote]
            for name, parts in raw.parts.items()
        }
        cells = {name: _as_cells(each) for name, each in quoted.items() if each}
        return DisclosedValue(
            measurement.value if raw.quote else None, raw.quote, cells
        )
    if measurement.pk not in tellers or memory.is_of_another_family(indicator):
        return DisclosedValue()
    return _of_year(raw, memory)


def _as_cells(parts):
    return [DisclosedCell((part.category,), part.value, part.quote) for part in parts]


def _of_year(raw, memory):
    measurement, indicator = raw.measurement, raw.indicator
    told, last_by = memory.forms(raw)
    # The disclosed number is not that of another counting body.
    was_said = raw.figure and told and raw.figure.value == told[-1].total
    is_own = bool(was_said) and last_by == indicator.pk
    is_confirmed = measurement.status == PublishedFigure.Status.CONFIRMED
    if memory.is_covered(raw) or not is_confirmed:
        return _as_told(told[-1], stands=True) if is_own else DisclosedValue()
    parts = raw.parts.get(indicator.dimension, [])
    telling = disclose(measurement.value, indicator.dimension, parts, told)
    if telling.form is None or (telling.stands and not is_own):
        return DisclosedValue()
    if not telling.stands:
        memory.remember_form(raw, telling.form)
    return _as_told(telling.form, stands=telling.stands, differs=telling.differs)


def _as_told(form, *, stands, differs=False):
    cells = {form.dimension: list(form.cells)} if form.cells else {}
    return DisclosedValue(form.total, cells=cells, stands=stands, differs=differs)


def _write(raw, told):
    """
    Write the value; return whether a disclosed number of a sensitive indicator is gone.
    """
    stood = raw.figure and (raw.figure.value, raw.cells)
    takes = raw.indicator.sensitive and stood not in [None, (told.value, told.cells)]
    figure = _write_total(raw, told)
    _write_cells(raw, figure, told.cells)
    made = raw.publication or Publication()
    if (made.measurement_id, made.figure_id) != (raw.measurement.pk, figure.pk):
        made.measurement, made.figure = raw.measurement, figure
        made.save()
    return takes


def _write_total(raw, told):
    measurement, before = raw.measurement, raw.figure
    number = {
        "starts_on": measurement.starts_on,
        "ends_on": measurement.ends_on,
        "counted_by": measurement.counted_by,
        "value": told.value,
        "is_protected": told.value is None,
    }
    is_same = before and all(getattr(before, name) == number[name] for name in number)
    about_it = _about(raw, told)
    if is_same and told.stands:
        _update(before, {name: about_it[name] for name in about_it if name in OF_FORM})
        return before
    sources = set()
    if not (told.stands or told.value is None):
        sources = {each.pk for each in measurement.sources.all()}
    if is_same:
        _update(before, about_it)
        if sources != {each.pk for each in before.sources.all()}:
            before.sources.set(sources)
        return before
    figure = PublishedFigure(indicator=raw.indicator, **number, **about_it)
    figure.revises = _put_away(raw, before, told)
    same = PublishedFigure.objects.same_as(figure).filter(is_hidden=True)
    figure.is_hidden = Takedown.objects.in_force_of(same).exists()
    figure.save()
    figure.sources.add(*sources)
    return figure


def _about(raw, told):
    measurement, quote = raw.measurement, told.quote
    about_it = {name: getattr(measurement, name) for name in ABOUT_IT}
    about_it |= {name: _text(raw, name, told) for name in TEXTS}
    status = PublishedFigure.Status.CONFIRMED if told.stands else measurement.status
    return about_it | {
        "status": "" if told.value is None else status,
        "exactness": Exactness.EXACT
        if told.value is None or told.stands
        else measurement.exactness,
        "printed_by_id": quote and quote.source,
        "printed_where_es": quote.where_es if quote else "",
        "printed_where_en": quote.where_en if quote else "",
        "differs": told.differs,
        "withheld": sorted(raw.parts.keys() - told.cells.keys()),
    }


def _text(raw, name, told):
    """The text, unless it could reveal a protected number."""
    text = getattr(raw.measurement, name) or ""
    is_of_another = told.value is None or told.stands
    tells = text_guard.find_personal_data if told.quote else tells_number
    is_kept = not raw.indicator.sensitive or not (is_of_another or tells(text))
    return text if is_kept else ""


def _update(figure, about_it):
    changed = [
        name
        for name, value in about_it.items()
        # A removed text stays removed.
        if (now := getattr(figure, name)) != value
        and now != MARKER
        and (now or value != "")
    ]
    for name in changed:
        setattr(figure, name, about_it[name])
    if changed:
        figure.save()


def _put_away(raw, before, told):
    """
    End a replaced figure; return it if it stays on record.

    Protected values keep no history. Hidden and disputed figures stay on record, so
    that they do not come back under another key.
    """
    if before is None:
        return None
    raw.cells.clear()
    if not (told.value is None or before.is_protected):
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
            # Its disputes are kept, and hidden with it.
            before.is_hidden, before.is_latest, before.revises = True, False, None
            before.save()
        else:
            before.delete()
        before = earlier
    return None


def _write_cells(raw, figure, cells):
    for name in {*raw.cells, *cells}:
        wanted = cells.get(name, [])
        if wanted == raw.cells.get(name, []):
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

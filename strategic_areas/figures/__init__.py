"""
Writes what the public reads of the values of indicators, as ``disclosure`` allows.

Raw values go in, published figures come out: nothing public imports this room. It runs
whenever a plan's file is loaded or an indicator is saved, in the same transaction, and
writes only what differs from what is public already.
"""

from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.utils.translation import override

from strategic_areas import text_guard
from strategic_areas.disclosure import (
    MARKER,
    PEOPLE,
    PROTECTED,
    Cell,
    Withheld,
    breakdown,
    is_a_part,
    may_follow,
    total,
)
from strategic_areas.figures.raw import read
from strategic_areas.models import (
    AttributionDispute,
    Indicator,
    PublishedCell,
    PublishedFigure,
)
from strategic_areas.models.measurements import Publication, Told

#: Columns about a number, which may change while the figure stays the same one.
ABOUT_IT = ("breaks", "status", "provenance")
TEXTS = tuple(
    f"{name}_{language}"
    for name in ("caption", "note", "reason")
    for language in ("es", "en")
)


_is_loading = ContextVar("is_loading", default=False)


@contextmanager
def at_the_end():
    """While a plan's file is loaded: its indicators are published once, at the end."""
    token = _is_loading.set(True)
    try:
        yield
    finally:
        _is_loading.reset(token)


def publish_indicator(sender, instance, raw=False, **kwargs):
    """Receiver of ``post_save``: what an indicator counts decides what is told."""
    if not (raw or _is_loading.get()):
        publish(Indicator.objects.filter(pk=instance.pk))


@transaction.atomic
def publish(indicators):
    """Bring what the public reads of these indicators up to date."""
    rows = defaultdict(list)
    for each in read(indicators):
        rows[each.measurement.indicator].append(each)
    # Spanish, the first language: it is what undecorated columns hold.
    with override("es"):
        for indicator, series in rows.items():
            _Series(indicator, series).publish()


class _Series:
    """All values of one indicator: what is told of one depends on the others."""

    def __init__(self, indicator, rows):
        self.indicator = indicator
        # What was told already goes before what would overlap it.
        self.rows = sorted(rows, key=lambda raw: not raw.told)

    def publish(self):
        for raw in self.rows:
            value = self.total(raw)
            cells, withheld = self.breakdowns(raw, value)
            figure = self.write_total(raw, value, withheld)
            self.write_cells(raw, figure, cells)
            made = raw.publication or Publication()
            if (made.measurement_id, made.figure_id) != (raw.measurement.pk, figure.pk):
                made.measurement, made.figure = raw.measurement, figure
                made.save()

    def total(self, raw):
        is_printed = raw.measurement.published_total
        value = total(
            raw.measurement.value, self.indicator, raw.span, is_printed=is_printed
        )
        if value is PROTECTED or not is_a_part(self.indicator):
            return value
        # A part of a larger number moves and overlaps no more than a breakdown does.
        form = [Cell((), value)]
        if not is_printed and (
            self.overlaps(raw) or not may_follow(form, raw.told.get("", ()))
        ):
            return PROTECTED
        self.remember(raw, "", form)
        return value

    def overlaps(self, raw):
        """Whether parts of another value of the same days are told, or once were."""
        return any(
            other is not raw and other.told and raw.span.overlaps(other.span)
            for other in self.rows
        )

    def breakdowns(self, raw, value):
        """What is told of each dimension, and why nothing is told of the others."""
        cells, withheld = {}, {}
        dimensions = raw.dimensions()
        people = next((name for name in PEOPLE if name in dimensions), None)
        is_covered = self.indicator.sensitive and self.overlaps(raw)
        for name, parts in dimensions.items():
            found = breakdown(name, parts, value, self.indicator, raw.span)
            if name in PEOPLE and name != people:
                found = Withheld.FOLDED
            elif not isinstance(found, Withheld) and self.indicator.sensitive:
                is_quoted = all(cell.printed_by for cell in found)
                if is_covered:
                    found = Withheld.OVERLAPS
                elif not (is_quoted or may_follow(found, raw.told.get(name, ()))):
                    found = Withheld.REVISED
            if isinstance(found, Withheld):
                withheld[name] = found.value
            else:
                cells[name] = list(found)
        return cells, withheld

    def write_total(self, raw, value, withheld):
        measurement, before = raw.measurement, raw.figure
        is_protected = value is PROTECTED
        number = {
            "starts_on": measurement.starts_on,
            "ends_on": measurement.ends_on,
            "counted_by": measurement.counted_by,
            "value": None if is_protected else value,
            "is_protected": is_protected,
        }
        about_it = {name: getattr(measurement, name) for name in ABOUT_IT}
        about_it |= {name: self.text(raw, name, is_protected) for name in TEXTS}
        about_it["withheld"] = withheld
        sources = {each.pk for each in measurement.sources.all()}
        if before and all(getattr(before, name) == number[name] for name in number):
            self.update(before, about_it)
            if sources != {each.pk for each in before.sources.all()}:
                before.sources.set(sources)
            return before
        figure = PublishedFigure(indicator=self.indicator, **number, **about_it)
        figure.revises = self.put_away(raw, before, is_protected)
        figure.save()
        figure.sources.add(*sources)
        return figure

    def text(self, raw, name, is_protected):
        """A text beside the number, unless it could tell what the number does not."""
        text = getattr(raw.measurement, name) or ""
        tells = self.indicator.sensitive and (is_protected or text_guard.inspect(text))
        return "" if tells else text

    def update(self, figure, about_it):
        """Change what stands about a number that stays the same."""
        changed = [
            name
            for name, value in about_it.items()
            # A text that was taken away stays away.
            if (now := getattr(figure, name)) != value
            and now != MARKER
            and (now or value or name not in TEXTS)
        ]
        for name in changed:
            setattr(figure, name, about_it[name])
        if changed:
            figure.save()

    def put_away(self, raw, before, is_protected):
        """
        End the figure that another replaces; return it if it stays on record.

        Only totals keep their history: what is a part, or is protected now, goes.
        """
        if before is None:
            return None
        raw.cells.clear()
        if not (is_protected or is_a_part(self.indicator)):
            before.cells.all().delete()
            before.is_standing = False
            before.save()
            return before
        raw.publication.delete()
        raw.publication = None
        while before is not None:
            earlier = before.revises
            if AttributionDispute.objects.filter(published_figure=before).exists():
                # What an agency said of it is kept, and is public no more than it.
                before.is_hidden, before.is_standing, before.revises = True, False, None
                before.save()
            else:
                before.delete()
            before = earlier
        return None

    def write_cells(self, raw, figure, cells):
        for name in {*raw.cells, *cells}:
            wanted = cells.get(name, [])
            if wanted != raw.cells.get(name, []):
                figure.cells.filter(dimension=name).delete()
                PublishedCell.objects.bulk_create(
                    PublishedCell(
                        figure=figure,
                        dimension=name,
                        categories=list(cell.categories),
                        value=cell.value,
                        printed_by_id=cell.printed_by,
                        order=order,
                    )
                    for order, cell in enumerate(wanted)
                )
            if wanted:
                self.remember(raw, name, wanted)

    def remember(self, raw, dimension, cells):
        """Keep each form that was ever told, so that a later one is held against it."""
        form = [(list(cell.categories), cell.value) for cell in cells]
        forms = raw.told.setdefault(dimension, [])
        if form not in forms:
            forms.append(form)
            told = [(categories, str(value)) for categories, value in form]
            Told.objects.create(
                measurement=raw.measurement, dimension=dimension, form=told
            )

"""What the public was once told of counts of people, which holds for ever."""

from decimal import Decimal

from django.db.models import Q

from strategic_areas.disclosure import Cell, Form
from strategic_areas.models.measurements import ToldForm
from strategic_areas.spans import Span


class DisclosureMemory:
    """
    What was told of families, by any of their members, and of indicators.

    ``members`` are the families by the keys of indicators, ``concerned`` the keys of
    those whose values are published now.
    """

    def __init__(self, members, concerned):
        self.members = members
        about = ~Q(family="") | Q(indicator__in=concerned)
        self.rows = list(ToldForm.objects.filter(about).order_by("pk"))
        self.spans = {
            (row.family, row.indicator_id, row.starts_on, row.ends_on)
            for row in self.rows
            if row.form is None
        }
        self.new = []

    def remember_span(self, raw):
        """Keep that a value was told as it is."""
        key = _key(raw)
        if key not in self.spans:
            self.spans.add(key)
            self.new.append(_row(raw))

    def write(self):
        ToldForm.objects.bulk_create(self.new)
        self.rows += self.new
        self.new = []

    def remember_form(self, raw, form):
        """Keep what is told of a family's year, if it was not told last."""
        told, last_by = self.forms(raw)
        if last_by != raw.indicator.pk or told[-1] != form:
            row = _row(raw, _written(form))
            row.save()
            self.rows.append(row)

    def forms(self, raw):
        """All that was told of the family's year, and which indicator told the last."""
        rows = [
            row
            for row in self._of_family(raw)
            if row.form is not None and row.starts_on == raw.span.starts_on
        ]
        last_by = rows[-1].indicator_id if rows else None
        return [_read(row.form) for row in rows], last_by

    def is_of_another_family(self, indicator):
        """Whether the indicator told of other people before."""
        return any(
            row.family not in ("", indicator.family)
            for row in self.rows
            if row.indicator_id == indicator.pk
        )

    def is_covered(self, raw):
        """Whether any day of the value lies in a span that was told as it is."""
        return any(
            row.form is None and raw.span.overlaps(Span(row.starts_on, row.ends_on))
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
    return ToldForm(form=form, **dict(zip(names, _key(raw), strict=True)))


def _written(form):
    cells = [[list(cell.categories), str(cell.value)] for cell in form.cells]
    return {"total": str(form.total), "dimension": form.dimension, "cells": cells}


def _read(stored):
    cells = (Cell(tuple(names), Decimal(text)) for names, text in stored["cells"])
    return Form(Decimal(stored["total"]), stored["dimension"], tuple(cells))

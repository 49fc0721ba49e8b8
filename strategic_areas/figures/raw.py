"""The raw values of indicators, with all that decides on what is told of them."""

from collections import defaultdict
from dataclasses import dataclass, field

from strategic_areas.disclosure.counts import Cell, Part, Span
from strategic_areas.models.measurements import (
    Breakdown,
    Measurement,
    Publication,
    Told,
)
from strategic_areas.models.provenance import is_official_kind


@dataclass
class Raw:
    """A measurement, its parts, what is public of it, and what once was."""

    measurement: Measurement
    publication: Publication | None = None
    parts: list = field(default_factory=list)
    told: dict = field(default_factory=dict)
    cells: dict = field(default_factory=lambda: defaultdict(list))

    @property
    def span(self):
        return Span(self.measurement.starts_on, self.measurement.ends_on)

    @property
    def figure(self):
        return self.publication and self.publication.figure

    def dimensions(self):
        """The parts of each dimension, as ``disclosure`` takes them."""
        found = defaultdict(list)
        for part in self.parts:
            source = part.printed_by
            is_quoted = source is not None and is_official_kind(source.kind)
            printed_by = source.pk if is_quoted else None
            found[part.dimension].append(Part(part.category, part.value, printed_by))
        return found


def read(indicators):
    """The latest measurement of each span, with its parts and what was told of it."""
    latest = (
        Measurement.objects.filter(indicator__in=indicators)
        .exclude(pk__in=Measurement.objects.exclude(revises=None).values("revises"))
        .select_related("indicator")
        .prefetch_related("sources")
        .order_by("indicator__sort_code", "starts_on", "ends_on", "counted_by", "pk")
    )
    raws = [Raw(each) for each in latest]
    owner = _owners(raws, indicators)
    parts = Breakdown.objects.filter(measurement__in=[raw.measurement for raw in raws])
    for part in parts.select_related("printed_by").order_by("pk"):
        owner[part.measurement_id].parts.append(part)
    made = Publication.objects.filter(measurement__in=owner)
    for publication in made.select_related("figure").prefetch_related(
        "figure__sources", "figure__cells"
    ):
        raw = owner[publication.measurement_id]
        raw.publication = publication
        for cell in publication.figure.cells.all():
            told = Cell(tuple(cell.categories), cell.value, cell.printed_by_id)
            raw.cells[cell.dimension].append(told)
    for each in Told.objects.filter(measurement__in=owner):
        told = owner[each.measurement_id].told
        told.setdefault(each.dimension, []).append(_pairs(each.form))
    return raws


def _owners(raws, indicators):
    """
    By the key of a measurement, the one that stands for it after all revisions.

    What was told of a value holds for those that revise it.
    """
    rows = Measurement.objects.filter(indicator__in=indicators)
    before = dict(rows.values_list("pk", "revises"))
    owner = {}
    for raw in raws:
        pk = raw.measurement.pk
        while pk is not None:
            owner[pk] = raw
            pk = before[pk]
    return owner


def _pairs(form):
    return [(categories, _number(text)) for categories, text in form]


def _number(text):
    return Measurement._meta.get_field("value").to_python(text)

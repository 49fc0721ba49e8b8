"""
Undisclosed values of indicators, with the data that decide their disclosure.

Exact tables for official questionnaires are marked with the person and the time, so
that a copy can be traced.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from strategic_areas import spreadsheet_cells
from strategic_areas.date_ranges import DateRange, year_of
from strategic_areas.disclosure import CategoryCount, DisclosedCell, Quote, is_small
from strategic_areas.models import CodeList, CodeListValue
from strategic_areas.models.measurements import (
    Breakdown,
    Measurement,
    Publication,
)
from strategic_areas.models.records import is_official_kind

#: The longest title of a sheet that spreadsheets take.
LONGEST_TITLE = 31


@dataclass
class RawFigure:
    """A measurement with its raw ``parts``, and what is published of it."""

    measurement: Measurement
    publication: Publication | None = None
    parts: dict = field(default_factory=dict)
    published_cells: dict = field(default_factory=lambda: defaultdict(list))

    @property
    def indicator(self):
        return self.measurement.indicator

    @property
    def span(self):
        return DateRange(self.measurement.starts_on, self.measurement.ends_on)

    @property
    def year(self):
        return year_of(self.span.starts_on, self.span.ends_on)

    @property
    def published_figure(self):
        return self.publication and self.publication.figure

    @property
    def quote(self):
        """
        The printed source of the total; numbers below ten need an official source.
        """
        measurement, source = self.measurement, self.measurement.printed_by
        if source is None:
            return None
        is_small_number = self.indicator.sensitive and is_small(measurement.value)
        return (
            None
            if is_small_number and not is_official_kind(source.kind)
            else _quote(measurement)
        )

    @property
    def is_printed(self):
        parts = (part for parts in self.parts.values() for part in parts)
        return bool(self.quote or any(part.quote for part in parts))


def _quote(printed):
    where = (printed.printed_where_es or "", printed.printed_where_en or "")
    is_quoted = printed.printed_by_id and where[0]
    return Quote(printed.printed_by_id, *where) if is_quoted else None


def read_raw_figures(indicators):
    """The latest measurement of each span."""
    latest = (
        Measurement.objects.filter(indicator__in=indicators)
        .exclude(pk__in=Measurement.objects.exclude(revises=None).values("revises"))
        .select_related("indicator", "printed_by")
        .prefetch_related("sources")
        .order_by("indicator__sort_code", "starts_on", "ends_on", "counted_by", "pk")
    )
    if not (raws := [RawFigure(each) for each in latest]):
        return raws
    raw_of = _raw_by_measurement(raws, indicators)
    parts = Breakdown.objects.filter(measurement__in=[raw.measurement for raw in raws])
    for part in parts.select_related("printed_by").order_by("pk"):
        source = part.printed_by
        quote = _quote(part) if source and is_official_kind(source.kind) else None
        row = CategoryCount(part.category, part.value, quote)
        raw_of[part.measurement_id].parts.setdefault(part.dimension, []).append(row)
    publications = Publication.objects.filter(measurement__in=raw_of)
    for publication in publications.select_related("figure").prefetch_related(
        "figure__sources", "figure__cells"
    ):
        raw = raw_of[publication.measurement_id]
        raw.publication = publication
        for cell in publication.figure.cells.all():
            disclosed = DisclosedCell(tuple(cell.categories), cell.value, _quote(cell))
            raw.published_cells[cell.dimension].append(disclosed)
    return raws


def _raw_by_measurement(raws, indicators):
    """
    Map each measurement to the latest of its revisions, which takes over its figure.
    """
    rows = Measurement.objects.filter(indicator__in=indicators)
    revised = dict(rows.values_list("pk", "revises"))
    raw_of = {}
    for raw in raws:
        pk = raw.measurement.pk
        while pk is not None:
            raw_of[pk] = raw
            pk = revised[pk]
    return raw_of


@dataclass(frozen=True)
class DownloadStamp:
    person: str
    account: str
    moment: datetime
    subject: str

    @property
    def mark(self):
        return _("Exact figures, not protected: not for the public. Taken by %s.") % (
            f"{self.person} ({self.account}), "
            f"{date_format(self.moment, 'DATETIME_FORMAT')}"
        )

    @property
    def sheet_title(self):
        account = slugify(self.account)
        return f"{_('Exact')} {self.moment:%Y-%m-%d %H.%M} {account}"[:LONGEST_TITLE]

    def file_name(self, extension):
        account = slugify(self.account)
        moment = f"{self.moment:%Y%m%dT%H%M}"
        return f"{slugify(_('Exact'))}-{self.subject}-{moment}-{account}.{extension}"


def raw_figures_csv(indicators, stamp: DownloadStamp) -> bytes:
    return spreadsheet_cells.csv_content(
        [_plain(cell) for cell in row] for row in _rows(indicators, stamp)
    ).encode()


def raw_figures_workbook(indicators, stamp: DownloadStamp) -> bytes:
    from openpyxl.styles import Font

    from strategic_areas.workbooks.writing import content_of, new_book

    book = new_book()
    sheet = book.active
    sheet.title = stamp.sheet_title
    for row in _rows(indicators, stamp):
        sheet.append([_in_workbook(cell) for cell in row])
    for row in sheet["1:2"]:
        for cell in row:
            cell.font = Font(bold=True)
    sheet.freeze_panes = "B3"
    sheet.print_title_rows = "1:2"
    return content_of(book)


def _rows(indicators, stamp) -> Iterable[list]:
    yield [stamp.mark]
    yield [
        *(_("Code"), _("Indicator"), _("Unit"), _("Counted by"), _("From"), _("Until")),
        *(_("Breakdown (code)"), _("Category (code)"), _("Category"), _("Value")),
        *(_("Exactness"), _("State"), _("Sources")),
    ]
    labels = _labels()
    for raw in read_raw_figures(indicators):
        value = raw.measurement
        indicator = value.indicator
        about = [indicator.code, indicator.name, indicator.unit, value.counted_by]
        about += [value.starts_on, value.ends_on]
        status_and_sources = [
            value.get_status_display(),
            " | ".join(source.title for source in value.sources.all()),
        ]
        yield [
            *about,
            "",
            "",
            "",
            value.value,
            value.get_exactness_display(),
            *status_and_sources,
        ]
        for dimension, parts in raw.parts.items():
            for part in parts:
                code = (dimension, part.category)
                label = labels.get((indicator.introduced_by_id, *code), "")
                yield [*about, *code, label, part.value, "", *status_and_sources]


def _labels():
    return {
        (row.code_list.plan_id, row.dimension, row.code): row.label
        for row in CodeListValue.objects.filter(
            code_list__kind=CodeList.Kind.BREAKDOWNS
        ).select_related("code_list")
    }


def _plain(cell):
    return format(cell.normalize(), "f") if isinstance(cell, Decimal) else cell


def _in_workbook(cell):
    return spreadsheet_cells.workbook_text(cell) if isinstance(cell, str) else cell

"""
The values of indicators to take away, as CSV, XLSX and JSON, from one declaration.

A row is a value, or one number of its breakdown. The three forms hold the same cells:
numbers as numbers, dates as in ISO 8601, codes beside the words for them.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategic_areas import cells
from strategic_areas.addresses import address
from strategic_areas.models import Indicator, Provenance
from strategic_areas.queries.figures import words
from strategic_areas.queries.figures.indicators import IndicatorLine
from strategic_areas.queries.figures.points import CellLine, Point, Shown
from strategic_areas.queries.public_rows import indicator_row, part_row, value_row
from strategic_areas.views.files import MARK, WORKBOOK


@dataclass(frozen=True)
class Record:
    """A value of an indicator, or one number of a breakdown; ``row`` is told of it."""

    indicator: Indicator
    point: Point
    row: dict
    cell: CellLine | None = None

    @property
    def sources(self):
        """The sources of a total; of a quoted number the one that printed it."""
        if self.cell and self.cell.printed_by:
            return (self.cell.printed_by,)
        return self.point.sources


@dataclass(frozen=True)
class Column:
    """
    ``name`` is its name for machines, ``heading`` the one for people.

    Without ``cell`` it holds what the row says under its name.
    """

    name: str
    heading: str
    cell: Callable[[Record], object] | None = None

    def of(self, record):
        return self.cell(record) if self.cell else record.row[self.name]


def _plain(value: Decimal | None) -> int | float | None:
    """The number as spreadsheets and JSON hold it."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _address(record):
    row = record.row
    mark = words.anchor(row["starts_on"], row["ends_on"])
    return f"{settings.SITE_URL}{address('indicator', row['indicator'])}#{mark}"


COLUMNS = (
    Column("indicator", gettext_lazy("Code")),
    Column("name", gettext_lazy("Indicator"), lambda r: _text(r, "name")),
    Column("unit", gettext_lazy("Unit"), lambda r: _text(r, "unit")),
    Column("counts", gettext_lazy("Counts (code)")),
    Column(
        "counts_words",
        gettext_lazy("Counts"),
        lambda r: str(r.indicator.get_counts_display()),
    ),
    Column("area", gettext_lazy("Area (code)")),
    Column(
        "area_words",
        gettext_lazy("Area"),
        lambda r: words.in_language(r.indicator.area, "name") if r.row["area"] else "",
    ),
    Column("agency", gettext_lazy("Agency")),
    Column("counted_by", gettext_lazy("Counted by (code)")),
    Column(
        "counted_by_words", gettext_lazy("Counted by"), lambda r: words.who(r.point)
    ),
    Column("starts_on", gettext_lazy("From")),
    Column("ends_on", gettext_lazy("Until")),
    Column("starts_exact_to", gettext_lazy("From, exact to (code)")),
    Column("ends_exact_to", gettext_lazy("Until, exact to (code)")),
    Column("dimension", gettext_lazy("Breakdown (code)")),
    Column(
        "dimension_words",
        gettext_lazy("Breakdown"),
        lambda r: words.dimension(r.row["dimension"]) if r.cell else "",
    ),
    Column(
        "categories",
        gettext_lazy("Category (code)"),
        lambda r: " | ".join(r.row["categories"]),
    ),
    Column(
        "categories_words",
        gettext_lazy("Category"),
        lambda r: _text(r, "label") if r.cell else "",
    ),
    Column("value", gettext_lazy("Value"), lambda r: _plain(r.row["value"])),
    Column(
        "exactness",
        gettext_lazy("Exactness (code)"),
        lambda r: "" if r.cell or r.row["value"] is None else r.row["exactness"],
    ),
    Column(
        "told",
        gettext_lazy("What is told (code)"),
        lambda r: str(r.row["shown"]),
    ),
    Column(
        "told_words",
        gettext_lazy("What is told"),
        lambda r: "" if r.point.shown is Shown.VALUE else words.value_text(r.point),
    ),
    Column("status", gettext_lazy("State (code)")),
    Column("status_words", gettext_lazy("State"), lambda r: words.state(r.point)),
    Column(
        "later_count_differs",
        gettext_lazy("A later count differs by less than ten"),
        lambda r: int(r.row["differs"]),
    ),
    Column(
        "break", gettext_lazy("Breaks the series"), lambda r: int(r.row["is_break"])
    ),
    Column("provenance", gettext_lazy("Where it comes from (code)")),
    Column(
        "provenance_words",
        gettext_lazy("Where it comes from"),
        lambda r: str(Provenance(r.row["provenance"]).label),
    ),
    Column(
        "sources",
        gettext_lazy("Sources"),
        lambda r: " | ".join(each.title for each in r.sources),
    ),
    Column(
        "source_addresses",
        gettext_lazy("Addresses of the sources"),
        lambda r: " | ".join(each.url for each in r.sources if each.url),
    ),
    Column(
        "printed_in",
        gettext_lazy("Printed in"),
        lambda r: words.quoted(r.cell or r.point),
    ),
    Column("note", gettext_lazy("Note"), lambda r: _text(r, "note")),
    Column(
        "disputed",
        gettext_lazy("Not acknowledged by the institution"),
        lambda r: int(r.row["is_disputed"]),
    ),
    Column(
        "disputed_words",
        gettext_lazy("What the institution says, and what was decided"),
        lambda r: words.disputed(r.point),
    ),
    Column("address", gettext_lazy("Address"), _address),
    Column("data_as_of", gettext_lazy("Data as of"), lambda r: timezone.localdate()),
)


def _text(record, name):
    return words.chosen(record.row[f"{name}_es"], record.row[f"{name}_en"])


def records(lines: Iterable[IndicatorLine]):
    """Every value of these indicators, each followed by the cells of its breakdowns."""
    for line in lines:
        of, whole = line.indicator, {"dimension": "", "categories": ()}
        about = indicator_row(line)
        for point in line.points:
            told = {**about, "indicator": of.code, **whole, **value_row(point)}
            yield Record(of, point, told)
            for breakdown in point.breakdowns:
                for cell in breakdown.cells:
                    part = part_row(breakdown, cell)
                    yield Record(of, point, {**told, **part}, cell)


def cells_of(lines: Iterable[IndicatorLine]):
    """The rows of cells, the same for every form."""
    for record in records(lines):
        yield [column.of(record) for column in COLUMNS]


def as_csv(lines):
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(str(column.heading) for column in COLUMNS)
    writer.writerows([_written(cell) for cell in row] for row in cells_of(lines))
    return MARK + written.getvalue(), "text/csv; charset=utf-8"


def _written(cell):
    if isinstance(cell, str):
        return cells.escape(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def as_workbook(lines):
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = ""
    sheet = book.create_sheet(_("Values"))
    sheet.freeze_panes = "C2"
    sheet.append([_heading(sheet, column) for column in COLUMNS])
    for row in cells_of(lines):
        sheet.append([_kept(cell) for cell in row])
    about = book.create_sheet(_("About these data"))
    for name, text in about_data().items():
        about.append([name, cells.for_workbook(text)])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue(), WORKBOOK


def _heading(sheet, column):
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, str(column.heading))
    cell.font = Font(bold=True)
    return cell


def _kept(cell):
    """The cell in a workbook; spreadsheets show a date in their reader's form."""
    if isinstance(cell, str):
        return cells.for_workbook(cell) or None
    return cell


def as_json(lines):
    names = [column.name for column in COLUMNS]
    content = {
        "about": about_data(),
        "columns": {column.name: str(column.heading) for column in COLUMNS},
        "values": [
            dict(zip(names, map(_in_json, row), strict=True)) for row in cells_of(lines)
        ],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return text + "\n", "application/json; charset=utf-8"


def _in_json(cell):
    return cell.isoformat() if isinstance(cell, date) else cell


def about_data() -> dict[str, str]:
    """What every file says of itself."""
    found = {
        "site": _("National Plan against Human Trafficking"),
        "address": f"{settings.SITE_URL}{address('indicators')}",
        "data_as_of": timezone.localdate().isoformat(),
        "protection": _(
            "No number lets anyone compute a group of 1 to 9 people, except those that "
            "an official source has already printed."
        ),
        "comparing": _(
            "Values before and after a break count different things. Values of "
            "different indicators are never to be added."
        ),
    }
    if settings.LICENCE_NAME:
        found["licence"] = f"{settings.LICENCE_NAME} {settings.LICENCE_URL}".strip()
    return found


#: The end of a file's name → what writes it.
FORMS = {"csv": as_csv, "xlsx": as_workbook, "json": as_json}


def file_of(lines: Iterable[IndicatorLine], form: str, name: str) -> HttpResponse:
    """A file to save; its name tells what it holds and the day of its data."""
    content, kind = FORMS[form](lines)
    file_name = f"{name}-{timezone.localdate().isoformat()}.{form}"
    return HttpResponse(
        content,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{file_name}"',
            "X-Robots-Tag": "noindex",
        },
    )

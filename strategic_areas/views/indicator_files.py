"""
The values of indicators to take away, as CSV, XLSX and JSON, from one declaration.

A row is a value, or one number of its breakdown. The three forms hold the same cells:
numbers as numbers, dates as in ISO 8601, codes beside the words for them.
"""

import io
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategic_areas import cells
from strategic_areas.addresses import address
from strategic_areas.models import Provenance
from strategic_areas.queries.figures import words
from strategic_areas.queries.figures.indicators import IndicatorLine, Shown
from strategic_areas.queries.public_rows import indicator_row, part_row, value_row
from strategic_areas.views.files import CSV, WORKBOOK

#: The columns, in their order: the name for machines and the heading for people.
COLUMNS = {
    "indicator": gettext_lazy("Code"),
    "name": gettext_lazy("Indicator"),
    "unit": gettext_lazy("Unit"),
    "counts": gettext_lazy("Counts (code)"),
    "counts_words": gettext_lazy("Counts"),
    "area": gettext_lazy("Area (code)"),
    "area_words": gettext_lazy("Area"),
    "agency": gettext_lazy("Agency"),
    "counted_by": gettext_lazy("Counted by (code)"),
    "counted_by_words": gettext_lazy("Counted by"),
    "starts_on": gettext_lazy("From"),
    "ends_on": gettext_lazy("Until"),
    "starts_exact_to": gettext_lazy("From, exact to (code)"),
    "ends_exact_to": gettext_lazy("Until, exact to (code)"),
    "dimension": gettext_lazy("Breakdown (code)"),
    "dimension_words": gettext_lazy("Breakdown"),
    "categories": gettext_lazy("Category (code)"),
    "categories_words": gettext_lazy("Category"),
    "value": gettext_lazy("Value"),
    "exactness": gettext_lazy("Exactness (code)"),
    "told": gettext_lazy("What is told (code)"),
    "told_words": gettext_lazy("What is told"),
    "status": gettext_lazy("State (code)"),
    "status_words": gettext_lazy("State"),
    "later_count_differs": gettext_lazy("A later count differs by less than ten"),
    "break": gettext_lazy("Breaks the series"),
    "provenance": gettext_lazy("Where it comes from (code)"),
    "provenance_words": gettext_lazy("Where it comes from"),
    "sources": gettext_lazy("Sources"),
    "source_addresses": gettext_lazy("Addresses of the sources"),
    "printed_in": gettext_lazy("Printed in"),
    "note": gettext_lazy("Note"),
    "disputed": gettext_lazy("Not acknowledged by the agency"),
    "disputed_words": gettext_lazy("What the agency says, and what was decided"),
    "address": gettext_lazy("Address"),
    "data_as_of": gettext_lazy("Data as of"),
}


def cells_of(lines: Iterable[IndicatorLine]):
    """
    The rows of cells, the same for every form.

    Every value of these indicators is followed by the cells of its breakdowns.
    """
    for line in lines:
        about = _about_indicator(line)
        for point in line.points:
            total = about | _about_value(line.indicator, point)
            yield _in_order(total)
            for breakdown in point.breakdowns:
                for cell in breakdown.cells:
                    yield _in_order(total | _about_cell(point, breakdown, cell))


def _in_order(found):
    return [found[name] for name in COLUMNS]


def _about_indicator(line):
    row, of = indicator_row(line), line.indicator
    return row | {
        "indicator": of.code,
        "name": words.in_language(of, "name"),
        "unit": words.in_language(of, "unit"),
        "counts_words": str(of.get_counts_display()),
        "area_words": words.in_language(of.area, "name") if of.area else "",
        "data_as_of": timezone.localdate(),
    }


def _about_value(indicator, point):
    row, mark = value_row(point), words.anchor(point.starts_on, point.ends_on)
    is_value = point.shown is Shown.VALUE
    return row | {
        "counted_by_words": words.who(point),
        "dimension": "",
        "dimension_words": "",
        "categories": "",
        "categories_words": "",
        "value": _plain(row["value"]),
        "exactness": "" if row["value"] is None else row["exactness"],
        "told": str(row["shown"]),
        "told_words": "" if is_value else words.value_text(point),
        "status_words": words.state(point),
        "later_count_differs": int(row["differs"]),
        "break": int(row["is_break"]),
        "provenance_words": str(Provenance(row["provenance"]).label),
        **_about_sources(point.sources),
        "printed_in": words.quoted(point),
        "note": words.in_language(point, "note"),
        "disputed": int(row["is_disputed"]),
        "disputed_words": words.disputed(point),
        "address": f"{settings.SITE_URL}{address('indicator', indicator.code)}#{mark}",
    }


def _about_cell(point, breakdown, cell):
    """What a number of a breakdown says otherwise than the total."""
    row = part_row(breakdown, cell)
    return row | {
        "dimension_words": words.dimension(breakdown.dimension),
        "categories": " | ".join(cell.categories),
        "categories_words": words.in_language(cell, "label"),
        "value": _plain(row["value"]),
        "exactness": "",
        **_about_sources((cell.printed_by,) if cell.printed_by else point.sources),
        "printed_in": words.quoted(cell),
    }


def _about_sources(sources):
    return {
        "sources": " | ".join(each.title for each in sources),
        "source_addresses": " | ".join(each.url for each in sources if each.url),
    }


def _plain(value: Decimal | None) -> int | float | None:
    """The number as spreadsheets and JSON hold it."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def as_csv(lines):
    return cells.as_csv([COLUMNS.values(), *cells_of(lines)]), CSV


def as_workbook(lines):
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = ""
    sheet = book.create_sheet(_("Values"))
    sheet.freeze_panes = "C2"
    sheet.append([_heading(sheet, each) for each in COLUMNS.values()])
    for row in cells_of(lines):
        sheet.append([_kept(cell) for cell in row])
    about = book.create_sheet(_("About these data"))
    for name, text in about_data().items():
        about.append([name, cells.for_workbook(text)])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue(), WORKBOOK


def _heading(sheet, text):
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, str(text))
    cell.font = Font(bold=True)
    return cell


def _kept(cell):
    if isinstance(cell, str):
        return cells.for_workbook(cell) or None
    return cell


def as_json(lines):
    content = {
        "about": about_data(),
        "columns": {name: str(heading) for name, heading in COLUMNS.items()},
        "values": [
            dict(zip(COLUMNS, map(_in_json, row), strict=True))
            for row in cells_of(lines)
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
    """A file to save; its name tells the day of its data."""
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

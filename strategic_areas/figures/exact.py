"""
Exact tables of indicators, for official questionnaires: raw values, nothing protected.

Each says in itself who took it and when, so that a copy that turns up somewhere can be
traced to its hand.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from strategic_areas import cells
from strategic_areas.figures.raw import read
from strategic_areas.models import CodeList, CodeListValue

#: The longest title of a sheet that spreadsheets take.
LONGEST_TITLE = 31
#: What a spreadsheet needs to see that a file of text is UTF-8.
UTF8_MARK = "\ufeff"


@dataclass(frozen=True)
class Taken:
    """Who takes a table, when, and of what; ``subject`` is a code or address word."""

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
        title = f"{_('Exact')} {self.moment:%Y-%m-%d %H.%M} {account}"
        return title[:LONGEST_TITLE]

    def file_name(self, extension):
        account = slugify(self.account)
        moment = f"{self.moment:%Y%m%dT%H%M}"
        return f"{slugify(_('Exact'))}-{self.subject}-{moment}-{account}.{extension}"


def as_csv(indicators, taken: Taken) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written)
    for row in _rows(indicators, taken):
        writer.writerow([_in_text(cell) for cell in row])
    return (UTF8_MARK + written.getvalue()).encode()


def as_workbook(indicators, taken: Taken) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.properties.creator = ""
    sheet = book.active
    sheet.title = taken.sheet_title
    for row in _rows(indicators, taken):
        sheet.append([_in_workbook(cell) for cell in row])
    for row in sheet["1:2"]:
        for cell in row:
            cell.font = Font(bold=True)
    sheet.freeze_panes = "B3"
    sheet.print_title_rows = "1:2"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _rows(indicators, taken) -> Iterable[list]:
    """The mark, the headings, and each value followed by its parts."""
    yield [taken.mark]
    yield [
        *(_("Code"), _("Indicator"), _("Unit"), _("Counted by"), _("From"), _("Until")),
        *(_("Breakdown (code)"), _("Category (code)"), _("Category"), _("Value")),
        *(_("State"), _("Sources")),
    ]
    labels = _labels()
    for raw in read(indicators):
        value = raw.measurement
        of = value.indicator
        named = [of.code, of.name, of.unit, value.counted_by]
        named += [value.starts_on, value.ends_on]
        beside = [
            value.get_status_display(),
            " | ".join(source.title for source in value.sources.all()),
        ]
        yield [*named, "", "", "", value.value, *beside]
        for part in raw.parts:
            code = (part.dimension, part.category)
            label = labels.get((of.introduced_by_id, *code), "")
            yield [*named, *code, label, part.value, *beside]


def _labels():
    """The words of categories by plan, dimension and code."""
    rows = CodeListValue.objects.filter(code_list__kind=CodeList.Kind.BREAKDOWNS)
    return {
        (row.code_list.plan_id, row.dimension, row.code): row.label
        for row in rows.select_related("code_list")
    }


def _in_text(cell):
    if isinstance(cell, Decimal):
        return format(cell.normalize(), "f")
    return cell.isoformat() if isinstance(cell, date) else cells.escape(cell)


def _in_workbook(cell):
    return cells.for_workbook(cell) if isinstance(cell, str) else cell

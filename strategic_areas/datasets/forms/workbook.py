"""A whole plan as a workbook, for people: its dictionary first, then each dataset."""

import io
from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from strategic_areas import cells
from strategic_areas.datasets.columns import Dataset, Kind
from strategic_areas.datasets.forms.texts import about_lines, with_gaps
from strategic_areas.datasets.snapshots import Snapshot

#: How wide a column is, in characters, if it holds texts and if not.
WIDE, NARROW = 40, 16
#: The longest name of a sheet that Excel opens.
LONGEST_NAME = 31


def as_workbook(
    snapshot: Snapshot, datasets: Mapping[str, Dataset], language: str
) -> bytes:
    """
    A workbook with headings in one language.

    Its first sheets tell what columns and codes mean, its last one what the whole is.
    Numbers are numbers and days are dates; a text that a program would take for a
    formula begins with an apostrophe.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = ""
    with override(language):
        _add(book, _("Dictionary"), _dictionary(datasets.values()))
        _add(book, _("Codes"), _codes(datasets.values()))
        for name, dataset in datasets.items():
            rows = snapshot.tables[name].values()
            _add(book, str(dataset.title), _table(dataset, rows))
        about = [(_("About these data"), ""), *about_lines(snapshot)]
        _add(book, _("About these data"), about)
        written = io.BytesIO()
        book.save(written)
    return written.getvalue()


def _table(dataset: Dataset, rows: Iterable[Mapping]):
    yield [str(each.label) for each in dataset.columns]
    days = {each.name for each in dataset.columns if each.kind is Kind.DAY}
    for row in rows:
        yield [
            date.fromisoformat(value) if value and name in days else value
            for name, value in ((each.name, row[each.name]) for each in dataset.columns)
        ]


def _dictionary(datasets):
    yield [
        *(_("Dataset"), _("Column"), _("Heading"), _("What it says"), _("Kind")),
        *(
            _("Unit"),
            _("What an empty cell means"),
            _("Part of the key"),
            _("Refers to"),
        ),
    ]
    for dataset in datasets:
        for column, meaning in with_gaps(dataset):
            yield [
                *(dataset.name, column.name, str(column.label), str(column.about)),
                *(str(column.kind.label), str(column.unit), str(meaning)),
                *(column.name in dataset.key, column.refers),
            ]


def _codes(datasets):
    yield [_("Dataset"), _("Column"), _("Code"), _("What it means")]
    for dataset in datasets:
        for column in dataset.columns:
            for code, word in (column.codes or {}).items():
                yield [dataset.name, column.name, str(code), str(word)]


def _add(book, title, rows):
    """A sheet whose first row is its heading, and stays in view."""
    from openpyxl.utils import get_column_letter

    sheet, rows = book.create_sheet(title[:LONGEST_NAME]), iter(rows)
    heading = next(rows)
    sheet.freeze_panes = "A2"
    for place, text in enumerate(heading, 1):
        width = WIDE if len(text) > NARROW else NARROW
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_heading(sheet, text) for text in heading])
    for row in rows:
        sheet.append([_kept(value) for value in row])


def _heading(sheet, text):
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _kept(value):
    return cells.for_workbook(value) or None if isinstance(value, str) else value

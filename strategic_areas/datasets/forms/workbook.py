"""
A whole plan as a workbook, for people: its dictionary first, then each dataset.

The sheets are written as XML: openpyxl takes 17 times as long for large ones.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _
from django.utils.translation import override

from strategic_areas import cells
from strategic_areas.datasets.columns import Dataset, Kind
from strategic_areas.datasets.forms.texts import about_lines, with_gaps
from strategic_areas.datasets.forms.zipped import add
from strategic_areas.datasets.snapshots import Snapshot

#: How wide a column is, in characters, if its heading is long and if it is not.
WIDE, NARROW = 40, 16
#: The longest name of a sheet that Excel opens.
LONGEST_NAME = 31
#: Spreadsheets count days from here.
DAY_ZERO = date(1899, 12, 30)
#: The styles of cells, by their place in ``STYLES``.
BOLD, OF_DAYS = 1, 2

START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OOXML = "http://schemas.openxmlformats.org"
MAIN, LINKS = f"{OOXML}/spreadsheetml/2006/main", f"{OOXML}/package/2006/relationships"
TYPE, OF_OFFICE = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml",
    f"{OOXML}/officeDocument/2006/relationships",
)
STYLES = (
    f'{START}<styleSheet xmlns="{MAIN}"><numFmts count="1">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2">'
    '<fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
    "<border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>'
    '<xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    "</cellStyles></styleSheet>"
)


def as_workbook(
    snapshot: Snapshot, datasets: Mapping[str, Dataset], language: str
) -> bytes:
    """
    A workbook with headings in one language.

    Its first sheets tell what columns and codes mean, its last one what the whole is.
    Numbers are numbers and days are dates; a text that a program would take for a
    formula begins with an apostrophe.
    """
    with override(language):
        sheets = {
            _("Dictionary"): _dictionary(datasets.values()),
            _("Codes"): _codes(datasets.values()),
        }
        for name, dataset in datasets.items():
            rows = snapshot.tables[name].values()
            sheets[str(dataset.title)[:LONGEST_NAME]] = _table(dataset, rows)
        told = [(_("About these data"), ""), *about_lines(snapshot)]
        sheets[_("About these data")] = told
        return _written(sheets)


def _table(dataset: Dataset, rows: Iterable[Mapping]):
    yield [str(each.label) for each in dataset.columns]
    kinds = [(each.name, each.kind is Kind.DAY) for each in dataset.columns]
    for row in rows:
        yield [
            date.fromisoformat(row[name]) if is_day and row[name] else row[name]
            for name, is_day in kinds
        ]


def _dictionary(datasets):
    yield [
        *(_("Dataset"), _("Column"), _("Heading"), _("What it says"), _("Kind")),
        *(_("Unit"), _("What an empty cell means"), _("Part of the key")),
        _("Refers to"),
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


def _written(sheets):
    """The bytes of a workbook with these sheets, by their names."""
    parts = {f"sheet{number}": name for number, name in enumerate(sheets, 1)}
    content, book, links = io.BytesIO(), [], []
    for number, (part, name) in enumerate(parts.items(), 1):
        book.append(f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="{part}"/>')
        links.append(_link(part, "worksheet", f"worksheets/{part}.xml"))
    links.append(_link("styles", "styles", "styles.xml"))
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        add(packed, "[Content_Types].xml", _types(parts))
        link = _link("book", "officeDocument", "xl/workbook.xml")
        add(packed, "_rels/.rels", _links([link]))
        add(packed, "xl/_rels/workbook.xml.rels", _links(links))
        add(packed, "xl/styles.xml", STYLES)
        sheet_list = f"<sheets>{''.join(book)}</sheets></workbook>"
        begin = f'{START}<workbook xmlns="{MAIN}" xmlns:r="{OF_OFFICE}">'
        view = "<bookViews><workbookView/></bookViews>"
        add(packed, "xl/workbook.xml", f"{begin}{view}{sheet_list}")
        for part, name in parts.items():
            add(packed, f"xl/worksheets/{part}.xml", "".join(_sheet(sheets[name])))
    return content.getvalue()


def _types(parts):
    told = {"/xl/workbook.xml": "sheet.main", "/xl/styles.xml": "styles"}
    told |= {f"/xl/worksheets/{part}.xml": "worksheet" for part in parts}
    every = (
        f'<Override PartName="{part}" ContentType="{TYPE}.{kind}+xml"/>'
        for part, kind in told.items()
    )
    return (
        f'{START}<Types xmlns="{OOXML}/package/2006/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{''.join(every)}</Types>"
    )


def _link(name, kind, target):
    return f'<Relationship Id="{name}" Type="{OF_OFFICE}/{kind}" Target="{target}"/>'


def _links(every):
    return f'{START}<Relationships xmlns="{LINKS}">{"".join(every)}</Relationships>'


def _sheet(rows):
    """The XML of a sheet whose first row is its heading, and stays in view."""
    rows = iter(rows)
    heading = next(rows)
    yield (
        f'{START}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        "</sheetView></sheetViews><cols>"
    )
    for place, text in enumerate(heading, 1):
        width = WIDE if len(text) > NARROW else NARROW
        yield f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
    yield f"</cols><sheetData>{_row(heading, BOLD)}"
    for row in rows:
        yield _row(row)
    yield "</sheetData></worksheet>"


def _row(values, style=0):
    return f"<row>{''.join(_cell(value, style) for value in values)}</row>"


def _cell(value, style):
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, str):
        text = escape(cells.for_workbook(value))
        inside = f'<is><t xml:space="preserve">{text}</t></is>'
        return f'<c s="{style}" t="inlineStr">{inside}</c>'
    if isinstance(value, bool):
        return f'<c t="b"><v>{value:d}</v></c>'
    if isinstance(value, date):
        return f'<c s="{OF_DAYS}"><v>{(value - DAY_ZERO).days}</v></c>'
    return f"<c><v>{value}</v></c>"

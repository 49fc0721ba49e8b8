"""
Writes the report as a DOCX on A4.

Cells are written as XML, since python-docx takes a second for a thousand of them. Bars
are tables of coloured cells, so that people can edit them.
"""

import io

from django.utils.text import Truncator
from django.utils.translation import get_language
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor

from strategic_areas.commitment_states import StateFamily
from strategic_areas.desk.report import (
    DocumentSection,
    DocumentTable,
    NumberedList,
    RoundDocument,
    StackedBars,
    Subheading,
)
from strategic_areas.spreadsheet_cells import NOT_IN_XML

WIDTH, HEIGHT, MARGIN = Cm(21), Cm(29.7), Cm(1.9)
LONGEST_PROPERTY = 255
#: A font that every office suite has, or one of the same widths.
FONT = "Arial"
BLUE, INK, QUIET = RGBColor(0x00, 0x38, 0x76), "1D2433", RGBColor(0x4A, 0x54, 0x66)
RULE = "C3C9D6"
#: In twentieths of a point: between the margins, of a bar's name, of its number.
TEXT_WIDTH = Emu(WIDTH - 2 * MARGIN).twips
NAME_WIDTH, TOTAL_WIDTH = Cm(4.3).twips, Cm(1.2).twips
#: Room for two digits.
NARROWEST_SEGMENT = Cm(0.75).twips
#: Fill, text colour and pattern of a family; unreported work is light.
COLOURS = {
    StateFamily.MET: ("0F5130", "FFFFFF", "clear"),
    StateFamily.UNMET: ("B1480B", "FFFFFF", "clear"),
    StateFamily.GOING: ("174A8C", "FFFFFF", "clear"),
    StateFamily.HALTED: ("7D569C", "FFFFFF", "clear"),
    StateFamily.UNBEGUN: ("3F4757", "FFFFFF", "clear"),
    StateFamily.NO_NEWS: (RULE, INK, "clear"),
    StateFamily.UNPUBLISHED: ("FFFFFF", INK, "thinDiagStripe"),
}
LANGUAGES = {"es": "es-DO", "en": "en-US"}


def write_docx(round_document: RoundDocument) -> bytes:
    document = Document()
    _set_up(document, round_document)
    document.add_paragraph(_clean(round_document.author), "Body Text")
    title = document.add_paragraph(_clean(round_document.title), "Title")
    title.paragraph_format.space_before = Cm(7)
    document.add_paragraph(_clean(round_document.subject), "Body Text")
    document.add_paragraph().paragraph_format.space_before = Cm(7)
    _add_table(document, DocumentTable("", (("", 4), ("", 13)), round_document.facts))
    for section in round_document.sections:
        _add_section(document, section)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _set_up(document, round_document):
    page = document.sections[0]
    page.page_width, page.page_height = WIDTH, HEIGHT
    page.left_margin = page.right_margin = MARGIN
    page.top_margin, page.bottom_margin = Cm(1.8), Cm(1.8)
    page.header_distance = page.footer_distance = Cm(0.9)
    properties = document.core_properties
    properties.author = properties.comments = properties.keywords = ""
    properties.title = _clean(round_document.title)
    properties.subject = Truncator(_clean(round_document.subject)).chars(
        LONGEST_PROPERTY
    )
    properties.language = LANGUAGES[(get_language() or "es")[:2]]
    _set_styles(document, properties.language)
    foot = next(page.footer.part.element.iterchildren(qn("w:p")))
    _add_run(foot, f"{round_document.foot} · ")
    _add(foot, "w:fldSimple", instr="PAGE")
    _add_run(foot, " / ")
    _add(foot, "w:fldSimple", instr="NUMPAGES")


def _set_styles(document, language):
    sizes = {
        "Normal": (9.5, 0, 4),
        "Title": (28, 0, 6),
        "Body Text": (13, 6, 6),
        "Heading 1": (17, 0, 6),
        "Heading 2": (11.5, 9, 3),
        "Caption": (11.5, 9, 3),
        "List Number": (9.5, 0, 2),
        "Footer": (8, 0, 0),
    }
    for name, (size, above, below) in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.paragraph_format.space_before = Pt(above)
        style.paragraph_format.space_after = Pt(below)
        fonts = style.element.rPr.rFonts
        fonts.attrib.clear()
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(script), FONT)
        if name in {"Title", "Heading 1", "Heading 2", "Caption"}:
            style.font.color.rgb = BLUE
            style.font.bold = True
            style.paragraph_format.keep_with_next = True
        if name in {"Body Text", "Footer"}:
            style.font.color.rgb = QUIET
            style.font.bold = False
    _add(document.styles["Normal"].element.rPr, "w:lang", val=language)


def _add_section(document, section: DocumentSection):
    heading = document.add_paragraph(_clean(section.heading), "Heading 1")
    heading.paragraph_format.page_break_before = section.on_new_page
    for block in section.blocks:
        match block:
            case Subheading(text):
                document.add_paragraph(_clean(text), "Heading 2")
            case NumberedList(lines):
                for line in lines:
                    document.add_paragraph(_clean(line), "List Number")
            case StackedBars():
                _add_bars(document, block)
            case DocumentTable():
                document.add_paragraph(_clean(block.caption), "Caption")
                _add_table(document, block)
            case text:
                document.add_paragraph(_clean(text))


def _add_bars(document, bars):
    for name, segments, total in bars.rows:
        room = TEXT_WIDTH - NAME_WIDTH - TOTAL_WIDTH - NARROWEST_SEGMENT * len(segments)
        widths = [NARROWEST_SEGMENT + room * each.share // 1000 for each in segments]
        text = ", ".join(f"{each.number} {each.word}" for each in segments)
        element, line = _new_table(
            [NAME_WIDTH, *widths, TOTAL_WIDTH], f"{name}: {text}"
        )
        _add_cell(line, name, NAME_WIDTH, is_bold=True)
        for each, width in zip(segments, widths, strict=True):
            fill, ink, pattern = COLOURS[each.family]
            shading = {"val": pattern, "color": RULE, "fill": fill}
            _add_cell(line, str(each.number), width, shading=shading, ink=ink)
        _add_cell(line, str(total), TOTAL_WIDTH)
        _insert_table(document, element)
    legend = document.add_paragraph()
    for family, word in bars.legend:
        fill = COLOURS[family][0]
        mark, colour = (
            ("\N{WHITE SQUARE}", INK)
            if fill == "FFFFFF"
            else ("\N{BLACK SQUARE}", fill)
        )
        legend.add_run(mark).font.color.rgb = RGBColor(*bytes.fromhex(colour))
        legend.add_run(f"\N{NO-BREAK SPACE}{_clean(word)}   ")


def _insert_table(document, element):
    # The last element of a body is its page setup.
    document.element.body.insert(-1, element)
    space = document.add_paragraph().paragraph_format
    space.space_after, space.line_spacing = Pt(0), Pt(4)


def _new_table(widths, description=""):
    element = OxmlElement("w:tbl")
    properties = _add(element, "w:tblPr")
    _add(properties, "w:tblW", w=sum(widths), type="dxa")
    _add(properties, "w:tblLayout", type="fixed")
    margins = _add(properties, "w:tblCellMar")
    for side, width in (("top", 40), ("left", 60), ("bottom", 40), ("right", 60)):
        _add(margins, f"w:{side}", w=width, type="dxa")
    if description:
        _add(properties, "w:tblDescription", val=_clean(description))
    grid = _add(element, "w:tblGrid")
    for width in widths:
        _add(grid, "w:gridCol", w=width)
    return element, _new_row(element)


def _new_row(element):
    line = _add(element, "w:tr")
    _add(_add(line, "w:trPr"), "w:cantSplit")
    return line


def _add_table(document, table: DocumentTable):
    total = sum(share for _heading, share in table.columns)
    widths = [TEXT_WIDTH * share // total for _heading, share in table.columns]
    element, line = _new_table(widths)
    borders = OxmlElement("w:tblBorders")
    for side in ("bottom", "insideH"):
        _add(borders, f"w:{side}", val="single", sz=4, space=0, color=RULE)
    element[0].insert(1, borders)
    headings = [heading for heading, _share in table.columns]
    if any(headings):
        _add(line[0], "w:tblHeader")
    else:
        element.remove(line)
    for text, width in zip(headings if any(headings) else (), widths, strict=False):
        _add_cell(line, text, width, is_bold=True)
    for row in table.rows:
        line = _new_row(element)
        for place, (text, width) in enumerate(zip(row, widths, strict=True)):
            _add_cell(line, text, width, is_bold=not place)
    _insert_table(document, element)


def _add_cell(line, text, width, *, is_bold=False, shading=None, ink=""):
    cell = _add(line, "w:tc")
    cell_properties = _add(cell, "w:tcPr")
    _add(cell_properties, "w:tcW", w=width, type="dxa")
    if shading:
        _add(cell_properties, "w:shd", **shading)
    paragraph = _add(cell, "w:p")
    properties = _add(paragraph, "w:pPr")
    _add(properties, "w:spacing", before=0, after=0)
    if shading:
        _add(properties, "w:jc", val="center")
    _add_run(paragraph, text, is_bold=is_bold or bool(shading), ink=ink)


def _clean(text):
    return NOT_IN_XML.sub("", text)


def _add_run(paragraph, text, *, is_bold=False, ink=""):
    """Add the lines of a text; only the first line can be bold."""
    for number, line in enumerate(_clean(text).splitlines()):
        run = _add(paragraph, "w:r")
        properties = _add(run, "w:rPr")
        if is_bold and not number:
            _add(properties, "w:b")
        if ink:
            _add(properties, "w:color", val=ink)
        if number:
            _add(run, "w:br")
        _add(run, "w:t").text = line
        run[-1].set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _add(parent, name, **values):
    element = OxmlElement(name)
    for key, value in values.items():
        element.set(qn(f"w:{key}"), str(value))
    parent.append(element)
    return element

"""
The report as a DOCX on legal paper, in landscape.

Cells are written as XML at once: python-docx takes a second for each thousand of them.
"""

import io

from django.utils.translation import get_language
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Inches, Pt, RGBColor

from strategic_areas.cells import NOT_IN_XML
from strategic_areas.desk.report import Report, Row, Section, Table

WIDTH, HEIGHT, MARGIN = Inches(14), Inches(8.5), Cm(1.5)
#: A font that every office suite has, or one of the same widths.
FONT = "Arial"
BLUE, RULE, SHADE = RGBColor(0x00, 0x38, 0x76), "9AA5B5", "E9EDF2"
#: Twentieths of a point: the width between the margins, a row to write in.
BETWEEN = Emu(WIDTH - 2 * MARGIN).twips
WRITTEN = Cm(1.5).twips
LANGUAGES = {"es": "es-DO", "en": "en-US"}


def write(report: Report) -> bytes:
    document = Document()
    _set_up(document, report)
    document.add_paragraph(_clean(report.title), "Title")
    document.add_paragraph(_clean(report.subject), "Subtitle")
    for section in report.sections:
        _add_section(document, section)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _set_up(document, report):
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = WIDTH, HEIGHT
    page.left_margin = page.right_margin = MARGIN
    page.top_margin, page.bottom_margin = Cm(1.6), Cm(1.4)
    page.header_distance = page.footer_distance = Cm(0.7)
    kept = document.core_properties
    kept.author = kept.comments = kept.keywords = ""
    kept.title, kept.subject = report.title, report.subject
    kept.language = LANGUAGES[(get_language() or "es")[:2]]
    _set_styles(document, kept.language)
    page.different_first_page_header_footer = True
    head = _clean(f"{report.title} · {report.subject}")
    page.header.paragraphs[0].add_run(head)
    for part in (page.first_page_footer, page.footer):
        part.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        foot = part.part.element[0]
        _add(foot, "w:fldSimple", instr="PAGE")
        _add_run(foot, " / ")
        _add(foot, "w:fldSimple", instr="NUMPAGES")


def _set_styles(document, language):
    sizes = {
        "Normal": (9, 0, 3),
        "Title": (20, 0, 0),
        "Subtitle": (12, 0, 6),
        "Heading 1": (14, 10, 4),
        "Caption": (9, 6, 3),
        "Header": (8, 0, 0),
        "Footer": (8, 0, 0),
    }
    for name, (size, above, below) in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.font.italic = False
        style.paragraph_format.space_before = Pt(above)
        style.paragraph_format.space_after = Pt(below)
        fonts = style.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("w:hAnsi", "w:cs"):
            fonts.set(qn(script), FONT)
        if name in {"Title", "Subtitle", "Heading 1", "Caption"}:
            style.font.color.rgb = BLUE
            style.font.bold = name != "Subtitle"
            style.paragraph_format.keep_with_next = True
    _add(document.styles["Normal"].element.rPr, "w:lang", val=language)


def _add_section(document, section: Section):
    heading = document.add_paragraph(_clean(section.heading), "Heading 1")
    heading.paragraph_format.page_break_before = section.starts_page
    for line in section.lines:
        document.add_paragraph(_clean(line))
    for table in section.tables:
        document.add_paragraph(_clean(table.caption), "Caption")
        _add_table(document, table)


def _add_table(document, table: Table):
    total = sum(share for _heading, share in table.columns)
    widths = [BETWEEN * share // total for _heading, share in table.columns]
    element = OxmlElement("w:tbl")
    settings = _add(element, "w:tblPr")
    _add(settings, "w:tblW", w=sum(widths), type="dxa")
    borders = _add(settings, "w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        _add(borders, f"w:{side}", val="single", sz=4, space=0, color=RULE)
    _add(settings, "w:tblLayout", type="fixed")
    margins = _add(settings, "w:tblCellMar")
    for side, width in (("top", 30), ("left", 70), ("bottom", 30), ("right", 70)):
        _add(margins, f"w:{side}", w=width, type="dxa")
    grid = _add(element, "w:tblGrid")
    for width in widths:
        _add(grid, "w:gridCol", w=width)
    headings = tuple(heading for heading, _share in table.columns)
    _add_row(element, Row(headings), widths, is_head=True)
    for row in table.rows:
        _add_row(element, row, widths, height=WRITTEN if table.is_blank else 0)
    # The last element of a body says how its pages are set up.
    document.element.body.insert(-1, element)
    space = document.add_paragraph().paragraph_format
    space.space_after, space.line_spacing = Pt(0), Pt(4)


def _add_row(element, row, widths, *, is_head=False, height=0):
    line = _add(element, "w:tr")
    settings = _add(line, "w:trPr")
    _add(settings, "w:cantSplit")
    if height:
        _add(settings, "w:trHeight", val=height, hRule="atLeast")
    if is_head:
        _add(settings, "w:tblHeader")
    spread = len(widths) if row.is_heading else 1
    for text, width in zip(row.cells, widths, strict=not row.is_heading):
        cell = _add(line, "w:tc")
        settings = _add(cell, "w:tcPr")
        _add(settings, "w:tcW", w=sum(widths) if row.is_heading else width, type="dxa")
        if row.is_heading:
            _add(settings, "w:gridSpan", val=spread)
        if is_head or row.is_heading:
            _add(settings, "w:shd", val="clear", color="auto", fill=SHADE)
        paragraph = _add(cell, "w:p")
        settings = _add(paragraph, "w:pPr")
        if row.is_heading:
            _add(settings, "w:keepNext")
        _add(settings, "w:spacing", before=0, after=0)
        _add_run(paragraph, text, is_bold=is_head or row.is_heading)


def _clean(text):
    return NOT_IN_XML.sub("", text)


def _add_run(paragraph, text, *, is_bold=False):
    run = _add(paragraph, "w:r")
    if is_bold:
        _add(_add(run, "w:rPr"), "w:b")
    for number, line in enumerate(_clean(text).splitlines()):
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

"""The workbook's other sheets: instructions, lists of choices, and hidden marks."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from strategic_areas import cells
from strategic_areas.desk.workbook.columns import (
    CHOICES,
    FORMAT,
    HEADERS,
    LINKS,
    choices,
)

WARNING = "FFF4E0"
#: Without the name of a font some office suites choose one with serifs for bold text.
FONT = "Calibri"
#: The size of paper that is called letter.
LETTER_PAPER = 1
#: One column on a page of letter paper, also in the wide font of an office suite that
#: lacks Calibri: LibreOffice cuts off a column that is wider than the page.
WIDE = 72


def marks_of(sheet):
    return {
        "format": FORMAT,
        "plan": sheet.period.plan.code,
        "period": sheet.period.code,
        "agency": sheet.agency.slug,
    }


def add_marks(page, marks):
    for pair in marks.items():
        page.append([cells.for_workbook(part) for part in pair])
    page.sheet_state = "veryHidden"
    protect(page)


def add_instructions(page, sheet):
    write_notes(
        page,
        f"{sheet.agency.acronym} · {sheet.period}",
        [
            _due(sheet.period),
            (
                _("How to fill it"),
                [f"{n}. {step}" for n, step in enumerate(_steps(), 1)],
            ),
            (_("What is never written here"), [f"• {text}" for text in _never()]),
        ],
    )


def numbered(sentences):
    return [f"{number}. {text}" for number, text in enumerate(sentences, 1)]


def write_notes(page, title, parts):
    """The first sheet: a title, sentences, and pairs of a heading and sentences."""
    from openpyxl.styles import Alignment, Font, PatternFill

    page.title = _("Instructions")
    page.column_dimensions["A"].width = WIDE
    lines = [(title, Font(name=FONT, bold=True, size=14))]
    for part in parts:
        heading, sentences = ("", [part]) if isinstance(part, str) else part
        lines += [(heading, Font(name=FONT, bold=True))] if heading else []
        lines += [(sentence, None) for sentence in sentences]
    for number, (text, font) in enumerate(lines, 1):
        cell = page.cell(number, 1, cells.for_workbook(text))
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if font:
            cell.font = font
        if text.startswith("•"):
            cell.fill = PatternFill("solid", fgColor=WARNING)
    fit(page, wide=1)
    protect(page)


def fit(page, *, wide):
    """Print on letter paper, ``wide`` pages across."""
    page.page_setup.paperSize = LETTER_PAPER
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = wide, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _due(period):
    day = date_format(period.due_on, "SHORT_DATE_FORMAT")
    return _("Due on %(day)s.") % {"day": day}


def _steps():
    return [
        _(
            "One row is one activity. Fill the columns with a green header; the grey "
            "cells only tell what stands."
        ),
        _(
            "An empty row opens with what the institution last reported. Change what "
            "changed: often one number is enough. A row that you do not touch says "
            "nothing."
        ),
        _(
            "Where nothing changed at all, choose “Same as the previous period”. Where "
            "there is nothing to tell, choose “No news” and say why."
        ),
        _(
            "Lists open by the arrow beside the cell. Write values only, no formulas. "
            "Do not add or remove rows, and leave the hidden columns as they are."
        ),
        _(
            "If there is a sheet of values, one row is one value of an indicator: fill "
            "the total, and the parts that you know. What is not known goes into “Not "
            "stated”. Saving hands it in to the secretariat."
        ),
        _(
            "Save it as .xlsx and upload it on the page of the sheet. Before anything "
            "is saved you see each change and each error by its cell."
        ),
        _(
            "What somebody saved on the page after you downloaded this workbook is not "
            "overwritten: you will see both texts."
        ),
        _(
            "Uploading sends nothing. When all is saved, press “Check and send all” on "
            "the page of the sheet. Evidence is attached there too, and there you "
            "declare results, propose activities and add other work."
        ),
    ]


def _never():
    return [
        _("Names of victims, of their families or of witnesses, nor their initials."),
        _("Identity card, passport, file or telephone numbers; addresses; pictures."),
        _(
            "What lets somebody be recognised without a name: age together with place, "
            "nationality together with a date, the story of one case."
        ),
        _("In this workbook one writes about the work done, never about a person."),
    ]


def add_lists(page, provinces):
    """The sheet of lists; returns name → where its list stands."""
    columns = {
        **{name: [label for _value, label in choices(name)] for name in CHOICES},
        **dict.fromkeys(LINKS, provinces),
    }
    return write_lists(
        page, {name: (HEADERS[name], entries) for name, entries in columns.items()}
    )


def write_lists(page, columns):
    """
    A list in each column; returns name → where it stands.

    ``columns`` maps names to a heading and the entries below it.
    """
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter, quote_sheetname

    found = {}
    for place, (name, (heading, entries)) in enumerate(columns.items(), 1):
        letter = get_column_letter(place)
        page.column_dimensions[letter].width = 30
        page[f"{letter}1"] = str(heading)
        page[f"{letter}1"].font = Font(name=FONT, bold=True)
        for number, entry in enumerate(entries, 2):
            page[f"{letter}{number}"] = cells.for_workbook(entry)
        last = len(entries) + 1
        found[name] = f"{quote_sheetname(page.title)}!${letter}$2:${letter}${last}"
    page.freeze_panes = "A2"
    fit(page, wide=1)
    protect(page)
    return found


def add_looks(book, looks):
    """Register looks by their names, with which cells take them as their style."""
    from openpyxl.styles import NamedStyle
    from openpyxl.styles.fonts import DEFAULT_FONT

    plain = {"font": DEFAULT_FONT, "number_format": "General", "hidden": True}
    for name, parts in looks.items():
        book.add_named_style(NamedStyle(name, **plain | parts))


def protect(page):
    """Lock the page against mistakes, without a password."""
    page.protection.sheet = True
    page.protection.formatColumns = False
    page.protection.formatRows = False

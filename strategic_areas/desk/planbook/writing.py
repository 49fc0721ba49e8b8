import io

from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font, Protection
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from agencies.fields import Kind
from strategic_areas.desk.planbook.comparing import FORMAT, ORIGIN, SEEN
from strategic_areas.desk.workbook import guide
from strategic_areas.desk.workbook.writing import (
    FIRST_ROW,
    HEADER,
    HEADER_ROW,
    LINED,
    LOCKED,
    LONGEST_MESSAGE,
    LONGEST_TITLE,
    NAMES_ROW,
    TO_FILL,
    TOP,
    put,
)
from strategic_areas.plan_document.stored import StoredObjects
from strategic_areas.plan_document.tables import OF_PLAN, STRUCTURE
from strategic_areas.plan_document.values import digests, for_cell
from strategic_areas.workbooks.reading import MARKS

#: Up to which row the lists to choose from reach.
LAST_ROW = 1500
#: The columns before those of the record.
BEFORE = (SEEN, ORIGIN)
WIDTHS = {
    **{Kind.DATE: 13, Kind.DECIMAL: 13, Kind.WHOLE: 9, Kind.FLAG: 14},
    **{Kind.CHOICE: 20, Kind.LINK: 16, Kind.LINKS: 26, Kind.OTHER: 20},
}
#: Texts up to this many characters stand in narrow columns.
SHORT_TEXT, NARROW, WIDE = 80, 16, 46
FORMATS = {Kind.DATE: "dd/mm/yyyy", Kind.DECIMAL: "General", Kind.WHOLE: "0"}
PAGES_WIDE = 3
OPEN = Protection(locked=False)
HEADING = LINED | {"font": Font(name=guide.FONT, bold=True, color="FFFFFF")}
LOOKS = {
    "header": HEADING | {"fill": HEADER},
    "header to fill": HEADING | {"fill": TO_FILL},
    "origin": LINED | {"fill": LOCKED},
    **{
        f"to fill {shape}": LINED | {"number_format": shape, "protection": OPEN}
        for shape in ("@", *FORMATS.values())
    },
}


def marks_of(plan):
    return {"format": FORMAT, "plan": plan.code}


def write(plan):
    """The workbook of a plan as bytes, with room for new records."""
    stored = StoredObjects(plan.code)
    book = Workbook()
    book.properties.creator = ""
    add_instructions(book.active, plan)
    pages = {name: book.create_sheet(table.title) for name, table in STRUCTURE.items()}
    lists = guide.write_lists(book.create_sheet(_("Lists")), _lists(stored))
    guide.add_marks(book.create_sheet(MARKS), marks_of(plan))
    guide.add_looks(book, LOOKS)
    for name, table in STRUCTURE.items():
        _add_headers(pages[name], table)
        for number, row in enumerate(table.rows(stored), FIRST_ROW):
            _add_row(pages[name], number, table, row, stored)
        _add_rules(pages[name], table, lists, plan)
        _lay_out(pages[name], table, plan)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def letter_of(table, name):
    names = [*BEFORE, *(column.name for column in table.columns)]
    return get_column_letter(names.index(name) + 1)


def _lists(stored):
    found = {}
    for table in STRUCTURE.values():
        for column in table.columns:
            if column.kind in (Kind.CHOICE, Kind.FLAG):
                header = f"{table.title}: {column.label}"
                found[table.name, column.name] = (header, column.offered)
            elif column.is_earlier:
                known = sorted(stored.earlier(column.linked))
                found[column.table, column.name] = (
                    f"{table.title}: {column.label}",
                    known,
                )
            elif column.linked and column.linked not in STRUCTURE:
                found.setdefault(column.linked, (column.label, _known(column, stored)))
    return found


def _known(column, stored):
    table = stored.tables[column.linked]
    keys = sorted(table.key_of_pk.values())
    return sorted(for_cell(column, key, stored) for key in keys)


def _add_headers(page, table):
    for name in BEFORE:
        header = _("Code of origin") if name == ORIGIN else name
        cell = _add_header(page, letter_of(table, name), f"{table.name}.{name}", header)
        cell.style = "header"
    page.column_dimensions[letter_of(table, SEEN)].hidden = True
    for column in table.columns:
        letter = letter_of(table, column.name)
        name, width = f"{table.name}.{column.name}", _width(column)
        cell = _add_header(page, letter, name, column.header, width)
        cell.style = "header to fill"
        # Rows that are added later take the style of the column.
        below = page.column_dimensions[letter]
        below.alignment, below.protection = TOP, OPEN
        below.number_format = FORMATS.get(column.kind, "@")
    page.row_dimensions[NAMES_ROW].hidden = True


def _add_header(page, letter, name, header, width=14):
    put(page[f"{letter}{NAMES_ROW}"], name)
    cell = page[f"{letter}{HEADER_ROW}"]
    put(cell, header)
    page.column_dimensions[letter].width = width
    return cell


def _width(column):
    if column.kind in WIDTHS:
        return WIDTHS[column.kind]
    longest = column.field.model_field.max_length
    return NARROW if longest and longest <= SHORT_TEXT else WIDE


def _add_row(page, number, table, row, stored):
    values = table.plain(stored, row)
    seen = [str(row.pk), *digests(table, values, stored)]
    put(page[f"{letter_of(table, SEEN)}{number}"], "-".join(seen))
    origin = page[f"{letter_of(table, ORIGIN)}{number}"]
    put(origin, stored.tables[table.name].key_of_pk[row.pk])
    origin.style = "origin"
    for column in table.columns:
        cell = page[f"{letter_of(table, column.name)}{number}"]
        put(cell, for_cell(column, values[column.name], stored))
        cell.style = f"to fill {FORMATS.get(column.kind, '@')}"


def _add_rules(page, table, lists, plan):
    for column in table.columns:
        rule, prompt = _rule(column, lists, plan), _prompt(column)
        if not (rule.type or prompt):
            continue
        rule.promptTitle = Truncator(column.label).chars(LONGEST_TITLE)
        rule.prompt = Truncator(prompt).chars(LONGEST_MESSAGE)
        rule.showInputMessage = bool(rule.prompt)
        rule.showErrorMessage = rule.type is not None
        letter = letter_of(table, column.name)
        rule.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
        page.add_data_validation(rule)


def _rule(column, lists, plan):
    if column.kind in (Kind.CHOICE, Kind.FLAG) or column.is_earlier:
        return _choose_from(lists[column.table, column.name])
    if column.kind is Kind.LINK and column.table != "participations":
        # Who takes part, and what is new on another sheet, may be chosen at once.
        sheet = {"agencies": "participations"}.get(column.linked, column.linked)
        rule = _choose_from(
            _live(STRUCTURE[sheet]) if sheet in STRUCTURE else lists[sheet]
        )
        # A target may be set for an indicator that another plan introduced.
        rule.errorStyle = "warning" if sheet == "indicators" else "stop"
        return rule
    if column.kind is Kind.LINK:
        return _choose_from(lists[column.linked])
    if column.table == OF_PLAN:
        return DataValidation()
    if column.kind is Kind.DATE and column.name in {"starts_on", "due_on", "ends_on"}:
        days = {
            "formula1": _day(plan.starts_on),
            "formula2": _day(plan.ends_on),
        }
        return DataValidation(
            type="date", operator="between", errorStyle="warning", **days
        )
    return DataValidation()


def _day(day):
    return f"DATE({day.year},{day.month},{day.day})"


def _choose_from(place):
    return DataValidation(type="list", formula1=place, allow_blank=True)


def _live(table):
    """The codes that stand on a sheet now, also those that were typed a moment ago."""
    letter = letter_of(table, table.columns[0].name)
    first = f"{quote_sheetname(table.title)}!${letter}${FIRST_ROW}"
    whole = f"{first}:${letter}${LAST_ROW}"
    return f"OFFSET({first},0,0,MAX(1,COUNTA({whole})),1)"


def _prompt(column):
    hints = [str(column.field.model_field.help_text)]
    if column.is_earlier:
        hints.append(_("The plan and its code, such as 2031-2034/1.1."))
    if column.kind is Kind.LINKS:
        hints.append(_("Several are separated by a semicolon."))
    if column.kind is Kind.DATE:
        hints.append(_("A day such as 31/12/2030."))
    return " ".join(filter(None, hints))


def _lay_out(page, table, plan):
    third = get_column_letter(len(BEFORE) + 2)
    page.freeze_panes = f"{third}{FIRST_ROW}"
    last = get_column_letter(len(BEFORE) + len(table.columns))
    page.auto_filter.ref = f"{letter_of(table, ORIGIN)}{HEADER_ROW}:{last}{LAST_ROW}"
    guide.protect(page)
    page.protection.autoFilter = False
    page.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    page.page_setup.orientation = "landscape"
    guide.fit(page, wide=PAGES_WIDE)
    page.oddFooter.center.text = f"{plan.code} · &P / &N"


def add_instructions(page, plan):
    days = _("From %(start)s to %(end)s.") % {
        "start": date_format(plan.starts_on, "SHORT_DATE_FORMAT"),
        "end": date_format(plan.ends_on, "SHORT_DATE_FORMAT"),
    }
    guide.write_notes(
        page,
        f"{plan.code} · {plan.title}",
        [
            days,
            (_("How to fill it"), guide.numbered(_steps())),
            (_("What the columns mean"), [f"– {text}" for text in _columns()]),
            (_("What is never written here"), [f"• {text}" for text in _never()]),
        ],
    )


def _steps():
    return [
        _(
            "Each sheet has one kind of record, and each row is one. Write new ones "
            "below the last row, from the areas to the activities; a list offers what "
            "you wrote on another sheet a moment ago."
        ),
        _(
            "The sheet of the plan itself keeps its one row: title, dates, act. Its "
            "code and its state are not changed here."
        ),
        _("A column with * has to be filled. Lists open by the arrow beside the cell."),
        _(
            "Save it as .xlsx and upload it on the page of the plan. Before anything "
            "is kept you see each change and each error by its cell."
        ),
        _(
            "In preparation what you save becomes the plan. Of an approved plan it "
            "becomes one amendment, which names its act and which another person "
            "approves."
        ),
        _(
            "If somebody changed a record after you took this workbook, it is refused "
            "and names the rows; take a new one and copy your changes into it."
        ),
        _(
            "No row is ever deleted: a record whose row is missing or empty stays as "
            "it is."
        ),
    ]


def _columns():
    return [
        _(
            "The grey code of origin is the one that the portal has for the record; it "
            "is locked. It is empty in new rows. The code beside it may be changed, "
            "and records may exchange their codes in one workbook."
        ),
        _(
            "“Supersedes” holds the codes of the records of this plan that a record "
            "replaces, such as those of a reconstruction that the official matrix "
            "replaces. The replaced ones keep their address and their reports."
        ),
        _(
            "An empty “Where this comes from” of a new record says that the plan "
            "itself states it; so does an empty “Who states the due date” of its date."
        ),
        _(
            "Sources and framework targets go by the codes on the sheet of lists, "
            "provinces by their names."
        ),
    ]


def _never():
    return [
        _("Names of victims, of their families or of witnesses, nor their initials."),
        _("In this workbook one writes about planned work, never about a person."),
    ]

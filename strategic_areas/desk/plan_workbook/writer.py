"""Writes a plan's workbook: a sheet for each kind of record."""

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _, gettext_lazy
from openpyxl.utils import quote_sheetname

from agencies.fields import FieldKind
from strategic_areas.desk.plan_workbook.comparison import STORED_CODE, WORKBOOK_FORMAT
from strategic_areas.plan_document.stored_plan import StoredPlanObjects
from strategic_areas.plan_document.tables import EDITED_TABLES, PLAN_TABLE
from strategic_areas.plan_document.values import cell_value, value_digests
from strategic_areas.workbooks.reading import DIGEST_COLUMN
from strategic_areas.workbooks.writing import (
    FIRST_ROW,
    NUMBER,
    TEXT,
    WrittenColumn,
    choice_rule,
    content_of,
    letters_of,
    new_book,
    numbered,
    write_lists,
    write_metadata,
    write_notes,
    write_rows,
)

#: Drop-down lists reach to this row.
LAST_ROW = 1500
LOCKED_COLUMNS = (DIGEST_COLUMN, STORED_CODE)
WIDTHS = {
    **{
        FieldKind.DATE: 13,
        FieldKind.DECIMAL: 13,
        FieldKind.WHOLE: 9,
        FieldKind.FLAG: 14,
    },
    **{
        FieldKind.CHOICE: 20,
        FieldKind.LINK: 16,
        FieldKind.LINKS: 26,
        FieldKind.CHOICES: 26,
        FieldKind.OTHER: 20,
    },
}
#: Texts of up to this many characters get narrow columns.
SHORT_TEXT, NARROW, WIDE = 80, 16, 46
NUMBER_FORMATS = {
    FieldKind.DATE: "dd/mm/yyyy",
    FieldKind.DECIMAL: NUMBER,
    FieldKind.WHOLE: "0",
}


def write_plan_workbook(plan):
    stored = StoredPlanObjects(plan.code)
    book = new_book()
    add_instructions(book.active, plan)
    worksheets = {
        name: book.create_sheet(table.title) for name, table in EDITED_TABLES.items()
    }
    lists = write_lists(book.create_sheet(_("Lists")), _lists(stored))
    write_metadata(book, {"format": WORKBOOK_FORMAT, "plan": plan.code})
    for name, table in EDITED_TABLES.items():
        write_rows(
            worksheets[name],
            _headings(table, lists, plan),
            _rows(table, stored),
            fixed=len(LOCKED_COLUMNS) + 1,
            footer=plan.code,
            last_row=LAST_ROW,
        )
    return content_of(book)


def _lists(stored):
    lists = {}
    for table in EDITED_TABLES.values():
        for column in table.columns:
            header = f"{table.title}: {column.label}"
            if column.kind in (FieldKind.CHOICE, FieldKind.FLAG):
                lists[table.name, column.name] = (header, column.offered)
            elif column.links_to_other_plan:
                words = sorted(stored.records_of_other_plans(column.linked_table))
                lists[table.name, column.name] = (header, words)
            elif column.linked_table and column.linked_table not in EDITED_TABLES:
                lists.setdefault(
                    column.linked_table, (column.label, _known_words(column, stored))
                )
    return lists


def _known_words(column, stored):
    table = stored.tables[column.linked_table]
    return sorted(
        cell_value(column, key, stored) for key in sorted(table.key_of_pk.values())
    )


def _headings(table, lists, plan):
    digests, stored_code = (f"{table.name}.{name}" for name in LOCKED_COLUMNS)
    return [
        WrittenColumn(digests, DIGEST_COLUMN, 14, is_hidden=True),
        WrittenColumn(stored_code, _("Code in the portal"), 14),
        *(
            WrittenColumn(
                f"{table.name}.{column.name}",
                column.header,
                _width(column),
                _hint(column),
                NUMBER_FORMATS.get(column.kind, TEXT),
                _rule(column, lists, plan),
                is_editable=True,
            )
            for column in table.columns
        ),
    ]


def _width(column):
    if column.kind in WIDTHS:
        return WIDTHS[column.kind]
    longest = column.field.model_field.max_length
    return NARROW if longest and longest <= SHORT_TEXT else WIDE


def _rows(table, stored):
    editable_names = {f"{table.name}.{column.name}" for column in table.columns}
    for row in table.editable_records(stored):
        values = table.comparable_values(stored, row)
        cells = {c.name: cell_value(c, values[c.name], stored) for c in table.columns}
        # The record's primary key, then a digest of each value.
        cells[DIGEST_COLUMN] = "-".join(
            [str(row.pk), *value_digests(table, values, stored)]
        )
        cells[STORED_CODE] = stored.tables[table.name].key_of_pk[row.pk]
        yield (
            {f"{table.name}.{name}": value for name, value in cells.items()},
            editable_names,
        )


def _rule(column, lists, plan):
    if column.kind in (FieldKind.CHOICE, FieldKind.FLAG) or column.links_to_other_plan:
        return choice_rule(lists[column.table, column.name])
    if column.kind is FieldKind.LINK and column.table != "participations":
        # New participants, and new records of other sheets, can be chosen at once.
        sheet = {"agencies": "participations"}.get(
            column.linked_table, column.linked_table
        )
        rule = choice_rule(
            _codes_on_sheet(sheet) if sheet in EDITED_TABLES else lists[sheet]
        )
        # A target may be for an indicator of another plan.
        return rule | {"errorStyle": "warning" if sheet == "indicators" else "stop"}
    if column.kind is FieldKind.LINK:
        return choice_rule(lists[column.linked_table])
    is_planned = column.name in {"starts_on", "due_on", "ends_on"}
    if (
        column.table == PLAN_TABLE
        or column.kind is not FieldKind.DATE
        or not is_planned
    ):
        return {}
    return {
        "type": "date",
        "operator": "between",
        "errorStyle": "warning",
        "formula1": _day(plan.starts_on),
        "formula2": _day(plan.ends_on),
    }


def _day(day):
    return f"DATE({day.year},{day.month},{day.day})"


def _codes_on_sheet(name):
    table = EDITED_TABLES[name]
    letter = letters_of([*LOCKED_COLUMNS, table.columns[0].name])[table.columns[0].name]
    first = f"{quote_sheetname(table.title)}!${letter}${FIRST_ROW}"
    column_range = f"{first}:${letter}${LAST_ROW}"
    return f"OFFSET({first},0,0,MAX(1,COUNTA({column_range})),1)"


def _hint(column):
    is_list = column.kind in (FieldKind.LINKS, FieldKind.CHOICES)
    hints = [
        str(column.field.model_field.help_text),
        column.links_to_other_plan
        and _("The plan and its code, such as 2031-2034/1.1."),
        column.kind is FieldKind.CHOICES
        and f"{get_text_list(column.offered, _('or'))}.",
        is_list and _("Several are separated by a semicolon."),
        column.kind is FieldKind.DATE and _("A day such as 31/12/2030."),
    ]
    return " ".join(filter(None, hints))


INSTRUCTIONS = [
    gettext_lazy(
        "Each sheet has one kind of record, and each row is one. Write new ones "
        "below the last row, from the areas to the activities; a list offers what "
        "you wrote on another sheet a moment ago."
    ),
    gettext_lazy(
        "The sheet of the plan itself keeps its one row: title, dates, act. Its "
        "code and its state are not changed here."
    ),
    gettext_lazy(
        "A column with * has to be filled. Lists open by the arrow beside the cell."
    ),
    gettext_lazy(
        "Save it as .xlsx and upload it on the page of the plan. Before anything "
        "is kept you see each change and each error by its cell."
    ),
    gettext_lazy(
        "In preparation what you save becomes the plan. Of an approved plan it "
        "becomes one amendment, which names its act and which another person "
        "approves."
    ),
    gettext_lazy(
        "If somebody changed a record after you took this workbook, it is refused "
        "and names the rows; take a new one and copy your changes into it."
    ),
    gettext_lazy(
        "No row is ever deleted: a record whose row is missing or empty stays as it is."
    ),
]


COLUMN_NOTES = [
    gettext_lazy(
        "The grey code in the portal is the one that the record has there; it is "
        "locked. It is empty in new rows. The code beside it may be changed, "
        "and records may exchange their codes in one workbook."
    ),
    gettext_lazy(
        "“Supersedes” holds the codes of the records of this plan that a record "
        "replaces, such as those of a reconstruction that the official matrix "
        "replaces. The replaced ones keep their address and their reports."
    ),
    gettext_lazy(
        "An empty “Where this comes from” of a new record says that the plan "
        "itself states it; so does an empty “Who states the due date” of its date."
    ),
    gettext_lazy(
        "Sources and framework targets go by the codes on the sheet of lists, "
        "provinces by their names."
    ),
]


NEVER_WRITTEN = [
    gettext_lazy(
        "Names of victims, of their families or of witnesses, nor their initials."
    ),
    gettext_lazy(
        "In this workbook one writes about planned work, never about a person."
    ),
]


def add_instructions(worksheet, plan):
    days = _("From %(start)s to %(end)s.") % {
        "start": date_format(plan.starts_on, "SHORT_DATE_FORMAT"),
        "end": date_format(plan.ends_on, "SHORT_DATE_FORMAT"),
    }
    write_notes(
        worksheet,
        f"{plan.code} · {plan.title}",
        [
            days,
            (_("How to fill it"), numbered(INSTRUCTIONS)),
            (_("What the columns mean"), [f"– {text}" for text in COLUMN_NOTES]),
            (_("What is never written here"), [f"• {text}" for text in NEVER_WRITTEN]),
        ],
    )

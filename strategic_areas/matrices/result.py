"""Result of reading a matrix: lines, questions, notices and identifying cells."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from strategic_areas.text_guard.findings import MESSAGES
from strategic_areas.workbooks.reading import digest_of

#: Reasons to check a cell.
REASONS = {
    "about": _("The day is only roughly said."),
    "area_from_title": _("No text names the area; the sheet's name is taken for it."),
    "inexact": _("It says at least, at most or about; the plan holds one number."),
    "code_elsewhere": _("The code does not fit the place: one of them is wrong."),
    "code_missing": _("It has no code; the records below it suggest one."),
    "code_repeated": _("Another record has this code already."),
    "codes_to_be_made": _(
        "These numbers begin again in other parts, so codes of the whole plan have to "
        "be made of them."
    ),
    "comma": _("A decimal comma where other cells have a point."),
    "comment_asks": _("A comment on the cell puts it in question."),
    "comment_differs": _("A comment on the cell says another year."),
    "ditto": _("The same as in the row above."),
    "each_or_all": _("For each of these years, or for all together?"),
    "everybody": _("It names no single agency."),
    "format_differs": _("Other years of the row are shown as percentages."),
    "formula": _("A formula whose result the file does not hold."),
    "fraction": _("A fraction where the indicator is a percentage."),
    "goes_on": _("It goes on with the text of the row above."),
    "institution_otherwise": _("Written by another name: is this the agency?"),
    "institution_unknown": _("The portal does not know this agency."),
    "lead_from_below": _("No lead is named; one of its activities has this one."),
    "lead_from_title": _("No text names the lead; the sheet's name is taken for it."),
    "level_by_colour": _("Only its colour shows its level."),
    "mark": _("A mark in place of a number."),
    "mark_unclear": _("No clear mark, so the time is not agreed."),
    "marks_with_gaps": _("Single marks with gaps between them; the last one counts."),
    "more_words": _("There are more words beside the amount."),
    "more_numbers": _("There are more numbers in the cell."),
    "no_coordinator": _("Others of its level name who coordinates them."),
    "no_date": _("No time can be read."),
    "no_indicator": _("It is in a row without an indicator."),
    "no_institution": _("No agency is recognised."),
    "no_lead": _("No lead is named."),
    "no_level": _("Nothing shows its level."),
    "no_number": _("No number can be read."),
    "no_programme": _("No programme is named: one may have the name of its area."),
    "no_year": _("The number has no year."),
    "no_titles": _("No column of this sheet is named as that of titles."),
    "nobody_named": _("No agency is named yet."),
    "not_merged": _("Its cells are not joined as those of its level are."),
    "only_colour": _("Only colours show the time."),
    "number_of_period": _("A number in place of a mark: the target of its period."),
    "open_end": _("It says a beginning and no end."),
    "other_notation": _("The code is written otherwise than those above it."),
    "outside_plan": _("The time is not within the years of the plan."),
    "partly_read": _("There is more in the text than was read as a time."),
    "range": _("A range: the plan holds one number."),
    "recurring": _("It comes again and again, without an end."),
    "relative": _("A change against another number."),
    "second_value": _("A second text for the same record."),
    "sheet_not_read": _("It is only in a sheet that is not read."),
    "state_of_a_year": _("The state is of one year, and the work goes on."),
    "struck_inside": _("Part of the text is struck through."),
    "struck_through": _("It is struck through."),
    "thousands_or_decimals": _("The point may mark thousands or decimals."),
    "unit_twice": _("The unit is in the name of the indicator and in the cell."),
    "who_leads": _("It is not said which of them leads."),
    "who_pays": _("A word in place of an amount: who pays?"),
    "whole_share": _("1 is shown as 100 %."),
    "yearly": _("A number for each year."),
    "years_not_told": _("Several numbers without years."),
}
#: Reasons why cells are not used, and notices about a file.
NOTICES = {
    "above": _("above the table"),
    "below": _("below the table: notes or a legend"),
    "column": _("its column is not to be read"),
    "heading": _("headings"),
    "heading_again": _("headings repeated"),
    "not_understood": _("a row that is no record of the plan"),
    "note_row": _("a note between the rows"),
    "nothing": _("it says that there is nothing"),
    "sheet": _("its sheet is not to be read"),
    "total": _("a total"),
    "colour_as_state": _("The colour is a state by the legend."),
    "comment": _("It has a comment."),
    "formula": _("It holds a formula; its stored result was read."),
    "gap": _("There are gaps between the marks of the timetable."),
    "hidden_column": _("The column is hidden."),
    "hidden_row": _("The row is hidden."),
    "hidden_sheet": _("The sheet is hidden and was not read."),
    "outside": _("A text outside the cells, which is not read."),
    "struck": _("It is struck through."),
}


@dataclass
class MatrixLine:
    """
    One record. ``parent`` is the number of its parent line, or None.

    ``values`` and ``cell_by_field`` map fields to values and to cells; ``cells`` are
    all cells of the line.
    """

    table: str
    number: int
    parent: int | None = None
    values: dict = field(default_factory=dict)
    cell_by_field: dict = field(default_factory=dict)
    cells: list = field(default_factory=list)

    @property
    def title_cell(self):
        """The cell of its title; a line without one does not exist."""
        return self.cell_by_field.get("title") or self.cell_by_field["name"]

    @property
    def code_cell(self):
        """The cell of its code, or the first cell with a value."""
        return self.cell_by_field.get("code") or next(iter(self.cell_by_field.values()))


@dataclass(frozen=True)
class MatrixQuestion:
    """
    A question to the user; ``guess`` is the most likely answer or None, ``others``
    are further ones. ``reason`` is a key of ``REASONS``.

    ``line`` is the line's number; ``cells`` are all cells that one answer settles.
    """

    cell: str
    field: str
    text: str
    reason: str
    guess: str | None = None
    others: tuple = ()
    line: int | None = None
    cells: tuple = ()

    @property
    def key(self):
        """Its key in ``Naming.answers``, which changes with the cell's text."""
        return key_of(self.cell, self.field, self.text)

    @property
    def message(self):
        return REASONS[self.reason]


@dataclass(frozen=True)
class MatrixNotice:
    """
    A text that was not used, or something that values do not show, in a cell, row,
    column or sheet.
    """

    cell: str
    kind: str
    text: str = ""

    @property
    def message(self):
        return NOTICES[self.kind]


@dataclass(frozen=True)
class IdentifyingCell:
    cell: str
    text: str
    kinds: tuple

    @property
    def messages(self):
        return [MESSAGES[kind] for kind in self.kinds]


@dataclass
class MatrixResult:
    """The whole result; ``plan`` holds title, first and last day, and cell."""

    plan: dict = field(default_factory=dict)
    lines: list = field(default_factory=list)
    questions: list = field(default_factory=list)
    left_out: list = field(default_factory=list)
    notices: list = field(default_factory=list)
    identifying_cells: list = field(default_factory=list)

    def of(self, table):
        return [line for line in self.lines if line.table == table]


def key_of(cell, name, text):
    return f"{cell}#{name}#{digest_of(text)}"

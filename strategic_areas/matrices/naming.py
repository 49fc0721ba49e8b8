"""
What a matrix's sheets and columns mean: named by a person, kept for its next version.

Everything here is plain JSON by ``as_json`` and back by ``from_json``.
"""

from dataclasses import asdict, dataclass, field

from django.utils.translation import gettext_lazy as _

from strategic_areas.workbooks.reading import comparable

#: What a column may be. "target" and "chronogram" may name a period, "target:2027".
ROLES = {
    "area": _("area"),
    "programme": _("programme"),
    "commitment": _("commitment"),
    "activity": _("activity"),
    "level": _("several levels in one column"),
    "code:area": _("code of the area"),
    "code:programme": _("code of the programme"),
    "code:commitment": _("code of the commitment"),
    "code:activity": _("code of the activity"),
    "outcome": _("what the area is to lead to"),
    "product": _("product"),
    "indicator": _("indicator"),
    "code:indicator": _("code of the indicator"),
    "unit": _("unit of the indicator"),
    "baseline": _("baseline"),
    "baseline_year": _("year of the baseline"),
    "target": _("target"),
    "lead": _("lead"),
    "supporting": _("supporting agencies"),
    "responsible": _("lead and supporting agencies in one text"),
    "start": _("start"),
    "due": _("due date"),
    "chronogram": _("mark in a chronogram"),
    "budget": _("budget"),
    "currency": _("currency"),
    "funding": _("who pays"),
    "verification": _("means of verification"),
    "state": _("state"),
    "note": _("note, not to be published"),
    "ignore": _("not to be read"),
}
LEVELS = ("area", "programme", "commitment", "activity")


@dataclass
class SheetNaming:
    """
    How one sheet is read.

    ``columns`` maps letters to roles, and ``headings`` the same letters to the heading
    as it stands, by which a column is found again after it moved. ``area`` is the place
    of the title that names the area of the whole sheet, such as "A4"; "title" where the
    sheet's own name does.
    """

    title: str
    heading_rows: list = field(default_factory=lambda: [1, 1])
    first_row: int = 2
    last_row: int = 0
    columns: dict = field(default_factory=dict)
    headings: dict = field(default_factory=dict)
    area: str = ""


@dataclass
class Naming:
    """
    How a whole matrix is read.

    ``levels`` are the levels that a column of several holds, from the highest on;
    ``years`` the first and the last of the plan. ``answers`` maps the key of a question
    to the text chosen for its cell, "" for nothing; ``institutions`` the way in which
    an institution is written to its acronym, "" for none.
    """

    sheets: list = field(default_factory=list)
    levels: list = field(default_factory=lambda: list(LEVELS))
    years: list = field(default_factory=lambda: [0, 0])
    answers: dict = field(default_factory=dict)
    institutions: dict = field(default_factory=dict)

    def as_json(self):
        return asdict(self)

    @classmethod
    def from_json(cls, data):
        """Raises ``TypeError`` or ``ValueError`` for what ``as_json`` never made."""
        naming = cls(**data)
        naming.sheets = [SheetNaming(**each) for each in naming.sheets]
        for sheet in naming.sheets:
            unknown = [r for r in sheet.columns.values() if not is_role(r)]
            if unknown:
                raise ValueError(f"{sheet.title}: {', '.join(map(str, unknown))}")
        return naming

    def fitted(self, look):
        """
        This naming for another version of its file: sheets and columns by their words.

        Rows and whatever has no heading of before are as ``look`` guesses them.
        Answers stay; ``read`` asks again where a cell says something else.
        """
        guess = look.naming
        kept = {comparable(each.title): each for each in self.sheets}
        if len(kept) == len(guess.sheets) == 1:
            kept = {comparable(guess.sheets[0].title): self.sheets[0]}
        named = [each for each in guess.sheets if comparable(each.title) in kept]
        for sheet in named:
            old = kept[comparable(sheet.title)]
            words = old.headings
            roles = {comparable(words.get(k, "")): v for k, v in old.columns.items()}
            for letter, heading in sheet.headings.items():
                by_words = roles.get(comparable(heading))
                same = by_words if heading else old.columns.get(letter)
                sheet.columns[letter] = same or sheet.columns[letter]
            sheet.area = sheet.area or old.area
        guess.sheets = named or guess.sheets
        guess.levels, guess.years = self.levels, self.years
        guess.answers, guess.institutions = dict(self.answers), dict(self.institutions)
        return guess


def is_role(role):
    """Whether a word names a role, with or without a period."""
    start, _colon, period = str(role).partition(":")
    return role in ROLES or bool(period and start in {"target", "chronogram"})

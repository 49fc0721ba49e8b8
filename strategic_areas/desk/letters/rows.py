"""The sheet of a letter: the rows of its agency, written by the secretariat."""

from dataclasses import dataclass

from django.urls import reverse

from strategic_areas.desk.sheet.contents import declared, owed
from strategic_areas.desk.sheet.rows import ActivityRow, CommitmentRow
from strategic_areas.models import Activity, Commitment, Letter, Status


class LetterRowMixin:
    """Makes a row of the agency's sheet a row of a letter's sheet."""

    #: The letter itself is the evidence.
    takes_evidence = False
    #: The name of the address to which the row is posted.
    saving = ""

    @property
    def page_url(self):
        return f"{sheet_url(self.letter)}?{self.word}={self.key}#{self.anchor}"

    def url(self, name, *more):
        return reverse(self.saving, args=[self.letter.pk, self.key])


@dataclass(frozen=True)
class LetterActivityRow(LetterRowMixin, ActivityRow):
    """One activity on which the letter may report."""

    letter: Letter | None = None

    saving = "admin:letter_row"


@dataclass(frozen=True)
class LetterCommitmentRow(LetterRowMixin, CommitmentRow):
    """One commitment that the agency leads, whose result the letter may declare."""

    letter: Letter | None = None

    saving = "admin:letter_declaration"


@dataclass(frozen=True)
class LetterSheet:
    """
    What can be transcribed of a letter.

    ``taken`` are the activities and commitments on which the agency writes or wrote
    itself; the secretariat does not see those drafts.
    """

    letter: Letter
    rows: tuple[LetterActivityRow, ...]
    declarations: tuple[LetterCommitmentRow, ...]
    taken: tuple[Activity | Commitment, ...]

    @property
    def url(self):
        return sheet_url(self.letter)

    def row(self, activity):
        return next((row for row in self.rows if row.key == activity), None)

    def declaration(self, commitment):
        return next((row for row in self.declarations if row.key == commitment), None)

    @property
    def ready(self):
        rows = (*self.rows, *self.declarations)
        return [row for row in rows if row.state == "ready"]

    @property
    def warned(self):
        return [row for row in self.ready if row.warnings]

    def next_waiting_row(self, activity):
        """The next unanswered row, starting again from the top; None without one."""
        place = [row.key for row in self.rows].index(activity)
        after = [*self.rows[place + 1 :], *self.rows[:place]]
        return next((row for row in after if row.waits), None)


def sheet_url(letter):
    return reverse("admin:letter", args=[letter.pk])


def read_letter_sheet(letter):
    """The ``LetterSheet`` of a letter."""
    asked = letter.period, letter.agency
    led = declared(*asked, with_transcribed=True)
    found = {LetterActivityRow: [], LetterCommitmentRow: []}
    taken = []
    for kind, rows in ((LetterActivityRow, owed(*asked)), (LetterCommitmentRow, led)):
        for row in rows:
            if may_be_transcribed(row.update, letter):
                contents = (row.subject, row.period, row.update, row.last, row.returned)
                found[kind].append(kind(*contents, own=row.own, letter=letter))
            else:
                taken.append(row.subject)
    return LetterSheet(letter, *map(tuple, found.values()), tuple(taken))


def may_be_transcribed(update, letter):
    """Whether nothing was reported yet, or only from this very letter."""
    return (
        update is None
        or update.status == Status.WITHDRAWN
        or update.letter_id == letter.pk
    )

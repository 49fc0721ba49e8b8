"""Commitments as lines of a table: on a page, and as a file for a spreadsheet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from strategic_areas.labels import COMMITMENT_PUNCTUALITY as PUNCTUALITY
from strategic_areas.labels import lead_word, state_word
from strategic_areas.models import Commitment, Provenance
from strategic_areas.progress import Punctuality
from strategic_areas.queries.figures.words import chosen
from strategic_areas.queries.pages.catalogue import Catalogue, due_day
from strategic_areas.queries.plan.records import Records
from strategic_areas.queries.plan.rows import CommitmentRow
from strategic_areas.queries.public_rows import commitment_row
from strategic_areas.sentences import on_record, said_by, work_counted, work_done
from strategic_areas.states import CommitmentState
from strategic_areas.views import files
from strategic_areas.views.filters import telling


@dataclass(frozen=True)
class Line:
    """A row of the table, worked out before the template's loop."""

    commitment: Commitment
    address: str
    area: str
    #: None of reconstructed work, of which ``records`` tells what is on record.
    state: CommitmentState | None
    records: Records | None
    percent: int | None
    due: str
    punctuality: Punctuality | None
    #: By whom and in which month its state was said; "" for nobody.
    said: str
    #: How many activities it has, and of official ones how many are completed.
    work: str

    @property
    def cells(self):
        """What stands in its cells, by the names of their columns."""
        years = self.records.years if self.records else ()
        told = [f"{number} ({year})" for year, number in years if number]
        return {
            "area": self.area,
            "state": ", ".join(
                filter(None, [state_word(self.state), *told, self.said])
            ),
            "work": self.work,
            "agency": self.commitment.lead.local_acronym,
            "due": f"{self.due} {PUNCTUALITY.get(self.punctuality, '')}".strip(),
        }


@dataclass(frozen=True)
class Table:
    """
    Commitments as rows, in the columns of ``shown``, which have these ``headings``.

    ``common`` is what every row says, instead of a column.
    """

    lines: tuple[Line, ...]
    shown: tuple[str, ...]
    headings: tuple[str, ...]
    common: tuple[tuple[str, str], ...]

    @property
    def columns(self):
        """Pairs of the name of a column and its heading."""
        return tuple(zip(self.shown, self.headings, strict=True))

    @property
    def years(self):
        return years(self.lines)


def years(lines: Iterable[Line]) -> list[int]:
    """The years of the strips of these lines, for the heading above them."""
    strips = (line.records.years for line in lines if line.records)
    return [year for year, _ in next(strips, ())]


def headings(rows: Iterable[CommitmentRow]) -> dict[str, str]:
    """The headings of all columns but the titles', by their names."""
    has_states = any(row.commitment.is_official for row in rows)
    return {
        "area": _("Area"),
        "state": _("State") if has_states else _("Records by year"),
        "work": _("Activities"),
        "agency": lead_word(has_states),
        "due": _("Due"),
    }


def table(rows: Iterable[CommitmentRow], names: Mapping[str, str]) -> Table:
    """The table with those columns of ``names``, of ``headings``, that earn it."""
    told = lines(rows)
    found = telling(names, [line.cells for line in told])
    shown = tuple(names[name] for name in found.shown)
    return Table(tuple(told), found.shown, shown, found.common)


def lines(rows: Iterable[CommitmentRow]) -> list[Line]:
    """Rows of the table. Of reconstructed work they do not tell what is finished."""
    found = []
    for row in rows:
        day = due_day(row)
        found.append(
            Line(
                commitment=row.commitment,
                address=row.commitment.get_absolute_url(),
                area=row.commitment.programme.area.label,
                state=row.standing.state,
                records=row.records,
                percent=row.standing.percent,
                due=date_format(day, "SHORT_DATE_FORMAT") if day else "",
                punctuality=row.standing.punctuality,
                said=said_by(row),
                work=work_cell(row),
            )
        )
    return found


def work_cell(row: CommitmentRow) -> str:
    if row.records:
        return str(row.records.found)
    return work_counted(row.standing.tally)


def as_csv(found: Catalogue):
    """The file of all commitments found, in their order, as they stand today."""
    is_reconstructed = found.board.is_reconstructed
    name = _("documented actions") if is_reconstructed else _("commitments")
    header = [
        _("Code"),
        _("Title"),
        _("Strategic area"),
        _("Programme"),
        _("State"),
        _("Activities"),
        _("Last report"),
        _("Percent"),
        _("Starts on"),
        _("Due on"),
        _("Who states the due date"),
        _("Punctuality"),
        lead_word(not is_reconstructed),
        _("Agency to which it is attributed") if is_reconstructed else _("Lead agency"),
        _("International targets"),
        _("Where this comes from"),
        files.disputed_heading(),
        _("Address"),
    ]
    rows = (_cells(row, found) for row in found.rows)
    until = found.board.recorded_until if is_reconstructed else None
    return files.csv_file(found.board.plan, name, header, rows, until)


def _cells(row, found):
    told, commitment, standing = commitment_row(row), row.commitment, row.standing
    day = due_day(row)
    return [
        told["code"],
        chosen(told["title_es"], told["title_en"]),
        commitment.programme.area.name,
        commitment.programme.name,
        state_word(told["state"]),
        on_record(row.records) if row.records else work_done(standing.tally),
        row.records.last_year if row.records else _month(standing.said_on),
        told["percent"],
        told["starts_on"],
        day,
        commitment.get_due_provenance_display() if day else "",
        PUNCTUALITY.get(told["punctuality"], ""),
        commitment.lead.local_acronym,
        commitment.lead.name,
        ", ".join(sorted(found.answers.get(commitment.pk, ()))),
        Provenance(told["provenance"]).label,
        files.disputed(told["is_disputed"]),
        settings.SITE_URL + commitment.get_absolute_url(language=get_language()),
    ]


def _month(day):
    return f"{day:%Y-%m}" if day else ""

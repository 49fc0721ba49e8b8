"""Commitments as lines of a table: on a page, and as a file for a spreadsheet."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from strategic_areas.disclosure import Protected
from strategic_areas.labels import PUNCTUALITY, state_word
from strategic_areas.models import Commitment, Provenance
from strategic_areas.progress import Punctuality
from strategic_areas.queries.pages.catalogue import Catalogue, due_day
from strategic_areas.queries.plan.board import CommitmentRow
from strategic_areas.queries.plan.records import Records
from strategic_areas.sentences import on_record, work_done
from strategic_areas.states import CommitmentState
from strategic_areas.views import tables


@dataclass(frozen=True)
class Line:
    """A row of the table, worked out before the template's loop."""

    commitment: Commitment
    address: str
    area: str
    #: None of reconstructed work, of which ``records`` tells what is on record.
    state: CommitmentState | None
    records: Records | None
    percent: int | Protected | None
    due: str
    punctuality: Punctuality | None
    #: What is told of its activities; "" where it has none.
    work: str


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
                work=work_done(row.standing.tally) or _number(row),
            )
        )
    return found


def _number(row):
    """How many activities reconstructed work has; "" for official work."""
    return str(len(row.activities)) if row.records else ""


def as_csv(found: Catalogue):
    """The file of all commitments found, in their order, as they stand today."""
    is_reconstructed = found.board.is_reconstructed
    name = _("lines of work") if is_reconstructed else _("commitments")
    header = [
        _("Code"),
        _("Title"),
        _("Strategic area"),
        _("Programme"),
        _("State"),
        _("Activities"),
        _("Percent"),
        _("Starts on"),
        _("Due on"),
        _("Who states the due date"),
        _("Punctuality"),
        _("Lead"),
        _("Lead agency"),
        _("International targets"),
        _("Where this comes from"),
        tables.disputed_heading(),
        _("Address"),
    ]
    rows = (_cells(row, found) for row in found.rows)
    until = found.board.recorded_until if is_reconstructed else None
    return tables.csv_file(found.board.plan, name, header, rows, until)


def _cells(row, found):
    commitment, standing = row.commitment, row.standing
    day = due_day(row)
    return [
        commitment.code,
        commitment.title,
        commitment.programme.area.name,
        commitment.programme.name,
        state_word(standing.state),
        on_record(row.records) if row.records else work_done(standing.tally),
        standing.percent,
        commitment.starts_on,
        day,
        commitment.get_due_provenance_display() if day else "",
        PUNCTUALITY.get(standing.punctuality, ""),
        commitment.lead.acronym,
        commitment.lead.name,
        ", ".join(sorted(found.answers.get(commitment.pk, ()))),
        Provenance(commitment.provenance).label,
        tables.disputed(commitment),
        settings.SITE_URL + commitment.get_absolute_url(language=get_language()),
    ]

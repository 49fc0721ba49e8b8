"""Commitments as lines of a table: on a page, and as a file for a spreadsheet."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from strategic_areas.disclosure import Protected
from strategic_areas.labels import PUNCTUALITY, STATES
from strategic_areas.models import Commitment, Provenance
from strategic_areas.progress import Punctuality, State
from strategic_areas.queries.pages.catalogue import Catalogue, due_day
from strategic_areas.queries.plan.board import CommitmentRow
from strategic_areas.views import tables


@dataclass(frozen=True)
class Line:
    """A row of the table, worked out before the template's loop."""

    commitment: Commitment
    address: str
    area: str
    state: State
    percent: int | Protected | None
    due: str
    punctuality: Punctuality | None
    #: What is told of its activities; "" where a percent says more or it has none.
    work: str = ""


def lines(
    rows: Iterable[CommitmentRow], *, is_reconstructed: bool = True
) -> list[Line]:
    """Rows of the table. For a reconstruction they do not tell what is finished."""
    found = []
    for row in rows:
        day = due_day(row)
        found.append(
            Line(
                commitment=row.commitment,
                address=row.commitment.get_absolute_url(),
                area=row.commitment.programme.area.label,
                state=row.standing.state,
                percent=row.standing.percent,
                due=date_format(day, "SHORT_DATE_FORMAT") if day else "",
                punctuality=row.standing.punctuality,
                work=_work(row, is_reconstructed),
            )
        )
    return found


def _work(row, is_reconstructed):
    number = len(row.activities)
    if is_reconstructed:
        return str(number)
    if row.standing.percent is not None or not number:
        return ""
    done = sum(each.standing.state == State.COMPLETED for each in row.activities)
    words = ngettext(
        "%(done)d of %(number)d activity completed",
        "%(done)d of %(number)d activities completed",
        number,
    )
    return words % {"done": done, "number": number}


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
    return tables.csv_file(found.board.plan, name, header, rows)


def _cells(row, found):
    commitment, standing = row.commitment, row.standing
    day = due_day(row)
    return [
        commitment.code,
        commitment.title,
        commitment.programme.area.name,
        commitment.programme.name,
        STATES[standing.state],
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

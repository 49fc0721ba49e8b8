"""The tables of an agency's page: what it undertook, did and reports, a row each."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from strategic_areas.addresses import address
from strategic_areas.labels import COMMITMENT_PUNCTUALITY, state_word
from strategic_areas.models import Activity, Commitment, Provenance
from strategic_areas.models.records import Voice
from strategic_areas.progress import State
from strategic_areas.queries.pages.agencies import AgencyPage
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.updates.record import Entry
from strategic_areas.views import commitment_lines
from strategic_areas.views.filters import telling


@dataclass(frozen=True)
class Table:
    """Rows of one kind; ``columns`` tell them apart, each by name and heading."""

    lines: tuple
    columns: tuple[tuple[str, str], ...]
    #: What the other columns say of every row, and their headings.
    common: tuple[tuple[str, str], ...]
    #: The years of its strips, for the heading above them.
    years: tuple[int, ...] = ()


def _table(lines, headings, rows, years=()):
    found = telling(headings, rows)
    columns = tuple((name, headings[name]) for name in found.shown)
    return Table(tuple(lines), columns, found.common, tuple(years))


@dataclass(frozen=True)
class Undertaken:
    """A commitment, and what part the agency has in it."""

    line: commitment_lines.Line
    role: str


def undertaken(page: AgencyPage, board: Board) -> Table:
    """What the agency leads, then what it supports."""
    lines = [
        Undertaken(
            line,
            pgettext("a part in a commitment", "Attributed to it")
            if line.records
            else pgettext("a part in a commitment", "Leads"),
        )
        for line in commitment_lines.lines(page.led)
    ]
    lines += [
        Undertaken(
            line, _("Supports %(lead)s") % {"lead": line.commitment.lead.local_acronym}
        )
        for line in commitment_lines.lines(page.supported)
        for lead in [line.commitment.lead]
    ]
    headings = {
        "state": _("Records by year") if board.is_reconstructed else _("State"),
        "role": pgettext("in a commitment", "Part"),
        "work": _("Activities"),
        "due": _("Due"),
    }
    rows = [
        {
            "role": each.role,
            "state": _state(each.line),
            "work": f"{each.line.work} {each.line.percent or ''}".strip(),
            "due": _due(each.line),
        }
        for each in lines
    ]
    years = commitment_lines.years(each.line for each in lines)
    return _table(lines, headings, rows, years)


def _state(line):
    """The state in words; of reconstructed work, its records by year."""
    if not line.records:
        return state_word(line.state)
    return ", ".join(f"{number} ({year})" for year, number in line.records.years)


def _due(line):
    return f"{line.due} {COMMITMENT_PUNCTUALITY.get(line.punctuality, '')}".strip()


@dataclass(frozen=True)
class Done:
    """
    An activity, and what was last told of it.

    ``last`` is the name of the period of that account, and ``account`` the last word of
    its own address; both are "" while nothing is told.
    """

    activity: Activity
    commitment: Commitment
    state: State | None
    #: Who says that it is done; None for its agency.
    voice: Voice | None
    last: str
    account: str
    source: str
    remark: str = ""
    #: Whether its agency disputes the activity or this very account.
    is_disputed: bool = False

    @property
    def read(self):
        """The address of the account, "" without one."""
        if not self.account:
            return ""
        return address("update", self.commitment.plan.code, self.account)


def done(page: AgencyPage, board: Board) -> Table:
    """What the agency does in the plan, then what it reported outside the plan."""
    lines = [_done(each) for each in page.work]
    lines += [_outside_the_plan(entry) for entry in page.off_plan]
    headings = {
        "commitment": _line_heading(board),
        "state": _("State"),
        "last": _("Last record") if board.is_reconstructed else _("Last report"),
        "source": pgettext("of what is told", "Origin"),
    }
    if not any(each.source for each in lines):
        # What nobody told comes from nowhere, as the column beside it says.
        del headings["source"]
    rows = [
        {
            "commitment": each.commitment.code,
            "state": state_word(each.state, each.voice),
            "last": each.last,
            "source": each.source,
        }
        for each in lines
    ]
    return _table(lines, headings, rows)


def _line_heading(board):
    return _("Documented action") if board.is_reconstructed else _("Commitment")


def _done(work):
    account = work.last
    source = str(Provenance(account.provenance).label) if account else ""
    moved = work.moved_to and _("now of %(agency)s") % {
        "agency": work.moved_to.local_acronym
    }
    return Done(
        activity=work.row.activity,
        commitment=work.commitment,
        state=work.row.standing.state if work.moved_to is None else None,
        voice=account.voice if account else None,
        last=work.period.name if work.period else "",
        account=account.public_id if account else "",
        source=f"{source} ({work.told_by.local_acronym})" if work.told_by else source,
        remark=moved or "",
        is_disputed=work.row.activity.is_disputed
        or bool(account and account.is_disputed),
    )


def _outside_the_plan(entry: Entry):
    return Done(
        activity=entry.subject,
        commitment=entry.commitment,
        state=entry.state,
        voice=entry.voice,
        last=entry.period.name,
        account=entry.public_id,
        source=str(Provenance(entry.provenance).label),
        remark=_("outside the plan, not counted"),
        is_disputed=entry.is_disputed,
    )

"""Agencies: those of a plan, and one with what it undertook, did and reports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from strategic_areas.addresses import address
from strategic_areas.models import Activity, Commitment, Provenance
from strategic_areas.models.records import Voice
from strategic_areas.progress import State
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.pages import agencies
from strategic_areas.queries.pages.agencies import AgencyPage, AgencyRow
from strategic_areas.queries.plan import board
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.plans import latest_round
from strategic_areas.sentences import state_word, work_counted
from strategic_areas.views.parameters import (
    Heading,
    asked,
    found_or_404,
    made_up,
    page_of,
    public_plan,
    query,
    reads,
    telling,
)

#: What sources tell as done is no measure of an agency: nobody is ranked by it.
UNRANKED = frozenset({"done"})
#: How many agencies of the list, and activities of one agency, stand on a page.
PER_PAGE = 50


@reads("sort", "page")
def agency_list(request, plan):
    """A plan's agencies by name; ranked only when the address asks for it."""
    plan, given = public_plan(plan), asked(request, "sort", "page")
    wanted = {name: word for name, word in given.items() if name != "page"}
    today, sort = timezone.localdate(), wanted.get("sort", "")
    found = agencies.board_of(plan, today)
    rows = agencies.of_plan(found, today)
    names, no_order = headings(found, rows), ""
    if sort and sort.removeprefix("-") not in names.keys() - UNRANKED:
        no_order, sort = wanted.pop("sort"), ""
    rows = agencies.ranked(rows, sort) if sort else rows
    page = page_of(rows, given, PER_PAGE)
    figures = [{name: figure(row, name) for name in names} for row in rows]
    apart = telling(names, figures)
    names = {name: names[name] for name in apart.shown}
    columns = list(_columns(names, wanted))
    context = {
        "plan": plan,
        "board": found,
        "no_order": no_order,
        "is_variant": bool(wanted or no_order),
        "page_query": query(given),
        "shared": query(wanted),
        "agencies": rows,
        "page": page,
        "lines": _lines(page.object_list, plan, names),
        "columns": columns,
        "common": apart.common,
        "ranked": next(
            (each for each in columns if each.name and each.direction), None
        ),
    }
    return made_up(render(request, "agencies.html", context), bool(no_order))


@reads("page")
def agency(request, plan, slug):
    """One agency; an address word that it had before redirects to the present one."""
    wanted, today = asked(request, "page"), timezone.localdate()
    found = agencies.by_slug(plan, slug)
    if found is None:
        return _to_present_address(plan, slug)
    plan, agency, participation = found
    standing = board.load(plan, today, supporter=agency)
    page = found_or_404(agencies.page(agency, participation, standing, today))
    done = done_table(page, standing)
    context = {
        "plan": plan,
        "board": standing,
        "agency": agency,
        "page": page,
        "undertaken": undertaken_table(page, standing),
        "done": done,
        "shown": page_of(done["lines"], wanted, PER_PAGE),
        "page_query": query(wanted),
        "listed": query({"agency": agency.slug}),
        "figures": indicators.first_of(indicators.of_agency(agency)),
    }
    return render(request, "agency.html", context)


def _to_present_address(code, slug):
    plan = public_plan(code)
    agency = found_or_404(agencies.renamed(slug))
    return redirect(address("agency", plan.code, agency.slug), permanent=True)


def headings(board: Board, rows: Iterable[AgencyRow]) -> dict[str, str]:
    """
    The headings of the list's figures, by their names.

    Of documented actions nothing could pass for a measure of the plan, and of reports
    nothing is told until the scorecards of a round are public.
    """
    if board.is_reconstructed:
        found = {
            "led": _("Documented actions attributed to it"),
            "activities": _("Activities found"),
            "done": pgettext("activities", "Reported as done"),
        }
    else:
        found = {
            "led": _("Commitments led"),
            "completed": pgettext("commitments", "Fulfilled"),
            "late": pgettext("commitments", "Late"),
            "activities": _("Activities"),
        }
    if any(row.asked for row in rows):
        last = latest_round(board.periods, timezone.localdate())
        found["handed_in"] = _("Handed in, %(round)s") % {"round": last.name}
    if any(row.discipline.asked for row in rows):
        found["on_time"] = _("Rounds answered on time")
    return found


def _lines(rows, plan, names):
    return [
        (
            row.participation,
            address("agency", plan.code, row.agency.slug),
            [(label, figure(row, name)) for name, label in names.items()],
        )
        for row in rows
    ]


def figure(row: AgencyRow, name: str) -> str:
    """What the list says of an agency in a column; what is not told is never zero."""
    if name == "on_time":
        return _of(row.discipline.on_time, row.discipline.asked)
    if name == "handed_in":
        return _of(row.handed_in, row.asked)
    number = getattr(row, name)
    if number is None and not (row.activities if name == "done" else row.led):
        return ""
    return pgettext("a figure", "no data") if number is None else str(number)


def _of(number, total):
    if not total:
        return pgettext("an agency, in no round", "not asked")
    return pgettext("rounds", "%(number)d of %(total)d") % {
        "number": number,
        "total": total,
    }


def _columns(figures: Mapping[str, str], asked: Mapping[str, str]):
    """Headings that sort the table, the largest first."""
    by = asked.get("sort", "")
    for name, label in {"": _("Agency"), **figures}.items():
        turned = "" if not name else name if by == f"-{name}" else f"-{name}"
        direction = ""
        if name == by.removeprefix("-"):
            direction = "descending" if by.startswith("-") else "ascending"
        there = "" if name in UNRANKED else query(asked, sort=turned) or "?"
        yield Heading(name, label, there, direction)


def _table(lines, headings, rows):
    """The lines, and the columns that tell them apart."""
    found = telling(headings, rows)
    return {
        "lines": lines,
        "columns": [(name, headings[name]) for name in found.shown],
        "common": found.common,
    }


def undertaken_table(page: AgencyPage, board: Board) -> dict:
    """What the agency leads, then what it supports, each with its part in it."""
    lines = [
        (
            line,
            pgettext("a part in a commitment", "Attributed to it")
            if line.records
            else pgettext("a part in a commitment", "Leads"),
        )
        for line in page.led
    ]
    for line in page.supported:
        lead = line.commitment.lead.local_acronym
        lines.append((line, _("Supports %(lead)s") % {"lead": lead}))
    headings = {
        "state": _("Records by year") if board.is_reconstructed else _("State"),
        "role": pgettext("in a commitment", "Part"),
        "work": _("Activities"),
        "due": _("Due"),
    }
    rows = [
        {
            "role": role,
            "state": _state(line),
            "work": f"{work_counted(line)} {line.standing.percent or ''}".strip(),
            "due": line.deadline.due_on,
        }
        for line, role in lines
    ]
    strips = (line.records.years for line, _role in lines if line.records)
    years = [year for year, _number in next(strips, ())]
    return {**_table(lines, headings, rows), "years": years}


def _state(line):
    """The state in words; of reconstructed work, its records by year."""
    if not line.records:
        return state_word(line.standing.state)
    return ", ".join(f"{number} ({year})" for year, number in line.records.years)


@dataclass(frozen=True, kw_only=True)
class ActivityRecord:
    """
    An activity, and what was last told of it.

    ``last`` is the period of that account and ``read`` its address, "" where nothing is
    told; ``voice`` says that it is done, None for its agency.
    """

    activity: Activity
    commitment: Commitment
    state: State | None
    voice: Voice | None
    last: str
    read: str
    source: str
    remark: str
    #: Whether its agency disputes the activity or this very account.
    is_disputed: bool


def done_table(page: AgencyPage, board: Board) -> dict:
    """What the agency does in the plan, then what it reported outside the plan."""
    lines = [_done(each) for each in page.work]
    lines += [_outside_the_plan(entry) for entry in page.off_plan]
    headings = {
        "commitment": _("Documented action")
        if board.is_reconstructed
        else _("Commitment"),
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


def _done(work):
    account, activity, remark = work.last, work.row.activity, ""
    source = str(Provenance(account.provenance).label) if account else ""
    if work.told_by:
        source = f"{source} ({work.told_by.local_acronym})"
    if work.moved_to:
        remark = _("now of %(agency)s") % {"agency": work.moved_to.local_acronym}
    return ActivityRecord(
        activity=activity,
        commitment=work.commitment,
        state=None if work.moved_to else work.row.standing.state,
        voice=account.voice if account else None,
        last=work.period.name if work.period else "",
        read=_address(work.commitment, account) if account else "",
        source=source,
        remark=remark,
        is_disputed=activity.is_disputed or bool(account and account.is_disputed),
    )


def _outside_the_plan(entry):
    return ActivityRecord(
        activity=entry.subject,
        commitment=entry.commitment,
        state=entry.state,
        voice=entry.voice,
        last=entry.period.name,
        read=_address(entry.commitment, entry),
        source=str(Provenance(entry.provenance).label),
        remark=_("outside the plan, not counted"),
        is_disputed=entry.is_disputed,
    )


def _address(commitment, account):
    return address("update", commitment.plan.code, account.public_id)

"""What was done, in the words of the last account that says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.db.models import QuerySet

from strategic_areas.models import ReportingPeriod, Status
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.counted import CountedReport
from strategic_areas.queries.plan.plans import opened
from strategic_areas.queries.plan.rows import ActivityRow, CommitmentRow
from strategic_areas.queries.updates import record
from strategic_areas.queries.updates.record import Entry, make_entry
from strategic_areas.states import Work, newest


@dataclass(frozen=True)
class Done:
    """
    What was done on a commitment: the ``account`` that says so.

    That is the declaration of its result, else the report that says most of those that
    the public reads, else one whose content the law withholds. Without one, ``asked``
    is the last round that got no report of it, due by now or not, and ``begins_on`` the
    day to come on which its first work begins.
    """

    account: Entry | None
    #: Whether other commitments were told of for a later period.
    is_older: bool = False
    asked: ReportingPeriod | None = None
    is_due: bool = False
    begins_on: date | None = None


def of_commitments(board: Board, rows: Iterable[CommitmentRow]) -> dict[int, Done]:
    """What was done on each commitment, by its id; a query for each kind of account."""
    rows, rounds = list(rows), opened(board.periods, board.day)
    declared, reported = {}, {}
    for row in rows:
        said = newest(row.declarations)
        if said and said.result:
            declared[row.commitment.pk] = [said.pk]
        else:
            reported[row.commitment.pk] = [each.pk for each in _last_told(row)]
    of_results = _entries(record.declarations(), chain(*declared.values()))
    of_work = _entries(record.updates(), chain(*reported.values()))
    last = {pk: _first(of_results, keys) for pk, keys in declared.items()}
    last |= {pk: _first(of_work, keys) for pk, keys in reported.items()}
    latest = max((each.period.ends_on for each in last.values() if each), default=None)
    return {
        row.commitment.pk: Done(
            account, account.state and account.period.ends_on < latest
        )
        if (account := last[row.commitment.pk])
        else _untold(row, rounds, board.day)
        for row in rows
    }


def of_activities(rows: Iterable[ActivityRow]) -> dict[int, Entry]:
    """The last published account of each activity, by its id; one query."""
    last = {row.activity.pk: newest(row.reports) for row in rows}
    found = of_reports(filter(None, last.values()))
    return {
        pk: found[each.pk] for pk, each in last.items() if each and each.pk in found
    }


def of_reports(reports: Iterable[CountedReport]) -> dict[int, Entry]:
    """What these reports say, by their own ids; one query."""
    return _entries(record.updates(), [each.pk for each in reports])


#: What says most of what was done: of reports for one period the first of these. That
#: nothing has begun is told only where nothing else is.
TELLING = (Work.COMPLETED, Work.IN_PROGRESS, Work.SUSPENDED, Work.CANCELLED)


def _last_told(row):
    """The reports for the last period that say most, in the order of the plan."""
    told = [report for each in row.activities for report in each.reports]
    told = [each for each in told if not each.is_reserved] or told
    best = max(map(_telling, told), default=None)
    return [report for report in told if _telling(report) == best]


def _telling(report):
    has_begun = report.execution in TELLING
    place = TELLING.index(report.execution) if has_begun else 0
    return has_begun, report.period_ends_on, -place


def _first(entries, keys):
    """The first of them that brings news, else the first; None without any."""
    found = [entries[key] for key in keys if key in entries]
    news = (each for each in found if not (each.is_no_news or each.unchanged_since))
    return next(news, found[0] if found else None)


def _entries(rows: QuerySet, keys: Iterable[int]) -> dict[int, Entry]:
    found = rows.filter(pk__in=list(keys), status=Status.PUBLISHED)
    return {row.pk: make_entry(row) for row in found}


def _untold(row, rounds, today):
    days = [each.activity.starts_on for each in row.activities]
    begins_on = min(filter(None, days), default=row.commitment.starts_on)
    if begins_on and begins_on > today:
        return Done(None, begins_on=begins_on)
    asked = (each for each in rounds if any(work.owes(each) for work in row.activities))
    asked = next(asked, None)
    return Done(None, asked=asked, is_due=bool(asked) and asked.due_on < today)

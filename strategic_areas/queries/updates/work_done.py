"""What was done, in the words of the most informative update."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain

from strategic_areas.commitment_states import newest_update
from strategic_areas.models import ExecutionState, ReportingPeriod, RevisionStatus
from strategic_areas.queries.plan.counted_updates import CountedReport
from strategic_areas.queries.plan.plan_progress import PlanProgress
from strategic_areas.queries.plan.plans import opened_rounds
from strategic_areas.queries.plan.progress_rows import (
    ActivityProgress,
    CommitmentProgress,
)
from strategic_areas.queries.updates import public_updates
from strategic_areas.queries.updates.public_updates import (
    PublishedUpdate,
    build_published_update,
)

#: From most to least informative, for reports on one period. Reports of work that has
#: not begun are used last.
EXECUTION_ORDER = (
    ExecutionState.COMPLETED,
    ExecutionState.IN_PROGRESS,
    ExecutionState.SUSPENDED,
    ExecutionState.CANCELLED,
)


@dataclass(frozen=True)
class WorkDone:
    """
    What was done on a commitment, in the words of its most informative update.

    ``update`` is the declaration of its result; else the most advanced public report of
    the latest period with begun work; else a reserved report. ``is_older`` means that
    other commitments have a report of a later period. Without an update, either
    ``begins_on`` is the future start, or ``unanswered_round`` is the last round past
    its due date (``is_past_due``), else the open one, for which no report came.
    """

    update: PublishedUpdate | None
    is_older: bool = False
    begins_on: date | None = None
    unanswered_round: ReportingPeriod | None = None
    is_past_due: bool = False


def work_done_on_commitments(
    plan_progress: PlanProgress, rows: Iterable[CommitmentProgress]
) -> dict[int, WorkDone]:
    """What was done on each commitment, by id; two queries."""
    updates_by_row = [(row, _best_updates(row)) for row in rows]
    updates = chain.from_iterable(updates for _row, updates in updates_by_row)
    published = _read(
        updates, public_updates.public_reports, public_updates.public_declarations
    )
    shown = [
        (row, _first_with_news(published, updates)) for row, updates in updates_by_row
    ]
    # A declaration, which has no state, is never older.
    ends = [update.period.ends_on for _row, update in shown if update and update.state]
    return {
        row.commitment.pk: WorkDone(
            update, bool(update.state) and update.period.ends_on < max(ends)
        )
        if update
        else _future_or_unanswered(row, plan_progress)
        for row, update in shown
    }


def last_updates_of_activities(
    rows: Iterable[ActivityProgress],
) -> dict[int, PublishedUpdate]:
    """The last public update of each activity, by id; one query."""
    last = (each for row in rows if (each := newest_update(row.reports)))
    return {each.subject.pk: each for each in updates_of_reports(last).values()}


def updates_of_reports(reports: Iterable[CountedReport]) -> dict[int, PublishedUpdate]:
    """The published updates of these reports, by report id; one query."""
    return {
        each.pk: each for each in _read(reports, public_updates.public_reports).values()
    }


def _read(updates: Iterable, *readers: Callable) -> dict[str, PublishedUpdate]:
    public_ids = [each.public_id for each in updates]
    return {
        row.public_id: build_published_update(row)
        for read in readers
        for row in read().filter(
            public_id__in=public_ids, status=RevisionStatus.PUBLISHED
        )
    }


def _best_updates(row):
    declaration = newest_update(row.declarations)
    if declaration and declaration.result:
        return [declaration]
    reports = [report for each in row.activities for report in each.reports]
    reports = [each for each in reports if not each.is_reserved] or reports
    highest = max(map(_informativeness, reports), default=None)
    return [report for report in reports if _informativeness(report) == highest]


def _informativeness(report):
    has_begun = report.execution in EXECUTION_ORDER
    position = EXECUTION_ORDER.index(report.execution) if has_begun else 0
    return has_begun, report.period_ends_on, -position


def _first_with_news(published, updates):
    shown = [published[a.public_id] for a in updates if a.public_id in published]
    news = (each for each in shown if not (each.is_no_news or each.unchanged_since))
    return next(news, shown[0] if shown else None)


def _future_or_unanswered(row, plan_progress):
    days = [each.activity.starts_on for each in row.activities]
    begins_on = min(filter(None, days), default=row.commitment.starts_on)
    if begins_on and begins_on > plan_progress.day:
        return WorkDone(None, begins_on=begins_on)
    rounds = opened_rounds(plan_progress.periods, plan_progress.day)
    unanswered = [
        each
        for each in rounds
        if any(activity.owes(each) for activity in row.activities)
    ]
    past_due = [each for each in unanswered if each.due_on < plan_progress.day]
    return WorkDone(
        None,
        unanswered_round=next(iter(past_due or unanswered), None),
        is_past_due=bool(past_due),
    )

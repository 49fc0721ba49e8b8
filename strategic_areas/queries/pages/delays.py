"""Late or held-back work of a plan, for how long, and the reason its agency gives."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from strategic_areas import progress
from strategic_areas.commitment_states import CLOSED, newest_update
from strategic_areas.public_paths import public_path
from strategic_areas.queries.plan.plan_progress import PlanProgress
from strategic_areas.queries.plan.progress_rows import (
    ActivityProgress,
    CommitmentProgress,
)
from strategic_areas.queries.updates import work_done
from strategic_areas.queries.updates.public_updates import PublishedUpdate

#: Commitments shown on the home page.
MAX_SHOWN = 2


@dataclass(frozen=True)
class DelayedActivity:
    """
    An activity that is late, suspended or reports an obstacle.

    ``report`` is its agency's last published report. ``submitted_on`` is the day of
    the last report that waits for review.
    """

    row: ActivityProgress
    days: int
    report: PublishedUpdate | None = None
    submitted_on: date | None = None
    #: False if the agency disputes the whole commitment, which is marked instead.
    is_disputed: bool = False

    @property
    def is_suspended(self):
        return self.row.summary.state == progress.ActivityState.SUSPENDED

    def get_absolute_url(self, language=None):
        return (self.report or self.row.activity).get_absolute_url(language=language)


@dataclass(frozen=True)
class Delay:
    """A commitment with late or held-back work; ``days`` is its own delay."""

    row: CommitmentProgress
    days: int
    parts: tuple[DelayedActivity, ...]

    @property
    def worst(self):
        """The largest delay in days, of the commitment or an activity."""
        return max([self.days, *(part.days for part in self.parts)])

    @property
    def reports(self):
        """Reports that state an obstacle."""
        reports = (part.report for part in self.parts if part.report)
        return [each for each in reports if each.obstacle_es]

    @property
    def declaration(self):
        """The URL of the lead's last declaration, if the commitment is late."""
        declared = newest_update(self.row.declarations) if self.days else None
        if declared is None or not declared.was_entered:
            return None
        return public_path("update", self.row.commitment.plan.code, declared.public_id)


@dataclass(frozen=True)
class Delays:
    """The delays to show: late commitments first, then the longest delays."""

    shown: tuple[Delay, ...]
    #: Whether any commitment or activity has a stated due date.
    has_deadlines: bool


def load_delays(plan_progress: PlanProgress, today: date) -> Delays:
    """The delays of a plan; no query if there are none."""
    every = (delay_of_commitment(row, today) for row in plan_progress.rows)
    found = sorted(filter(None, every), key=_order)
    parts = [part for each in found[:MAX_SHOWN] for part in each.parts]
    reports = work_done.last_updates_of_activities(part.row for part in parts)
    return Delays(
        shown=tuple(with_last_reports(each, reports) for each in found[:MAX_SHOWN]),
        has_deadlines=any(
            each.deadline.is_stated
            for row in plan_progress.rows
            for each in (row, *row.activities)
        ),
    )


def _order(delay):
    return (not delay.days, -delay.worst, delay.row.commitment.sort_code)


def delay_of_commitment(row: CommitmentProgress, today: date) -> Delay | None:
    """The delay of a commitment without the agencies' reports, or None; no query."""
    delay = _delay(row, today)
    return delay if delay.days or delay.parts else None


def with_last_reports(
    delay: Delay | None, reports: Mapping[int, PublishedUpdate | None]
) -> Delay | None:
    """The delay with each activity's last report, unless it is from public sources."""
    parts = []
    for part in delay.parts if delay else ():
        report = reports.get(part.row.activity.pk)
        is_own = report is not None and not report.is_from_sources
        parts.append(replace(part, report=report if is_own else None))
    return delay and replace(delay, parts=tuple(parts))


def _delay(row, day):
    finished = {progress.ActivityState.COMPLETED, progress.ActivityState.CANCELLED}
    if row.summary.state in CLOSED:
        return Delay(row, 0, ())
    parts = (
        DelayedActivity(
            each,
            _days(each, day),
            submitted_on=max(each.in_review.values(), default=None),
            is_disputed=not row.commitment.is_disputed and _is_disputed(each),
        )
        for each in row.activities
        if each.summary.state not in finished
    )
    delayed = (each for each in parts if each.days or _is_held_back(each))
    return Delay(row, _days(row, day), tuple(delayed))


def _is_disputed(row):
    last = newest_update(row.reports)
    return row.activity.is_disputed or bool(last and last.is_disputed)


def _is_held_back(part):
    last = newest_update(part.row.reports)
    return part.is_suspended or bool(last and last.was_entered and last.states_obstacle)


def _days(row, day):
    late = row.summary.punctuality == progress.Punctuality.LATE
    return (day - row.deadline.due_on).days if late else 0

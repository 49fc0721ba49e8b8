"""
Whether agencies answered rounds, and in time.

Pure functions; days are local. On time means that the first submission was in time,
whatever was returned or published later.
"""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median

from strategic_areas.date_ranges import days_of_year
from strategic_areas.progress import ActivityState, activity_state

#: Time for an agency to reply before its scorecard is public, from the moment when the
#: closed round's scorecards are ready.
REPLY_WITHIN = timedelta(hours=72)


class AgencyRoundState(StrEnum):
    """An agency's progress in a round, in the order of work."""

    NOT_ASKED = "not_asked"
    NOTHING = "nothing"
    IN_PROGRESS = "in_progress"
    RETURNED = "returned"
    SUBMITTED = "submitted"
    PUBLISHED = "published"


class Timeliness(StrEnum):
    """When an agency answered a round; in files "punctuality", as ``Punctuality``."""

    NOT_ASKED = "not_asked"
    PENDING = "pending"
    ON_TIME = "on_time"
    LATE = "late"
    SILENT = "silent"


class ReportStatus(StrEnum):
    NOTHING = "nothing"
    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PUBLISHED = "published"


#: The status of a revision → that of the report; of several the first decides.
_REPORT_STATUSES = {
    "returned": ReportStatus.RETURNED,
    "published": ReportStatus.PUBLISHED,
    "submitted": ReportStatus.SUBMITTED,
    "draft": ReportStatus.DRAFTED,
}


def report_status(statuses: Set[str]) -> ReportStatus:
    """
    The status that results from the ``statuses`` of all revisions.

    A returned revision needs work, whatever is published. A correction in progress
    leaves the published report published.
    """
    found = (status for each, status in _REPORT_STATUSES.items() if each in statuses)
    return next(found, ReportStatus.NOTHING)


#: Statuses of reports that need no further work from the agency.
NO_WORK_LEFT = frozenset({ReportStatus.SUBMITTED, ReportStatus.PUBLISHED})


def agency_round_state(statuses: Iterable[ReportStatus]) -> AgencyRoundState:
    """
    One state for the whole round; a returned report comes first, since it needs work.
    """
    found = set(statuses)
    if not found:
        return AgencyRoundState.NOT_ASKED
    if ReportStatus.RETURNED in found:
        return AgencyRoundState.RETURNED
    if found <= NO_WORK_LEFT:
        is_done = found == {ReportStatus.PUBLISHED}
        return AgencyRoundState.PUBLISHED if is_done else AgencyRoundState.SUBMITTED
    has_begun = found != {ReportStatus.NOTHING}
    return AgencyRoundState.IN_PROGRESS if has_begun else AgencyRoundState.NOTHING


def timeliness_of(
    due_on: date, submission_days: Sequence[date | None], today: date
) -> Timeliness:
    """
    How an agency met the due date.

    ``submission_days`` has an entry per owed activity: the day of the first
    submission, or None. Before the due date has passed, nothing is late or silent.
    """
    if not submission_days:
        return Timeliness.NOT_ASKED
    submitted = [day for day in submission_days if day is not None]
    if len(submitted) == len(submission_days) and max(submitted) <= due_on:
        return Timeliness.ON_TIME
    if today <= due_on:
        return Timeliness.PENDING
    return Timeliness.LATE if submitted else Timeliness.SILENT


@dataclass(frozen=True)
class Scorecard:
    """
    An agency's answers in a closed round.

    Of the ``owed`` reports and values, how many came in time, late, or not at all.
    """

    owed: int
    on_time: int
    late: int
    missing: int
    timeliness: Timeliness


def scorecard_of(
    due_on: date, submission_days: Sequence[date | None], today: date
) -> Scorecard:
    """``submission_days`` are as in ``timeliness_of``."""
    submitted = [day for day in submission_days if day is not None]
    on_time = sum(day <= due_on for day in submitted)
    return Scorecard(
        owed=len(submission_days),
        on_time=on_time,
        late=len(submitted) - on_time,
        missing=len(submission_days) - len(submitted),
        timeliness=timeliness_of(due_on, submission_days, today),
    )


@dataclass(frozen=True)
class ComplianceCounts:
    on_time: int
    late: int
    silent: int

    @property
    def round_count(self) -> int:
        return self.on_time + self.late + self.silent


def count_compliance(answers: Iterable[Timeliness]) -> ComplianceCounts:
    count = Counter(answers)
    return ComplianceCounts(
        count[Timeliness.ON_TIME], count[Timeliness.LATE], count[Timeliness.SILENT]
    )


def review_times(steps: Iterable[tuple[int, str, datetime]]) -> list[timedelta]:
    """
    The time from each submission to its decision.

    ``steps`` are triples of record, new status and time, oldest first.
    """
    submitted_at, times = {}, []
    for record, status, changed_at in steps:
        if status == "submitted":
            submitted_at[record] = changed_at
        elif begun_at := submitted_at.pop(record, None):
            times.append(changed_at - begun_at)
    return times


def median_days(times: Sequence[timedelta]) -> int | None:
    """The median in whole days, rounded up, at least 1; None without any."""
    return max(1, -(-median(times) // timedelta(days=1))) if times else None


@dataclass(frozen=True)
class StopPeriod:
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


def is_owed(
    updates: Iterable, starts_on: date | None, period, stops: Iterable[StopPeriod] = ()
) -> bool:
    """
    Whether an agency owes a report on an activity in the round ``period``.

    A report is owed once the activity has begun, unless it was completed in an earlier
    period, or an amendment stopped it (or its commitment: ``stops``) by the round's
    opening day. A report of the agency that it is cancelled changes nothing.
    ``updates`` are all that count; those of other periods that end by the end of the
    round decide.
    """
    opens_on, last_day = period.opens_on or period.ends_on, period.ends_on
    if any(stop.covers(opens_on) for stop in stops):
        return False
    if starts_on is not None and starts_on > last_day:
        return False
    earlier = [
        update
        for update in updates
        if update.period_id != period.pk and update.recency.period_ends_on <= last_day
    ]
    return activity_state(earlier) != ActivityState.COMPLETED


def requested_spans(
    period, plan_starts_on: date, *, is_yearly: bool
) -> list[tuple[date, date]]:
    """
    The spans for whose values a round may ask: its own period, or each calendar year
    since the plan began that is over by the end of the period.
    """
    if not is_yearly:
        return [(period.starts_on, period.ends_on)]
    spans = map(days_of_year, range(plan_starts_on.year, period.ends_on.year + 1))
    return [span for span in spans if span[1] <= period.ends_on]


def is_value_owed(period, first_submitted_on: date | None, *, is_public: bool) -> bool:
    """
    Whether a round asks an agency for the value of a span.

    Rounds that had opened when it was first submitted asked for it; later rounds do not
    ask again. Nor does any for a value published otherwise.
    """
    if first_submitted_on is None:
        return not is_public
    return first_submitted_on >= (period.opens_on or period.ends_on)

"""
Whether agencies answered a round, and in time.

Pure: plain values in, plain values out; days are those of the time zone. On time counts
the day of the first submission, never that of a return or of the publication.
"""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median

from strategic_areas.date_ranges import days_of_year
from strategic_areas.progress import ActivityState, activity_state

#: For how long each agency reads its scorecard of a round before everybody does, so
#: that it can reply. It begins when the closed round's scorecards are made ready.
REPLY_WITHIN = timedelta(hours=72)


class AgencyRoundState(StrEnum):
    """What an agency has done in a round; the order is that of the work."""

    NOT_ASKED = "not_asked"
    NOTHING = "nothing"
    IN_PROGRESS = "in_progress"
    RETURNED = "returned"
    SUBMITTED = "submitted"
    PUBLISHED = "published"


class Timeliness(StrEnum):
    """How an agency kept a round's due date."""

    NOT_ASKED = "not_asked"
    PENDING = "pending"
    ON_TIME = "on_time"
    LATE = "late"
    SILENT = "silent"


class ReportStatus(StrEnum):
    """Where an agency's report of one activity stands in a round."""

    NOTHING = "nothing"
    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PUBLISHED = "published"


def report_status(statuses: Set[str]) -> ReportStatus:
    """
    Where the report of one activity stands in a round.

    ``statuses`` are those of all its revisions. A returned one asks for work, whatever
    is published beside it; a correction that is being written or reviewed changes
    nothing of what is published.
    """
    if "returned" in statuses:
        return ReportStatus.RETURNED
    if "published" in statuses:
        return ReportStatus.PUBLISHED
    if "submitted" in statuses:
        return ReportStatus.SUBMITTED
    return ReportStatus.DRAFTED if "draft" in statuses else ReportStatus.NOTHING


#: What the agency has nothing left to do on.
NO_WORK_LEFT = frozenset({ReportStatus.SUBMITTED, ReportStatus.PUBLISHED})


def agency_round_state(standings: Iterable[ReportStatus]) -> AgencyRoundState:
    """
    One word for the whole round, from how the report of each owed activity stands.

    What came back comes first: it asks for work.
    """
    found = set(standings)
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
    due_on: date, first_days: Sequence[date | None], today: date
) -> Timeliness:
    """
    How an agency kept the due date of a round.

    ``first_days`` has one entry for each activity that it owes: the day of the first
    submission, None when there was none. Nobody is late or silent before the due date
    has passed.
    """
    if not first_days:
        return Timeliness.NOT_ASKED
    given = [day for day in first_days if day is not None]
    if len(given) == len(first_days) and max(given) <= due_on:
        return Timeliness.ON_TIME
    if today <= due_on:
        return Timeliness.PENDING
    return Timeliness.LATE if given else Timeliness.SILENT


@dataclass(frozen=True)
class Scorecard:
    """
    How one agency answered one closed round.

    Of the activities that it was ``asked`` for, how many were first submitted by the
    due date, after it, or not at all.
    """

    asked: int
    on_time: int
    late: int
    missing: int
    promptness: Timeliness


def scorecard_of(
    due_on: date, first_days: Sequence[date | None], today: date
) -> Scorecard:
    """The scorecard of a round; ``first_days`` are those of ``timeliness_of``."""
    given = [day for day in first_days if day is not None]
    on_time = sum(day <= due_on for day in given)
    return Scorecard(
        asked=len(first_days),
        on_time=on_time,
        late=len(given) - on_time,
        missing=len(first_days) - len(given),
        promptness=timeliness_of(due_on, first_days, today),
    )


@dataclass(frozen=True)
class ComplianceCounts:
    """How many rounds that asked an agency it answered on time, late or not at all."""

    on_time: int
    late: int
    silent: int

    @property
    def asked(self) -> int:
        return self.on_time + self.late + self.silent


def count_compliance(answers: Iterable[Timeliness]) -> ComplianceCounts:
    """Count rounds by how an agency answered each."""
    count = Counter(answers)
    return ComplianceCounts(
        count[Timeliness.ON_TIME], count[Timeliness.LATE], count[Timeliness.SILENT]
    )


def review_times(steps: Iterable[tuple[int, str, datetime]]) -> list[timedelta]:
    """
    The time from each submission to its decision.

    ``steps`` are triples, the oldest first: the record, the status it came to, and the
    moment. A submission that still waits has no decision and is left out.
    """
    waiting, times = {}, []
    for record, status, moment in steps:
        if status == "submitted":
            waiting[record] = moment
        elif begun := waiting.pop(record, None):
            times.append(moment - begun)
    return times


def median_days(times: Sequence[timedelta]) -> int | None:
    """Within how many whole days the median lies, one at least; None without any."""
    return max(1, -(-median(times) // timedelta(days=1))) if times else None


@dataclass(frozen=True)
class StopPeriod:
    """From which day an amendment stops a record, and on which it resumes, if ever."""

    since: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


def is_owed(
    accounts: Iterable, starts_on: date | None, period, stops: Iterable[StopPeriod] = ()
) -> bool:
    """
    Whether an agency owes a report of an activity in the round ``period``.

    It does once the activity has begun, unless the work was completed before, or an
    amendment had stopped it by the day on which the round opens; that the agency itself
    calls it cancelled changes nothing. ``accounts`` are all accounts of the activity
    that count. Those of other periods that end by the end of the round decide; what is
    said in the round itself or later changes nothing. ``stops`` are those of the
    activity and of its commitment.
    """
    asked_on = period.opens_on or period.ends_on
    if any(stop.holds(asked_on) for stop in stops):
        return False
    asked, last = period.pk, period.ends_on
    if starts_on is not None and starts_on > last:
        return False
    before = [
        each
        for each in accounts
        if each.period_id != asked and each.age.period_ends_on <= last
    ]
    return activity_state(before) != ActivityState.COMPLETED


def requested_spans(
    period, plan_starts_on: date, *, is_yearly: bool
) -> list[tuple[date, date]]:
    """
    The first and last days of the values for which a round may ask.

    Those of its own period, or every calendar year since that in which the plan began
    that is over by the end of the period.
    """
    if not is_yearly:
        return [(period.starts_on, period.ends_on)]
    years = range(plan_starts_on.year, period.ends_on.year + 1)
    spans = map(days_of_year, years)
    return [span for span in spans if span[1] <= period.ends_on]


def is_value_owed(period, first_day: date | None, *, is_public: bool) -> bool:
    """
    Whether a round asks an agency for a value of a span.

    It does until the agency hands one in, which then answers every round that had
    opened by that ``first_day``. Nobody is asked for what became public otherwise.
    """
    if first_day is None:
        return not is_public
    return first_day >= (period.opens_on or period.ends_on)

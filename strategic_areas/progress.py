"""
Progress of activities and commitments: states, punctuality and counts.

Pure functions; ``today`` is always an argument. The constants are thresholds, which the
methodology page prints.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from strategic_areas.commitment_states import (
    CLOSED,
    UNDER_WAY,
    WITHOUT_PUBLIC_STATE,
    CommitmentFacts,
    CommitmentState,
    DatedUpdate,
    KnownActivityState,
    StateFamily,
    Tally,
    commitment_state,
    count_activities,
    family_of,
    newest_update,
    recency_of,
)

#: A stated due date this near makes work that is not completed "at risk".
AT_RISK_DAYS = 30
#: So does a percent that is this many points below the share of time that has passed.
AT_RISK_POINTS = 25
#: Minimum share of agencies that must have reported for a statement about a plan.
ENOUGH_REPORTS = Fraction(2, 3)


class ActivityState(StrEnum):
    """How far an activity has come, as reported; in display order."""

    COMPLETED = "completed"
    IN_PROGRESS = "in_progress"
    #: In progress by the last update before the plan ended.
    LEFT_IN_PROGRESS = "left_in_progress"
    NOT_STARTED = "not_started"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    #: Submitted but not published.
    IN_REVIEW = "in_review"
    # No information: this state and the two below.
    NO_REPORT = "no_report"
    NOT_ASKED = "not_asked"
    #: Reconstructed work without a dated source.
    NO_RECORD = "no_record"


class Punctuality(StrEnum):
    """Whether work meets a stated due date; computed, never reported."""

    ON_TIME = "on_time"
    AT_RISK = "at_risk"
    LATE = "late"
    FINISHED_LATE = "finished_late"
    #: The date is to come, and nobody has reported on the work.
    NOT_DUE = "not_due"
    NO_DEADLINE = "no_deadline"


#: Who may state a due date. The plan's end, set for lack of another, does not count.
DUE_DATE_PROVENANCES = frozenset({"plan", "amendment", "agency"})


@dataclass(kw_only=True)
class ActivityReport(DatedUpdate):
    execution: str
    #: None also if the activity counts victims.
    percent: int | None = None
    is_reserved: bool = False

    @property
    def is_done(self) -> bool:
        return self.execution == ActivityState.COMPLETED


@dataclass(kw_only=True)
class Declaration(DatedUpdate):
    #: One of the four results; "" for an old declaration with the answer "not reached
    #: yet", which does not exist any more.
    result: str

    @property
    def is_done(self) -> bool:
        return self.result == CommitmentState.FULFILLED


@dataclass(frozen=True)
class Deadline:
    """Planned dates, and who states the last one."""

    starts_on: date | None = None
    due_on: date | None = None
    due_provenance: str = ""

    @property
    def is_stated(self) -> bool:
        return self.due_on is not None and self.due_provenance in DUE_DATE_PROVENANCES


@dataclass(frozen=True)
class ProgressSummary:
    """
    State, punctuality, percent and counts of one activity or commitment.

    A reconstructed commitment has no state. ``tally`` counts a commitment's activities;
    ``deciding_update`` is the update that decides the state.
    """

    state: ActivityState | CommitmentState | None
    punctuality: Punctuality | None
    percent: int | None = None
    tally: Tally = Tally()
    deciding_update: DatedUpdate | None = None

    @property
    def said_on(self) -> date | None:
        return self.deciding_update and self.deciding_update.known_by


@dataclass(frozen=True)
class StateCounts:
    total: int
    by_state: tuple[tuple[ActivityState | CommitmentState, int], ...]

    def __getitem__(self, kind: ActivityState | CommitmentState | StateFamily) -> int:
        return dict((*self.by_state, *self.by_family))[kind]

    @property
    def by_family(self) -> tuple[tuple[StateFamily, int], ...]:
        """The number in each family, including 0."""
        tally = Counter()
        for state, number in self.by_state:
            tally[family_of(state)] += number
        return tuple((family, tally[family]) for family in StateFamily)


def activity_state(reports: Iterable[ActivityReport]) -> ActivityState:
    """The state of the newest report. No report is a state of its own, not 0 %."""
    return _state(newest_update(reports))


def _state(latest):
    return ActivityState(latest.execution) if latest else ActivityState.NO_REPORT


def completion_bounds(
    updates: Iterable[ActivityReport] | Iterable[Declaration],
) -> tuple[date, date] | None:
    """
    First and last possible day of completion.

    They come from the earliest report of the unbroken last series of reports that state
    completion.
    """
    first = None
    for each in sorted(updates, key=recency_of, reverse=True):
        if not each.is_done:
            break
        first = each
    return (first.not_before, first.known_by) if first else None


def summarise_activity(
    reports: Sequence[ActivityReport],
    deadline: Deadline,
    today: date,
    stopped: str = "",
    *,
    is_over: bool = False,
    state_without_reports: ActivityState = ActivityState.NO_REPORT,
) -> ProgressSummary:
    """
    State, percent and punctuality of one activity.

    An activity ``stopped`` by an amendment is suspended or cancelled, unless it was
    completed, and never late. After the end of the plan nothing is in progress.
    """
    latest = newest_update(reports)
    state = _state(latest)
    percent = latest.percent if latest else None
    if stopped and state != ActivityState.COMPLETED:
        return ProgressSummary(ActivityState(stopped), None, percent)
    done = completion_bounds(reports) if state == ActivityState.COMPLETED else None
    punctual = punctuality(state, deadline, today, percent, done)
    if latest is None or latest.is_reserved:
        punctual = punctuality_without_reports(punctual)
    if is_over and state == ActivityState.IN_PROGRESS:
        state = ActivityState.LEFT_IN_PROGRESS
    return ProgressSummary(
        state if latest else state_without_reports, punctual, percent
    )


def punctuality(
    state: ActivityState,
    deadline: Deadline,
    today: date,
    percent: int | None = None,
    done: tuple[date, date] | None = None,
) -> Punctuality | None:
    """
    Whether a stated due date is met; late from the day after it.

    Only unfinished work is late; work completed afterwards "finished late". None for
    cancelled work and for completion on an unknown day: lateness is never guessed.
    ``done`` are the first and last possible day of completion.
    """
    if state == ActivityState.CANCELLED:
        return None
    if not deadline.is_stated:
        return Punctuality.NO_DEADLINE
    if state == ActivityState.COMPLETED:
        return _punctuality_of_completed(done, deadline.due_on)
    if today > deadline.due_on:
        return Punctuality.LATE
    is_near = deadline.due_on - today <= timedelta(days=AT_RISK_DAYS)
    if is_near or _is_behind(deadline, today, percent):
        return Punctuality.AT_RISK
    return Punctuality.ON_TIME


def punctuality_without_reports(punctual: Punctuality | None) -> Punctuality | None:
    """The punctuality of work without public reports: never "on time"."""
    return Punctuality.NOT_DUE if punctual == Punctuality.ON_TIME else punctual


def _punctuality_of_completed(
    done: tuple[date, date] | None, due_on: date
) -> Punctuality | None:
    if done is None or done[1] <= due_on:
        return Punctuality.ON_TIME
    return Punctuality.FINISHED_LATE if done[0] > due_on else None


def _is_behind(deadline: Deadline, today: date, percent: int | None) -> bool:
    if percent is None or deadline.starts_on is None:
        return False
    length = (deadline.due_on - deadline.starts_on).days
    passed = max(0, (today - deadline.starts_on).days)
    share = min(100, passed * 100 / length) if length > 0 else 100
    return share - percent >= AT_RISK_POINTS


def count_states(
    states: Iterable[ActivityState | CommitmentState | None], kinds=CommitmentState
) -> StateCounts:
    """Count each of ``kinds``, including 0; records without a state are left out."""
    tally = Counter(state for state in states if state is not None)
    return StateCounts(tally.total(), tuple((state, tally[state]) for state in kinds))


def known_state_of(
    reports: Sequence[ActivityReport],
    *,
    stopped: str = "",
    ends_on: date | None = None,
    in_review: bool = False,
    asked: bool = False,
) -> KnownActivityState:
    """
    What the public knows of an activity, for the rule of its commitment's state.

    ``ends_on`` is the plan's, for continuing work only.
    """
    latest = newest_update(reports)
    if latest and latest.is_done and not latest.is_reserved:
        return KnownActivityState.COMPLETED
    if stopped:
        return KnownActivityState(stopped)
    if latest and latest.is_reserved:
        return KnownActivityState.RESERVED
    if latest is None:
        if in_review:
            return KnownActivityState.IN_REVIEW
        return KnownActivityState.SILENT if asked else KnownActivityState.NOT_ASKED
    if latest.execution == ActivityState.CANCELLED:
        return KnownActivityState.SUSPENDED
    reaches_end = ends_on is not None and latest.period_ends_on >= ends_on
    if reaches_end and latest.execution == ActivityState.IN_PROGRESS:
        return KnownActivityState.KEPT_UP
    return KnownActivityState(latest.execution)


def summarise_commitment(
    activities: Sequence[
        tuple[ProgressSummary, KnownActivityState, Sequence[ActivityReport]]
    ],
    declarations: Sequence[Declaration],
    deadline: Deadline,
    today: date,
    *,
    is_stated_by_plan: bool,
    is_over: bool = False,
    stopped: str = "",
) -> ProgressSummary:
    """
    State, counts, percent and punctuality; without state if it is reconstructed.

    ``activities`` are triples of summary, known state and reports. A commitment
    ``stopped`` by an amendment is never late.
    """
    if not is_stated_by_plan:
        return ProgressSummary(None, None)
    known_states = [known_state for _, known_state, _ in activities]
    if stopped == KnownActivityState.CANCELLED and not known_states:
        known_states = [KnownActivityState.CANCELLED]
    reports = [report for *_, own_reports in activities for report in own_reports]
    declared = newest_update(declarations)
    state = commitment_state(
        CommitmentFacts(known_states, declared.result if declared else "", is_over)
    )
    deciding_update = (
        declared if declared and declared.result else newest_update(reports)
    )
    percents = [
        summary.percent
        for summary, known_state, _ in activities
        if known_state != KnownActivityState.CANCELLED
    ]
    percent = average_percent(percents) if state in UNDER_WAY else None
    punctual = None
    if state == CommitmentState.FULFILLED:
        punctual = punctuality(
            ActivityState.COMPLETED,
            deadline,
            today,
            done=completion_bounds(declarations),
        )
    elif state not in CLOSED and not stopped:
        punctual = punctuality(ActivityState.IN_PROGRESS, deadline, today, percent)
        if state in WITHOUT_PUBLIC_STATE:
            punctual = punctuality_without_reports(punctual)
    return ProgressSummary(
        state, punctual, percent, count_activities(known_states), deciding_update
    )


def average_percent(
    percents: Sequence[int | None],
) -> int | None:
    """The average, rounded down; None unless all activities have a public percent."""
    if not percents or None in percents:
        return None
    return sum(min(100, max(0, percent)) for percent in percents) // len(percents)


#: The cases of a percent, with an example of each.
PERCENT_EXAMPLES = {"none": None, "zero": 0, "part": 50, "full": 100}
#: The executions that an agency may state; "" while it has stated none.
EXECUTIONS = (
    "",
    ActivityState.NOT_STARTED,
    ActivityState.IN_PROGRESS,
    ActivityState.COMPLETED,
    ActivityState.SUSPENDED,
    ActivityState.CANCELLED,
)


def execution_for(percent, execution):
    """The execution for a newly typed percent; ``execution`` is the previous one."""
    if percent is None:
        return execution
    if percent == 100:
        return ActivityState.COMPLETED
    if execution in {
        ActivityState.COMPLETED,
        ActivityState.SUSPENDED,
        ActivityState.CANCELLED,
    }:
        return execution
    return ActivityState.NOT_STARTED if percent == 0 else ActivityState.IN_PROGRESS


def percent_for(execution, percent):
    """The percent for a newly chosen execution; ``percent`` is the previous one."""
    if execution == ActivityState.COMPLETED:
        return 100
    if execution == ActivityState.NOT_STARTED:
        return 0
    return None if percent == 100 else percent


def settled_pair(percent, execution, *, changed):
    """
    Percent and execution to store; if only one ``changed``, the other is adjusted.
    """
    if changed == {"percent"} or not execution:
        return percent, execution_for(percent, execution)
    if changed == {"execution"}:
        return percent_for(execution, percent), execution
    return percent, execution


def percent_rules():
    """Both rules as a table of all cases, for the sheet's script."""
    return {
        "execution": {
            kind: {
                str(state): str(execution_for(percent, state)) for state in EXECUTIONS
            }
            for kind, percent in PERCENT_EXAMPLES.items()
        },
        "percent": {
            str(state): {
                kind: _unless_same(percent_for(state, percent), percent)
                for kind, percent in PERCENT_EXAMPLES.items()
            }
            for state in EXECUTIONS
        },
    }


def _unless_same(new, old):
    return "same" if new == old else new

"""
How the plan is going: states, punctuality and counts.

Pure: plain values in, plain values out; ``today`` is always an argument, the date in
Santo Domingo. The constants are the thresholds that the methodology page prints.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from strategic_areas.disclosure import PROTECTED, Protected
from strategic_areas.newest import Account, newest, newness

#: A stated due date this near makes work that is not completed "at risk".
AT_RISK_DAYS = 30
#: So does a percent that lies this many points behind the share of time gone.
AT_RISK_POINTS = 25
#: With fewer of the agencies asked having reported, nobody can say how a plan goes.
ENOUGH_REPORTS = Fraction(2, 3)


class State(StrEnum):
    """How far work has come, as reported; in the order in which it is counted."""

    COMPLETED = "completed"
    IN_PROGRESS = "in_progress"
    NOT_STARTED = "not_started"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    NO_REPORT = "no_report"


class Punctuality(StrEnum):
    """Whether work keeps a stated due date; computed, never reported."""

    ON_TIME = "on_time"
    AT_RISK = "at_risk"
    LATE = "late"
    FINISHED_LATE = "finished_late"
    NO_DEADLINE = "no_deadline"


#: What a lead declares of a result that is reached.
FULFILLED = "fulfilled"

#: Who may state a due date. The end of the plan says nothing about one record.
STATED = frozenset({"plan", "amendment", "agency"})


@dataclass(frozen=True, kw_only=True)
class Report(Account):
    """What is said of an activity."""

    execution: str
    percent: int | Protected | None = None

    @property
    def is_done(self) -> bool:
        return self.execution == State.COMPLETED


@dataclass(frozen=True, kw_only=True)
class Declaration(Account):
    """What is said of a commitment's expected result."""

    #: One of the four results; "" of an old declaration that said "not yet".
    result: str

    @property
    def is_done(self) -> bool:
        return self.result == FULFILLED


@dataclass(frozen=True)
class Deadline:
    """Planned dates, and who states the last one."""

    starts_on: date | None = None
    due_on: date | None = None
    due_provenance: str = ""

    @property
    def is_stated(self) -> bool:
        return self.due_on is not None and self.due_provenance in STATED


@dataclass(frozen=True)
class Standing:
    """Where one activity or commitment stands."""

    state: State
    punctuality: Punctuality | None
    percent: int | Protected | None = None


@dataclass(frozen=True)
class Counts:
    """How many of ``total`` are in each state, in the order of ``State``."""

    total: int
    by_state: tuple[tuple[State, int], ...]

    def __getitem__(self, state: State) -> int:
        return dict(self.by_state)[state]


def activity_state(reports: Iterable[Report]) -> State:
    """What the newest report says. No report is a state of its own, never 0 %."""
    latest = newest(reports)
    return State(latest.execution) if latest else State.NO_REPORT


def begun_with(accounts: Sequence[tuple[int | None, Account]]) -> Account | None:
    """
    The account with which the present state of a commitment began; None without any.

    A declaration that the result is not reached begins no state. ``accounts`` are
    pairs: of an activity its id and a report, of the commitment None and a
    declaration.
    """
    reports, declared, first, state = {}, [], None, None
    for activity, each in sorted(accounts, key=lambda pair: newness(pair[1])):
        if activity is None:
            declared.append(each)
        else:
            reports[activity] = State(each.execution)
        reached = commitment_state(reports.values(), declared)
        if reached != state:
            first, state = each, reached
    return None if state == State.NO_REPORT else first


def done_between(
    accounts: Iterable[Report] | Iterable[Declaration],
) -> tuple[date, date] | None:
    """
    The first and the last day on which the work can have been completed.

    They are those of the first of the last accounts that all call it completed.
    """
    first = None
    for each in sorted(accounts, key=newness, reverse=True):
        if not each.is_done:
            break
        first = each
    return (first.not_before, first.known_by) if first else None


def activity_standing(
    reports: Sequence[Report], deadline: Deadline, today: date, stopped: str = ""
) -> Standing:
    """
    State, percent and punctuality of one activity.

    What an amendment has ``stopped``, as suspended or cancelled, is that, unless it
    was completed; and then it is never late.
    """
    state = activity_state(reports)
    latest = newest(reports)
    percent = latest.percent if latest else None
    if stopped and state != State.COMPLETED:
        return Standing(State(stopped), None, percent)
    kept = punctuality(state, deadline, today, percent, done_between(reports))
    return Standing(state, kept, percent)


def commitment_state(
    activities: Iterable[State], declarations: Iterable[Declaration]
) -> State:
    """
    Completed only when its lead declares so; never because its activities ended.

    Otherwise in progress as soon as any activity has a report, unless none of those
    reported on has begun.
    """
    latest = newest(declarations)
    if latest and latest.is_done:
        return State.COMPLETED
    reported = {state for state in activities if state != State.NO_REPORT}
    if not reported:
        return State.NO_REPORT
    return State.NOT_STARTED if reported == {State.NOT_STARTED} else State.IN_PROGRESS


def commitment_standing(
    activities: Sequence[Standing],
    declarations: Sequence[Declaration],
    deadline: Deadline,
    today: date,
    *,
    is_official: bool,
    stopped: str = "",
) -> Standing:
    """State, average percent where it means something, and punctuality."""
    state = commitment_state((each.state for each in activities), declarations)
    percent = average_percent(
        [each.percent for each in activities], is_official=is_official
    )
    if stopped and state != State.COMPLETED:
        return Standing(State(stopped), None, percent)
    kept = punctuality(state, deadline, today, percent, done_between(declarations))
    return Standing(state, kept, percent)


def punctuality(
    state: State,
    deadline: Deadline,
    today: date,
    percent: int | Protected | None = None,
    done: tuple[date, date] | None = None,
) -> Punctuality | None:
    """
    Whether a stated due date is kept; late from the day after it.

    Late is only what is still owed: what was completed afterwards finished late.

    None for what was cancelled, and for work completed on a day that nobody states:
    lateness is never guessed. Without a date that the plan, an amendment or the agency
    states there is no known deadline, and nobody is late.
    """
    if state == State.CANCELLED:
        return None
    if not deadline.is_stated:
        return Punctuality.NO_DEADLINE
    if state == State.COMPLETED:
        return _kept(done, deadline.due_on)
    if today > deadline.due_on:
        return Punctuality.LATE
    near = deadline.due_on - today <= timedelta(days=AT_RISK_DAYS)
    if near or _is_behind(deadline, today, percent):
        return Punctuality.AT_RISK
    return Punctuality.ON_TIME


def _kept(done: tuple[date, date] | None, due_on: date) -> Punctuality | None:
    """Whether completed work kept its date; None where the known days do not tell."""
    if done is None or done[1] <= due_on:
        return Punctuality.ON_TIME
    return Punctuality.FINISHED_LATE if done[0] > due_on else None


def _is_behind(
    deadline: Deadline, today: date, percent: int | Protected | None
) -> bool:
    """
    Whether the share of time gone is known to be well ahead of the percent.

    Of a protected percent nothing is told, and so not this either.
    """
    if percent in {None, PROTECTED} or deadline.starts_on is None:
        return False
    length = (deadline.due_on - deadline.starts_on).days
    gone = max(0, (today - deadline.starts_on).days)
    share = min(100, gone * 100 / length) if length > 0 else 100
    return share - percent >= AT_RISK_POINTS


def average_percent(
    percents: Sequence[int | Protected | None], *, is_official: bool
) -> int | Protected | None:
    """
    The average of a commitment's activities, rounded down; None without meaning.

    It has one in a commitment of an official plan all of whose activities state a
    percent. With one of them it is protected, for the others give it away.
    """
    if not is_official or not percents or None in percents:
        return None
    if PROTECTED in percents:
        return PROTECTED
    return sum(capped(percent) for percent in percents) // len(percents)


def capped(percent: int) -> int:
    """The percent, brought between 0 and 100."""
    return min(100, max(0, percent))


def count(states: Iterable[State]) -> Counts:
    """How many are in each state; states that none is in are counted too."""
    tally = Counter(states)
    return Counts(tally.total(), tuple((state, tally[state]) for state in State))

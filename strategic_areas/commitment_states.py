"""
The state of a commitment, and the order of its updates.

Pure functions. ``RULE`` is the whole rule: ``commitment_state`` applies its first
matching row, and the methodology page prints it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple


class Recency(NamedTuple):
    """
    Sort key of an update: of two updates the newer has the greater key.

    ``models.review`` has the same order as database expressions. Of equal updates, the
    one stored first counts as newer.
    """

    period_ends_on: date
    #: The day of the source or of the submission; ``date.min`` if unknown.
    said_on: date
    #: Whether an agency reported it: that is newer than a public source.
    was_entered: bool
    revision: int

    @property
    def descending(self) -> tuple[int, int, int, int]:
        """Numbers that sort the newest update first."""
        return (
            -self.period_ends_on.toordinal(),
            -self.said_on.toordinal(),
            -self.was_entered,
            -self.revision,
        )


def recency_of(update) -> tuple[Recency, int]:
    return update.recency, -update.pk


def newest_update(updates: Iterable):
    return max(updates, key=recency_of, default=None)


# Not frozen: a plan's progress creates thousands.
@dataclass(kw_only=True)
class DatedUpdate:
    period_ends_on: date
    period_starts_on: date | None = None
    said_on: date | None = None
    was_entered: bool = False
    revision: int = 1
    pk: int = 0
    period_id: int = 0
    recency: Recency = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        self.recency = Recency(
            self.period_ends_on,
            self.said_on or date.min,
            self.was_entered,
            self.revision,
        )

    @property
    def known_by(self) -> date:
        """The day by which its content was true."""
        return min(self.period_ends_on, self.said_on or self.period_ends_on)

    @property
    def not_before(self) -> date:
        """The earliest day on which its content can have become true."""
        return min(self.period_starts_on or self.known_by, self.known_by)


def _(text):
    return text


class CommitmentState(StrEnum):
    """All states of a commitment, in display order."""

    FULFILLED = "fulfilled"
    IN_PART = "in_part"
    UNFULFILLED = "unfulfilled"
    CARRIED_OVER = "carried_over"
    TO_DECLARE = "to_declare"
    IN_PROGRESS = "in_progress"
    KEPT_UP = "kept_up"
    LEFT_IN_PROGRESS = "left_in_progress"
    BEGUN = "begun"
    NOT_STARTED = "not_started"
    INCOMPLETE = "incomplete"
    PARTLY_SUSPENDED = "partly_suspended"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    IN_REVIEW = "in_review"
    RESERVED = "reserved"
    NO_REPORT = "no_report"
    NOT_ASKED = "not_asked"
    NO_ACTIVITIES = "no_activities"


S = CommitmentState
#: Declared states, with the values of a declaration's ``result``.
DECLARED = (S.FULFILLED, S.IN_PART, S.UNFULFILLED, S.CARRIED_OVER)
#: States without further obligations.
CLOSED = frozenset({*DECLARED, S.CANCELLED})
#: States without public information on progress.
WITHOUT_PUBLIC_STATE = frozenset(
    {S.NO_ACTIVITIES, S.NO_REPORT, S.NOT_ASKED, S.IN_REVIEW, S.RESERVED}
)
#: States of unfinished work after the end of its plan.
IN_PROGRESS_AFTER_PLAN = frozenset({S.KEPT_UP, S.LEFT_IN_PROGRESS})
#: States with a meaningful average percent.
UNDER_WAY = frozenset(
    {
        *(S.TO_DECLARE, S.IN_PROGRESS, S.KEPT_UP, S.LEFT_IN_PROGRESS),
        *(S.BEGUN, S.PARTLY_SUSPENDED, S.SUSPENDED),
    }
)


class StateFamily(StrEnum):
    """
    Families of states, in display order.

    ``UNPUBLISHED``, shown apart, is reported work without a published report.
    """

    MET = "met"
    UNMET = "unmet"
    GOING = "going"
    HALTED = "halted"
    UNBEGUN = "unbegun"
    NO_NEWS = "silent"
    #: Nobody can read about it yet; styles and shapes use this value.
    UNPUBLISHED = "unread"


class FamilyDefinition(NamedTuple):
    family: StateFamily
    meaning: str
    states: tuple[CommitmentState, ...]


#: Every state is in one row; the methodology page prints this.
FAMILIES = (
    FamilyDefinition(
        StateFamily.MET,
        _("Its lead declared that the result was achieved."),
        (S.FULFILLED,),
    ),
    FamilyDefinition(
        StateFamily.UNMET,
        _("Its lead declared that it was not, or not wholly."),
        (S.IN_PART, S.UNFULFILLED, S.CARRIED_OVER),
    ),
    FamilyDefinition(
        StateFamily.GOING,
        _("Something was done or is being done, and the result is to be declared."),
        (S.IN_PROGRESS, S.BEGUN, S.TO_DECLARE, S.KEPT_UP, S.LEFT_IN_PROGRESS),
    ),
    FamilyDefinition(
        StateFamily.HALTED,
        _("It stands still, or an act cancelled it."),
        (S.SUSPENDED, S.PARTLY_SUSPENDED, S.CANCELLED),
    ),
    FamilyDefinition(
        StateFamily.UNBEGUN,
        _("It was reported that nothing has begun."),
        (S.NOT_STARTED, S.INCOMPLETE),
    ),
    FamilyDefinition(
        StateFamily.NO_NEWS,
        _("Nobody has said anything, or there was nothing to ask for."),
        (S.NO_REPORT, S.NOT_ASKED, S.NO_ACTIVITIES),
    ),
    FamilyDefinition(
        StateFamily.UNPUBLISHED,
        _("There is a report that the public may not read, or not yet."),
        (S.IN_REVIEW, S.RESERVED),
    ),
)
#: States that mean no more than their family.
PLAIN = frozenset({S.FULFILLED, S.IN_PROGRESS, S.NOT_STARTED})
#: By the value of a ``CommitmentState`` or of a ``progress.ActivityState``.
_FAMILY_OF = {str(state): row.family for row in FAMILIES for state in row.states} | {
    "completed": StateFamily.MET,
    "no_record": StateFamily.NO_NEWS,
}


def family_of(state: str) -> StateFamily:
    return _FAMILY_OF[state]


class KnownActivityState(StrEnum):
    """What the public knows of one activity, as input of the rule."""

    COMPLETED = "completed"
    IN_PROGRESS = "in_progress"
    #: Continuing work, in progress by a report that reaches the end of the plan.
    KEPT_UP = "kept_up"
    #: Suspended, or cancelled in its agency's report without an amendment.
    SUSPENDED = "suspended"
    #: Cancelled by an amendment.
    CANCELLED = "cancelled"
    NOT_STARTED = "not_started"
    IN_REVIEW = "in_review"
    RESERVED = "reserved"
    SILENT = "silent"
    NOT_ASKED = "not_asked"


#: Activities without public information on progress.
UNKNOWN_STATES = frozenset(
    {
        KnownActivityState.IN_REVIEW,
        KnownActivityState.RESERVED,
        KnownActivityState.SILENT,
        KnownActivityState.NOT_ASKED,
    }
)
_IN_PROGRESS_STATES = frozenset(
    {KnownActivityState.IN_PROGRESS, KnownActivityState.KEPT_UP}
)


@dataclass(frozen=True)
class CommitmentFacts:
    """
    The input of the rule for one commitment.

    ``result`` is the declared result or ""; ``activities`` are those in the plan,
    neither superseded nor moved to another commitment; ``is_over``: the plan has ended.
    """

    activities: Sequence[KnownActivityState] = ()
    result: str = ""
    is_over: bool = False

    @cached_property
    def not_cancelled(self):
        """Activities that no amendment cancelled."""
        cancelled = KnownActivityState.CANCELLED
        return [state for state in self.activities if state != cancelled]

    def has_any(self, *states):
        return any(state in states for state in self.not_cancelled)

    def has_only(self, *states):
        return all(state in states for state in self.not_cancelled)


@dataclass(frozen=True)
class StateRule:
    """
    One row of the rule.

    ``case`` is the printed condition, ``states`` are the possible results; ``choose``
    returns one of them, or None if the row does not apply.
    """

    case: str
    states: tuple[CommitmentState, ...]
    choose: Callable[[CommitmentFacts], CommitmentState | None]


def _when(state, case, applies):
    return StateRule(case, (state,), lambda facts: state if applies(facts) else None)


def _declared(facts):
    return S(facts.result) if facts.result else None


def _in_progress(facts):
    if not facts.has_any(*_IN_PROGRESS_STATES):
        return None
    if not facts.is_over:
        return S.IN_PROGRESS
    is_kept_up = facts.has_only(
        KnownActivityState.KEPT_UP, KnownActivityState.COMPLETED
    )
    return S.KEPT_UP if is_kept_up else S.LEFT_IN_PROGRESS


def _suspended(facts):
    if not facts.has_any(KnownActivityState.SUSPENDED):
        return None
    return (
        S.PARTLY_SUSPENDED
        if facts.has_any(KnownActivityState.COMPLETED)
        else S.SUSPENDED
    )


def _not_started(facts):
    if not facts.has_any(KnownActivityState.NOT_STARTED):
        return None
    return (
        S.NOT_STARTED
        if facts.has_only(KnownActivityState.NOT_STARTED)
        else S.INCOMPLETE
    )


#: The first row that applies decides.
RULE = (
    StateRule(_("Its lead declared the result"), DECLARED, _declared),
    _when(
        S.NO_ACTIVITIES,
        _("The plan holds no activity for it"),
        lambda facts: not facts.activities,
    ),
    _when(
        S.CANCELLED,
        _(
            "An amendment cancelled all its activities; the next rows look at those "
            "that are not cancelled, and what an agency alone calls cancelled counts "
            "as suspended"
        ),
        lambda facts: not facts.not_cancelled,
    ),
    StateRule(
        _(
            "Any activity is in progress. Once the plan has ended: “kept up until "
            "the plan ended”, if the rest is completed and reports reach the end; "
            "otherwise “in progress as of its last report”"
        ),
        (S.IN_PROGRESS, S.KEPT_UP, S.LEFT_IN_PROGRESS),
        _in_progress,
    ),
    _when(
        S.TO_DECLARE,
        _("All activities are completed"),
        lambda facts: facts.has_only(KnownActivityState.COMPLETED),
    ),
    StateRule(
        _("Any activity is suspended; “suspended in part”, if some are completed"),
        (S.SUSPENDED, S.PARTLY_SUSPENDED),
        _suspended,
    ),
    _when(
        S.BEGUN,
        _("Any activity is completed"),
        lambda facts: facts.has_any(KnownActivityState.COMPLETED),
    ),
    StateRule(
        _(
            "All activities are said not to have begun; if only some are, “report "
            "incomplete”"
        ),
        (S.NOT_STARTED, S.INCOMPLETE),
        _not_started,
    ),
    _when(
        S.IN_REVIEW,
        _("Any report waits for review"),
        lambda facts: facts.has_any(KnownActivityState.IN_REVIEW),
    ),
    _when(
        S.RESERVED,
        _("The law withholds the content of any report"),
        lambda facts: facts.has_any(KnownActivityState.RESERVED),
    ),
    _when(
        S.NO_REPORT,
        _("A round asked for a report of any activity"),
        lambda facts: facts.has_any(KnownActivityState.SILENT),
    ),
    _when(S.NOT_ASKED, _("None of this"), lambda facts: True),
)


def commitment_state(facts: CommitmentFacts) -> CommitmentState:
    return next(state for row in RULE if (state := row.choose(facts)))


@dataclass(frozen=True)
class Tally:
    """
    Counts of a commitment's activities.

    ``total`` excludes those that an amendment cancelled. ``reported`` counts those
    with a public report, ``unreported`` the others.
    """

    done: int = 0
    reported: int = 0
    total: int = 0

    @property
    def unreported(self):
        return self.total - self.reported


def count_activities(activities: Sequence[KnownActivityState]) -> Tally:
    counted = CommitmentFacts(activities).not_cancelled
    known = [state for state in counted if state not in UNKNOWN_STATES]
    return Tally(known.count(KnownActivityState.COMPLETED), len(known), len(counted))


def sum_tallies(tallies: Iterable[Tally]) -> Tally:
    every = list(tallies)
    return Tally(
        *(sum(getattr(each, name) for each in every) for name in vars(Tally()))
    )

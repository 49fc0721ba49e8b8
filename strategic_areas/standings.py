"""
Where a commitment stands, from the reports of its activities and its declarations.

Pure, like ``progress`` and ``states``, which it brings together.
"""

from collections.abc import Sequence
from datetime import date

from strategic_areas.newest import Account, newest, newness
from strategic_areas.progress import (
    Deadline,
    Declaration,
    Report,
    Standing,
    State,
    capped,
    done_between,
    punctuality,
    untold_punctuality,
)
from strategic_areas.states import (
    CLOSED,
    NOT_SAID,
    NOT_TOLD,
    UNDER_WAY,
    CommitmentState,
    Facts,
    Work,
    commitment_state,
    tally,
)


def begun_with(
    accounts: Sequence[tuple[int | None, Account]], number: int
) -> tuple[Account | None, CommitmentState]:
    """
    The last state that accounts gave a commitment, and the one with which it began.

    ``accounts`` are pairs: of an activity its id and a report, of the commitment None
    and a declaration; ``number`` is that of its activities. What amendments and the
    end of the plan change is left out.
    """
    reports, declared, first = {}, [], None
    last = commitment_state(Facts([Work.SILENT] * number))
    for activity, each in sorted(accounts, key=lambda pair: newness(pair[1])):
        if activity is None:
            declared.append(each)
        else:
            reports[activity] = work_of([each])
        works = [*reports.values(), *[Work.SILENT] * (number - len(reports))]
        reached = commitment_state(Facts(works, _result(declared)))
        if reached != last:
            first, last = each, reached
    return None if last in NOT_SAID else first, last


def work_of(
    reports: Sequence[Report],
    *,
    stopped: str = "",
    ends_on: date | None = None,
    in_review: bool = False,
    asked: bool = False,
) -> Work:
    """
    What is known of one activity, for the rule of its commitment's state.

    ``stopped`` is how an amendment stops it; ``ends_on`` the end of the plan, given for
    continuing work alone.
    """
    latest = newest(reports)
    if latest and latest.is_done and not latest.is_reserved:
        return Work.COMPLETED
    if stopped:
        return Work(stopped)
    if latest and latest.is_reserved:
        return Work.RESERVED
    if latest is None:
        if in_review:
            return Work.IN_REVIEW
        return Work.SILENT if asked else Work.NOT_ASKED
    if latest.execution == State.CANCELLED:
        return Work.SUSPENDED
    is_kept = ends_on is not None and latest.period_ends_on >= ends_on
    if is_kept and latest.execution == State.IN_PROGRESS:
        return Work.KEPT_UP
    return Work(latest.execution)


def commitment_standing(
    activities: Sequence[tuple[Standing, Work, Sequence[Report]]],
    declarations: Sequence[Declaration],
    deadline: Deadline,
    today: date,
    *,
    is_official: bool,
    is_over: bool = False,
    stopped: str = "",
) -> Standing:
    """
    State, counts, percent and punctuality; a reconstructed commitment has none.

    Each of ``activities`` has its standing, its work and its reports. What an amendment
    has ``stopped`` is never late.
    """
    works = [work for _, work, _ in activities]
    if not is_official:
        return Standing(None, None)
    if stopped == Work.CANCELLED and not works:
        works = [Work.CANCELLED]
    reports = [report for *_, filed in activities for report in filed]
    declared = newest(declarations)
    state = commitment_state(Facts(works, _result(declarations), is_over))
    said = declared if declared and declared.result else newest(reports)
    percent = None
    if state in UNDER_WAY:
        percent = average_percent(
            [each.percent for each, work, _ in activities if work != Work.CANCELLED]
        )
    kept = None
    if state == CommitmentState.FULFILLED:
        kept = punctuality(
            State.COMPLETED, deadline, today, done=done_between(declarations)
        )
    elif state not in CLOSED and not stopped:
        kept = punctuality(State.IN_PROGRESS, deadline, today, percent)
        kept = untold_punctuality(kept) if state in NOT_TOLD else kept
    return Standing(state, kept, percent, tally(works), said.known_by if said else None)


def _result(declarations):
    """What the newest declaration says, "" for nothing or for an old "not yet"."""
    latest = newest(declarations)
    return latest.result if latest else ""


def average_percent(
    percents: Sequence[int | None],
) -> int | None:
    """
    The average of a commitment's activities, rounded down; None without meaning.

    It has one where the public reads a percent of all of them.
    """
    if not percents or None in percents:
        return None
    return sum(capped(percent) for percent in percents) // len(percents)

"""A commitment's time line: what was said, changed, asked and due, the latest first."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import date

from strategic_areas.models import Activity, Amendment, Commitment, ReportingPeriod
from strategic_areas.queries import names, record, rounds
from strategic_areas.queries.board import ActivityRow, CommitmentRow
from strategic_areas.queries.timeline import Moment


@dataclass(frozen=True)
class Asked:
    """
    What became of one round's questions about a commitment's activities.

    Each activity comes with its agency as it was called at the end of the period.
    ``in_review`` are activities with the day on which a report of theirs was handed
    in. Nobody is missing before the due date has passed: until then ``awaited``.
    """

    period: ReportingPeriod
    reported: tuple[Activity, ...]
    in_review: tuple[tuple[Activity, date], ...]
    missing: tuple[Activity, ...]
    awaited: tuple[Activity, ...]


@dataclass(frozen=True)
class Step:
    """
    One step of a day; its ``kind`` names the field that tells it.

    "account": what was published. "amendment": how the plan changed. "asked": a round.
    "due": a record with a due date that somebody states.
    """

    day: date
    account: Moment | None = None
    amendment: Amendment | None = None
    asked: Asked | None = None
    due: Commitment | Activity | None = None

    @property
    def kind(self):
        kinds = ("account", "amendment", "asked", "due")
        return next(kind for kind in kinds if getattr(self, kind))


def chronicle(
    row: CommitmentRow,
    moments: Iterable[Moment],
    periods: Iterable[ReportingPeriod],
    today: date,
) -> tuple[Step, ...]:
    """
    All steps. An account stands at the end of its period, a round at its due date.

    ``row`` and its activities come with the amendments ``approved`` for them, the
    activities also with what is ``in_review``: round id → when it was handed in, and
    with the ``names_before`` of their agencies.
    """
    moments = list(moments)
    records = [row, *row.activities]
    steps = [Step(each.entry.period.ends_on, account=each) for each in moments]
    for each in records:
        subject = each.commitment if each is row else each.activity
        steps += [Step(a.decided_on, amendment=a) for a in subject.approved]
        if each.deadline.is_stated:
            steps.append(Step(subject.due_on, due=subject))
    told = {(m.entry.subject.pk, m.entry.period.pk) for m in moments}
    for period in rounds.opened(periods, today):
        asked = _asked(row.activities, period, told, today)
        if asked.reported or asked.in_review or asked.missing or asked.awaited:
            steps.append(Step(period.due_on, asked=asked))
    # Sorting keeps the order of the accounts of one day, which is that of the record.
    return tuple(sorted(steps, key=lambda step: step.day, reverse=True))


def _asked(rows: Iterable[ActivityRow], period, told, today):
    reported, in_review, silent = [], [], []
    for row in rows:
        activity = _as_of(row.activity, period.ends_on)
        if rounds.has_reported(row, period):
            reported.append(activity)
        elif moment := activity.in_review.get(period.pk):
            in_review.append((activity, record.day(moment)))
        elif rounds.owes(row, period) and (activity.pk, period.pk) not in told:
            silent.append(activity)
    is_over = today > period.due_on
    return Asked(
        period=period,
        reported=tuple(reported),
        in_review=tuple(in_review),
        missing=tuple(silent) if is_over else (),
        awaited=() if is_over else tuple(silent),
    )


def _as_of(activity, day):
    """The activity with its agency under the name that it had on that day."""
    name = names.on(activity.names_before, day)
    if name is None:
        return activity
    then = copy(activity)
    then.agency = names.called(activity.agency, name)
    return then

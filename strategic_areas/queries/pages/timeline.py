"""A commitment's time line: what was said, changed, asked and due, the latest first."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import attrgetter

from strategic_areas.models import (
    Activity,
    Commitment,
    PlanChange,
    Provenance,
    ReportingPeriod,
    Status,
)
from strategic_areas.models.review import said_on
from strategic_areas.queries.plan import answering
from strategic_areas.queries.plan.rows import CommitmentRow
from strategic_areas.queries.updates.record import ENTERED, Entry
from strategic_areas.states import Age

#: The fields of a commitment whose changes its page tells beside its dates.
DATES = frozenset({"starts_on", "due_on"})


@dataclass(frozen=True, kw_only=True)
class TimelineStep:
    """
    One step of the time line; its ``kind`` tells which fields are set.

    An "account" is what was published for one period, an "amendment" what an act
    changed of one record, "asked" what became of a round, "due" a stated due date.
    """

    day: date
    kind: str
    #: What was told of, changed or is due.
    subject: Activity | Commitment | None = None
    #: Of an account and of a round.
    period: ReportingPeriod | None = None
    #: The revisions of an account, the newest first. They end with one that was
    #: withdrawn: what was taken back is not shown in an older wording.
    rows: tuple = ()
    #: What names them: the model that they are about, and their own ids.
    keys: tuple[tuple[type, int], ...] = ()
    #: Their content, where the page shows the step.
    entry: Entry | None = None
    replaced: tuple[Entry, ...] = ()
    #: Whether the account was filed under a record that this one superseded.
    is_of_former: bool = False
    #: Whether the page tells the account with its activity, as it does the last one and
    #: every demonstration; or why the plan changed with what changed.
    is_told_above: bool = False
    lines: tuple[PlanChange, ...] = ()
    #: Activities, under the names that their agencies had in the round. Those not
    #: handed in are ``awaited`` until the due date, then ``missing``.
    reported: tuple[Activity, ...] = ()
    in_review: tuple[tuple[Activity, date], ...] = ()
    missing: tuple[Activity, ...] = ()
    awaited: tuple[Activity, ...] = ()

    @property
    def is_withdrawn(self):
        return self.rows[0].status == Status.WITHDRAWN

    @property
    def is_demonstration(self):
        is_one = self.rows[0].provenance == Provenance.DEMONSTRATION
        return is_one or self.period.is_demonstration

    @property
    def is_reconstructed(self):
        """Whether it is a record of the reconstruction that the commitment replaced."""
        provenance = self.subject.provenance
        provenance = getattr(self.subject, "commitment_provenance", provenance)
        is_recorded = self.rows[0].provenance not in ENTERED
        return self.is_of_former and is_recorded and provenance != Provenance.PLAN

    def with_content(self, entries: Mapping) -> "TimelineStep":
        """The same with the content of its rows, by their ``keys``."""
        if not self.rows:
            return self
        entry, *replaced = (entries[key] for key in self.keys)
        return replace(self, entry=entry, replaced=tuple(replaced))


def accounts(
    updates: Iterable,
    declarations: Iterable,
    activities: Mapping[int, Activity],
    own: Container[Activity | Commitment],
    periods: Iterable[ReportingPeriod],
) -> list[TimelineStep]:
    """
    What is or was public of each record and period, the newest first.

    ``activities`` are those of the ``updates``, by their ids; records that are not
    among the ``own`` were superseded.
    """
    periods, groups = {each.pk: each for each in periods}, defaultdict(list)
    for row in updates:
        if row.status != Status.SUBMITTED:
            groups[activities[row.activity_id], row.period_id].append(row)
    for row in declarations:
        groups[row.commitment, row.period_id].append(row)
    found = []
    for (subject, period), rows in groups.items():
        rows.sort(key=attrgetter("revision"), reverse=True)
        taken_back = (n for n, row in enumerate(rows) if row.status == Status.WITHDRAWN)
        rows = rows[: next(taken_back, len(rows)) + 1]
        found.append(
            TimelineStep(
                day=periods[period].ends_on,
                kind="account",
                subject=subject,
                period=periods[period],
                rows=tuple(rows),
                keys=tuple((type(subject), row.pk) for row in rows),
                is_of_former=subject not in own,
            )
        )
    found.sort(key=_newness, reverse=True)
    return list(_with_those_above(found))


def _newness(account):
    row = account.rows[0]
    was_entered = row.origin == "entered"
    said = said_on(row) or date.min
    return Age(account.day, said, was_entered, row.revision), -row.pk


def _with_those_above(accounts):
    """The accounts, those marked that the page tells above its time line."""
    told = set()
    for each in accounts:
        is_told = isinstance(each.subject, Activity) and not each.is_of_former
        is_told = is_told and not each.is_withdrawn
        if is_told and not each.is_demonstration:
            is_told = each.subject not in told
            told.add(each.subject)
        yield replace(each, is_told_above=is_told)


def steps(
    row: CommitmentRow,
    accounts: Iterable[TimelineStep],
    rounds: Iterable[ReportingPeriod],
    today: date,
) -> list[TimelineStep]:
    """
    All steps, the latest first: accounts at the end of their period, rounds when due.

    The records of ``row`` come with their ``approved`` changes, the activities also
    with the former names of their agencies.
    """
    found = [*accounts, *_stated(row), *_asked(row, accounts, rounds, today)]
    # Sorting keeps the order of the record among accounts of one day.
    return sorted(found, key=attrgetter("day"), reverse=True)


def _stated(row):
    """What was changed of the commitment and of each activity, and when each is due."""
    for each in (row, *row.activities):
        subject = row.commitment if each is row else each.activity
        for _act, lines in groupby(subject.approved, attrgetter("made_by")):
            lines = tuple(lines)
            yield TimelineStep(
                day=lines[0].decided_on,
                kind="amendment",
                subject=subject,
                lines=lines,
                is_told_above=each is not row
                or all(line.field in DATES for line in lines),
            )
        if each.deadline.is_stated:
            yield TimelineStep(day=subject.due_on, kind="due", subject=subject)


def _asked(row, accounts, rounds, today):
    """What became of each round that asked anything, on its due date."""
    told = {(each.subject, each.period) for each in accounts}
    for period in rounds:
        reported, in_review, silent, known = [], [], [], {}
        for each in row.activities:
            activity = _as_asked(each, period, known)
            if each.has_reported(period):
                reported.append(activity)
            elif handed_in := each.handed_in.get(period.pk):
                in_review.append((activity, handed_in))
            elif each.owes(period) and (each.activity, period) not in told:
                silent.append(activity)
        if reported or in_review or silent:
            is_over = today > period.due_on
            yield TimelineStep(
                day=period.due_on,
                kind="asked",
                period=period,
                reported=tuple(reported),
                in_review=tuple(in_review),
                missing=tuple(silent) if is_over else (),
                awaited=() if is_over else tuple(silent),
            )


def _as_asked(row, period, known):
    """
    The activity, with the agency that the round asked under its name of then.

    ``known`` are the agencies under these names, by their ids; new ones are added.
    """
    agency = row.answering(period)
    if agency.pk not in known:
        known[agency.pk] = answering.on_day(agency, period.ends_on)
    if known[agency.pk] is row.activity.agency:
        return row.activity
    then = copy(row.activity)
    then.agency = known[agency.pk]
    return then

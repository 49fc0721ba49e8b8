"""A commitment's time line: what was said, changed, asked and due, the latest first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from strategic_areas.disclosure import PROTECTED, planned
from strategic_areas.models import Activity, Commitment, PlanChange, ReportingPeriod
from strategic_areas.newest import newness
from strategic_areas.queries.plan import names
from strategic_areas.queries.plan.plans import opened
from strategic_areas.queries.plan.rows import ActivityRow, CommitmentRow
from strategic_areas.queries.updates.heads import Head
from strategic_areas.queries.updates.record import Entry

#: The fields of a commitment whose changes its page tells beside its dates.
DATES = frozenset({"starts_on", "due_on"})


@dataclass(frozen=True)
class Moment:
    """
    The account of one period: the revision that stands, and those it replaced.

    ``replaced`` ends before a revision that was withdrawn: what was taken back is not
    shown in an older wording. ``former`` is the superseded record that the account is
    about, if it is about one. ``is_told_above`` marks what the page shows with the
    activity: its last account, and every demonstration.
    """

    entry: Entry | Head
    replaced: tuple[Entry | Head, ...]
    former: object
    is_told_above: bool = False

    @property
    def keys(self):
        """The keys of its accounts, those that were replaced included."""
        return {self.entry.key, *(each.key for each in self.replaced)}


@dataclass(frozen=True)
class Asked:
    """
    What one round asked about the activities of a commitment, and what became of it.

    Agencies have the names that they had at the end of the period. ``in_review`` are
    pairs of an activity and the day on which its report was handed in. Until the due
    date, reports not handed in are ``awaited``; after it they are ``missing``.
    """

    period: ReportingPeriod
    reported: tuple[Activity, ...]
    in_review: tuple[tuple[Activity, date], ...]
    missing: tuple[Activity, ...]
    awaited: tuple[Activity, ...]


@dataclass(frozen=True)
class Step:
    """
    One step of the time line. ``kind`` names the one field that is set.

    ``account`` is what was published, ``amendment`` a change of the plan, with all
    ``lines`` of the record that it changed, ``asked`` a round, ``due`` a record with a
    stated due date.
    """

    day: date
    account: Moment | None = None
    amendment: PlanChange | None = None
    asked: Asked | None = None
    due: Commitment | Activity | None = None
    lines: tuple[PlanChange, ...] = ()

    @property
    def is_told_above(self):
        """Whether the page gives the reason of an amendment with what it changed."""
        return bool(self.amendment.activity_id) or all(
            line.field in DATES for line in self.lines
        )

    def with_content(self, entries: Mapping) -> "Step":
        """The same, with the ``entries`` by their keys in place of their heads."""
        if self.account is None:
            return self
        account = self.account
        replaced = tuple(entries[each.key] for each in account.replaced)
        told = replace(account, entry=entries[account.entry.key], replaced=replaced)
        return replace(self, account=told)

    @property
    def kind(self):
        kinds = ("account", "amendment", "asked", "due")
        return next(kind for kind in kinds if getattr(self, kind))


@dataclass(frozen=True)
class Quantity:
    """The quantity that an account states for its period, and the account's address."""

    period: ReportingPeriod
    quantity: Decimal
    url: str


def moments(
    heads: Iterable[Head], commitment: Commitment, own_activities: set[int]
) -> tuple[Moment, ...]:
    """
    The accounts of one commitment and its activities, the newest first, by their heads.

    Accounts of superseded records are marked as theirs.
    """
    groups = defaultdict(list)
    for entry in heads:
        groups[entry.kind, entry.subject.pk, entry.period.pk].append(entry)
    found = []
    for group in groups.values():
        head, *replaced = sorted(group, key=lambda entry: entry.revision, reverse=True)
        is_own = (
            head.subject == commitment
            if head.kind == "commitmentupdate"
            else head.subject.pk in own_activities
        )
        found.append(
            Moment(
                entry=head,
                replaced=_shown(head, replaced),
                former=None if is_own else head.subject,
            )
        )
    found.sort(key=lambda moment: newness(moment.entry), reverse=True)
    return tuple(_mark_told_above(found))


def _mark_told_above(moments):
    told = set()
    for moment in moments:
        entry = moment.entry
        if moment.former or entry.is_withdrawn or entry.kind != "activityupdate":
            yield moment
        elif entry.is_demonstration or entry.subject.pk not in told:
            if not entry.is_demonstration:
                told.add(entry.subject.pk)
            yield replace(moment, is_told_above=True)
        else:
            yield moment


def _shown(head, replaced):
    shown = []
    for newer, entry in zip([head, *replaced], replaced, strict=False):
        if newer.is_withdrawn:
            break
        shown.append(entry)
    return tuple(shown)


def steps(
    row: CommitmentRow,
    moments: Iterable[Moment],
    periods: Iterable[ReportingPeriod],
    today: date,
) -> tuple[Step, ...]:
    """
    All steps, the latest first: accounts at the end of their period, rounds when due.

    The records of ``row`` come with their ``approved`` changes, the activities also
    with the former names of their agencies.
    """
    moments = list(moments)
    records = [row, *row.activities]
    found = [Step(each.entry.period.ends_on, account=each) for each in moments]
    for each in records:
        subject = each.commitment if each is row else each.activity
        found += _changes(subject.approved)
        if each.deadline.is_stated:
            found.append(Step(subject.due_on, due=subject))
    told = {(m.entry.subject.pk, m.entry.period.pk) for m in moments}
    for period in opened(periods, today):
        asked = _asked(row.activities, period, told, today)
        if asked.reported or asked.in_review or asked.missing or asked.awaited:
            found.append(Step(period.due_on, asked=asked))
    # Sorting keeps the order of the record among accounts of one day.
    return tuple(sorted(found, key=lambda step: step.day, reverse=True))


def _changes(rows):
    for _key, group in groupby(rows, attrgetter("made_by")):
        first, *others = group
        yield Step(first.decided_on, amendment=first, lines=(first, *others))


def _asked(rows: Iterable[ActivityRow], period, told, today):
    reported, in_review, silent = [], [], []
    agencies = {}
    for row in rows:
        activity = _as_asked(row, period, agencies)
        if row.has_reported(period):
            reported.append(activity)
        elif handed_in := row.handed_in.get(period.pk):
            in_review.append((activity, handed_in))
        elif row.owes(period) and (activity.pk, period.pk) not in told:
            silent.append(activity)
    is_over = today > period.due_on
    return Asked(
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
        name = names.name_on(agency.former_names.all(), period.ends_on)
        known[agency.pk] = names.under_name(agency, name)
    if known[agency.pk] is row.activity.agency:
        return row.activity
    then = copy(row.activity)
    then.agency = known[agency.pk]
    return then


def has_quantities(activity: Activity) -> bool:
    """Whether the plan states a quantity to compare with those of its accounts."""
    return activity.is_official and planned(activity) not in {None, PROTECTED}


def quantities(activity: Activity, entries: Iterable[Entry]) -> tuple[Quantity, ...]:
    """
    The quantities that the agency reports of an official activity, the latest first.

    ``entries`` are those of the activity. Each quantity is that of its own period:
    nobody says whether they may be added up. Quantities that public sources state were
    counted by others and are left out.
    """
    if not has_quantities(activity):
        return ()
    return tuple(
        Quantity(entry.period, entry.quantity, entry.get_absolute_url())
        for entry in entries
        if entry.quantity not in {None, PROTECTED}
        and not entry.is_demonstration
        and not entry.is_recorded
    )

"""The time line of a commitment: upcoming dates, today, updates, rounds and changes."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import attrgetter

from strategic_areas.commitment_states import CLOSED, Recency
from strategic_areas.models import (
    Activity,
    Commitment,
    PlanChange,
    Provenance,
    ReportingPeriod,
    RevisionStatus,
)
from strategic_areas.models.review import Revision, day_of, said_on
from strategic_areas.progress import ActivityState, Punctuality
from strategic_areas.queries.plan import round_assignments
from strategic_areas.queries.plan.plans import is_over
from strategic_areas.queries.plan.progress_rows import CommitmentProgress
from strategic_areas.queries.updates.public_updates import PublishedUpdate

#: States in which nothing more is due.
FINISHED = CLOSED | {ActivityState.COMPLETED, ActivityState.CANCELLED}


@dataclass(frozen=True, kw_only=True)
class TimelineEvent:
    """
    One event; its ``kind`` decides which fields are set.

    "update": the updates of one period. "change": changes of one record that were
    decided together, by an act or without. "answers": the answers to a round. "due": a
    due date. "start": the start of future work. "today": the line between future
    (``is_ahead``) and past events.
    """

    day: date
    kind: str
    is_ahead: bool = False
    subject: Activity | Commitment | None = None
    #: Of updates and rounds.
    period: ReportingPeriod | None = None
    #: Publication days of the period's updates, first one first.
    days: tuple[date, ...] = ()
    #: Revisions of an update, newest first. Those older than a withdrawn one are left
    #: out, since withdrawn content is not shown in an older wording.
    revisions: tuple = ()
    #: Content of an update, if shown.
    update: PublishedUpdate | None = None
    #: Whether it is the last update of its subject.
    is_last: bool = False
    #: Whether the update is of a superseded record.
    is_of_former: bool = False
    lines: tuple[PlanChange, ...] = ()
    #: Activities under their agencies' names in the round. Unsubmitted ones are
    #: ``awaited`` until the due date, then ``missing``.
    reported: tuple[Activity, ...] = ()
    in_review: tuple[tuple[Activity, date], ...] = ()
    missing: tuple[Activity, ...] = ()
    awaited: tuple[Activity, ...] = ()

    @property
    def group_key(self):
        """Events of one past period, or of one day and kind, are shown together."""
        of_period = self.period and not self.is_ahead
        return self.day, "period" if of_period else self.kind, self.period

    @property
    def update_key(self):
        """The model of its subject and the id of the update's newest revision."""
        return type(self.subject), self.revisions[0].pk

    @property
    def earlier_revision_count(self):
        return len(self.revisions) - 1

    @property
    def is_withdrawn(self):
        return self.revisions[0].status == RevisionStatus.WITHDRAWN

    @property
    def is_demonstration(self):
        was_demonstration = self.revisions[0].provenance == Provenance.DEMONSTRATION
        return was_demonstration or self.period.is_demonstration

    @property
    def is_reconstructed(self):
        """Whether it is of a reconstruction that the commitment superseded."""
        own = self.subject.provenance
        provenance = getattr(self.subject, "commitment_provenance", own)
        is_from_sources = self.revisions[0].origin == Revision.Origin.RECORD
        return self.is_of_former and is_from_sources and provenance != Provenance.PLAN

    def with_content(self, published: Mapping, last_keys: Container) -> "TimelineEvent":
        if self.kind != "update":
            return self
        return replace(
            self,
            update=published[self.update_key],
            is_last=self.update_key in last_keys,
        )


def update_events(
    updates: Iterable,
    declarations: Iterable,
    activities: Mapping[int, Activity],
    current: Container[Activity | Commitment],
    periods: Iterable[ReportingPeriod],
) -> list[TimelineEvent]:
    """
    The public updates of each record and period, newest first.

    ``activities`` are the updates' activities by id; records not in ``current`` were
    superseded. All updates of a period are shown on one day: the last on which one,
    entered in the portal, was published, or else the period's last day.
    """
    periods, groups = {each.pk: each for each in periods}, defaultdict(list)
    for row in updates:
        if row.status != RevisionStatus.SUBMITTED:
            groups[activities[row.activity_id], row.period_id].append(row)
    for row in declarations:
        groups[row.commitment, row.period_id].append(row)
    found, published = [], defaultdict(set)
    for (subject, period), rows in groups.items():
        rows.sort(key=attrgetter("revision"), reverse=True)
        withdrawn = (
            n for n, row in enumerate(rows) if row.status == RevisionStatus.WITHDRAWN
        )
        rows = rows[: next(withdrawn, len(rows)) + 1]
        if rows[0].origin == Revision.Origin.ENTERED:
            published[period].add(day_of(rows[0].published_at))
        found.append(
            TimelineEvent(
                day=periods[period].ends_on,
                kind="update",
                subject=subject,
                period=periods[period],
                revisions=tuple(rows),
                is_of_former=subject not in current,
            )
        )
    found.sort(key=_recency, reverse=True)
    return [
        replace(each, day=days[-1], days=days)
        if (days := tuple(sorted(published[each.period.pk])))
        else each
        for each in found
    ]


def _recency(event):
    row = event.revisions[0]
    was_entered = row.origin == Revision.Origin.ENTERED
    stated_on = said_on(row) or date.min
    return Recency(event.day, stated_on, was_entered, row.revision), -row.pk


def latest_by_subject(
    events: Iterable[TimelineEvent],
) -> dict[Activity | Commitment, TimelineEvent]:
    """The newest current update of the commitment and of each of its activities."""
    found = {}
    for each in events:
        is_current = not (
            each.is_of_former or each.is_withdrawn or each.is_demonstration
        )
        if is_current:
            found.setdefault(each.subject, each)
    return found


def timeline_events(
    row: CommitmentProgress,
    events: Iterable[TimelineEvent],
    rounds: Iterable[ReportingPeriod],
    today: date,
) -> list[TimelineEvent]:
    """
    All events, latest first; updates and missing answers of a period stay together.

    Records need their ``approved_changes``, activities the former names of their
    agencies.
    """
    updates = sorted(
        events,
        key=lambda event: (
            event.subject.sort_code if isinstance(event.subject, Activity) else ""
        ),
    )
    found = [
        *updates,
        *_change_and_date_events(row, today),
        *_round_events(row, updates, rounds, today),
    ]
    if row.commitment.is_stated_by_plan and not is_over(row.commitment.plan, today):
        found.append(TimelineEvent(day=today, kind="today"))
    return sorted(found, key=_time_order, reverse=True)


def _time_order(event):
    period = event.period
    rank = (event.is_ahead, event.kind == "today", event.day)
    return (
        *rank,
        event.group_key[1],
        period.ends_on if period else date.min,
        str(period),
    )


def _change_and_date_events(row, today):
    for each in (row, *row.activities):
        subject = row.commitment if each is row else each.activity
        for _act, lines in groupby(
            subject.approved_changes, attrgetter("decision_key")
        ):
            lines = tuple(lines)
            yield TimelineEvent(
                day=lines[0].decided_on, kind="change", subject=subject, lines=lines
            )
        punctuality, is_done = each.summary.punctuality, each.summary.state in FINISHED
        if subject.starts_on and subject.starts_on > today and not is_done:
            yield TimelineEvent(
                day=subject.starts_on, kind="start", subject=subject, is_ahead=True
            )
        is_ahead = each.deadline.is_stated and subject.due_on >= today and not is_done
        if is_ahead or punctuality == Punctuality.LATE:
            yield TimelineEvent(
                day=subject.due_on, kind="due", subject=subject, is_ahead=is_ahead
            )


def _round_events(row, events, rounds, today):
    # A withdrawn report is an event too: its activity is not missing.
    keys_with_event = {(each.subject, each.period) for each in events}
    days = {each.period: each.day for each in events}
    for period in rounds:
        reported, in_review, unreported, agencies = [], [], [], {}
        for each in row.activities:
            activity = _with_agency_of_round(each, period, agencies)
            if each.has_reported(period):
                reported.append(activity)
            elif submitted_on := each.in_review.get(period.pk):
                in_review.append((activity, submitted_on))
            elif each.owes(period) and (each.activity, period) not in keys_with_event:
                unreported.append(activity)
        is_past_due = today > period.due_on
        if in_review or unreported or (reported and not is_past_due):
            yield TimelineEvent(
                day=days.get(period, period.due_on) if is_past_due else period.due_on,
                kind="answers",
                is_ahead=not is_past_due,
                period=period,
                reported=tuple(reported),
                in_review=tuple(in_review),
                missing=tuple(unreported) if is_past_due else (),
                awaited=() if is_past_due else tuple(unreported),
            )


def _with_agency_of_round(row, period, agencies):
    """The activity with the agency that reported or was asked, as named then."""
    agency = row.agency_for(period)
    if agency.pk not in agencies:
        agencies[agency.pk] = round_assignments.agency_as_of(agency, period.ends_on)
    if agencies[agency.pk] is row.activity.agency:
        return row.activity
    activity_then = copy(row.activity)
    activity_then.agency = agencies[agency.pk]
    return activity_then

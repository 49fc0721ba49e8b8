"""The page of one commitment, with everything that is publicly known of it."""

from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.db.models import Prefetch, prefetch_related_objects

from agencies.models import Agency
from strategic_areas import discipline, progress
from strategic_areas.models import Commitment, LaterActivity, Source
from strategic_areas.queries.pages import delays
from strategic_areas.queries.pages.outlines import Outline
from strategic_areas.queries.plan import disputes, plans
from strategic_areas.queries.plan.plans import periods_of
from strategic_areas.queries.plan.rows import ActivityRow
from strategic_areas.queries.plan.succession import Succession
from strategic_areas.queries.prepared import prepared
from strategic_areas.queries.updates import record, sources
from strategic_areas.queries.updates.record import Entry
from strategic_areas.queries.updates.timeline import (
    DATES,
    Quantity,
    Step,
    has_quantities,
    quantities,
)


@dataclass(frozen=True)
class ActivityAccount:
    """One activity: where it stands, its last account, and its demonstrations."""

    row: ActivityRow
    report: discipline.ReportState
    submitted_on: date | None
    latest: Entry | None
    demonstrations: tuple[Entry, ...]
    sources: tuple[Source, ...]
    dispute: disputes.Dispute | None
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True)
class AgencyPart:
    """One agency's activities toward the commitment."""

    agency: Agency
    counts: progress.Counts
    accounts: tuple[ActivityAccount, ...]


@dataclass(frozen=True)
class CommitmentPage:
    """The page of a commitment, with some of its activities and of its steps."""

    outline: Outline
    parts: tuple[AgencyPart, ...]
    steps: tuple[Step, ...]
    off_plan: tuple[Entry, ...]
    continues: Commitment | None
    dispute: disputes.Dispute | None
    #: The work that is late or held back, and why; None where nothing is.
    delay: delays.Delay | None

    @property
    def row(self):
        return self.outline.row

    @property
    def round(self):
        return self.outline.round

    @property
    def commitment(self):
        return self.row.commitment

    @property
    def activities(self):
        return tuple(each for part in self.parts for each in part.accounts)

    @property
    def timeline(self):
        """The accounts among its steps."""
        return [step.account for step in self.steps if step.account]

    @property
    def before_the_matrix(self):
        """The records of the reconstruction in whose place the commitment came."""
        told = self.outline.timeline
        return [m for m in told if m.former and m.entry.is_reconstructed]

    @property
    def is_reported(self):
        return any(each.reports for each in self.row.activities)

    @property
    def since(self):
        """The period for which its present state was first reported, if any."""
        begun = self.row.since
        periods = periods_of(self.commitment.plan)
        return begun and next(p for p in periods if p.pk == begun.period_id)

    @property
    def date_changes(self):
        """The approved changes of the commitment's own dates, the latest first."""
        return [a for a in reversed(self.commitment.approved) if a.field in DATES]


def by_code(plan_code: str, code: str) -> Commitment | None:
    """
    A commitment of a public plan, superseded or not; None if there is none.

    ``is_disputed`` is True while its lead does not acknowledge it.
    """
    commitment = _public().filter(plan__code=plan_code, code=code).first()
    if commitment:
        commitment.plan.is_reconstructed = commitment.of_lines
        commitment.programme.area.plan = commitment.plan
        commitment.is_disputed = disputes.stands_open(commitment)
    return commitment


@prepared
def _public():
    found = Commitment.objects.public().annotate(of_lines=plans.reconstructed("plan"))
    return found.order_by().select_related(
        *("plan", "lead", "programme__area", "continues__plan", "dispute__agency")
    )


def successor(commitment: Commitment, succession: Succession) -> Commitment | None:
    """The first standing commitment that came in its place, along the whole chain."""
    heirs = succession.heirs(commitment.pk)
    if not heirs:
        return None
    standing = Commitment.objects.standing().filter(pk__in=heirs)
    by_id = standing.select_related("plan").in_bulk()
    return next((by_id[heir] for heir in heirs if heir in by_id), None)


def page(outline: Outline, first: int = 0, last: int | None = None) -> CommitmentPage:
    """The page that tells these activities and steps of the outline."""
    commitment = outline.row.commitment
    later = LaterActivity.objects.select_related("agency").order_by("sort_code")
    prefetch_related_objects(
        *([commitment], sources.by_key(), "supporting", "frameworks"),
        Prefetch("later_activities", later.prefetch_related(sources.by_key())),
    )
    rows, steps = outline.activities[first:last], outline.steps[first:last]
    prefetch_related_objects([row.activity for row in rows], sources.by_key())
    shown_of = {row.activity.pk: _moments_shown(row.activity, outline) for row in rows}
    reasons, off_plan = _reasons(outline), outline.off_plan
    shown = [*chain(*shown_of.values()), *reasons.values(), *off_plan]
    keys = {moment.entry.key for moment in shown}
    entries = _entries(
        keys.union(*(step.account.keys for step in steps if step.account)), outline
    )
    accounts = {
        row.activity.pk: _account(row, outline, shown_of[row.activity.pk], entries)
        for row in rows
    }
    return CommitmentPage(
        outline=outline,
        parts=_parts(outline, accounts),
        steps=tuple(step.with_content(entries) for step in steps),
        off_plan=tuple(entries[moment.entry.key] for moment in off_plan),
        continues=_public_or_none(commitment.continues),
        dispute=disputes.dispute_of(commitment),
        delay=delays.with_accounts(
            outline.delay, {key: entries[m.entry.key] for key, m in reasons.items()}
        ),
    )


def _moments_shown(activity, outline):
    """What is read of an activity to tell it, the newest first."""
    found, has_all = outline.of_activity[activity.pk], has_quantities(activity)
    return [moment for moment in found if has_all or moment.is_told_above]


def _reasons(outline):
    """The last account of each activity that is late or held back."""
    late = outline.delay.parts if outline.delay else ()
    return {
        part.row.activity.pk: moment
        for part in late
        for moment in outline.of_activity[part.row.activity.pk]
        if moment.is_told_above and not moment.entry.is_demonstration
    }


def _entries(keys, outline):
    """The accounts with these keys, by their keys."""
    updates = [pk for kind, pk in keys if kind == "activityupdate"]
    rows = [*record.updates().filter(pk__in=updates)]
    rows += [
        row for row in outline.declarations if (row._meta.model_name, row.pk) in keys
    ]
    return {(entry.kind, entry.pk): entry for entry in record.entries(rows)}


def _account(row, outline, moments, entries):
    """The account of an activity; ``moments`` are those of ``_moments_shown``."""
    asked = outline.round
    told = [entries[each.entry.key] for each in moments if each.is_told_above]
    real = [entry for entry in told if not entry.is_demonstration]
    submitted_on = row.handed_in.get(asked.pk) if asked else None
    return ActivityAccount(
        row=row,
        report=discipline.report_state(
            owed=row.owes(asked),
            is_due=asked is not None and asked.due_on < outline.today,
            submitted=submitted_on is not None,
            published=row.has_reported(asked),
        ),
        submitted_on=submitted_on,
        latest=real[0] if real else None,
        demonstrations=tuple(entry for entry in told if entry.is_demonstration),
        sources=_not_named(row.activity.sources.all(), real),
        dispute=disputes.dispute_of(row.activity),
        quantities=quantities(
            row.activity, [entries[each.entry.key] for each in moments]
        ),
    )


def _parts(outline, accounts):
    """The agencies of these accounts, each with the counts of all its activities."""
    found = []
    for agency, rows in outline.groups.items():
        told = [accounts[key] for row in rows if (key := row.activity.pk) in accounts]
        if told:
            states = (row.standing.state for row in rows)
            counts = progress.count(states, progress.State)
            found.append(AgencyPart(agency, counts, tuple(told)))
    return tuple(found)


def _not_named(sources, told):
    """The sources of an activity that the accounts shown do not name already."""
    named = {source for entry in told for source in entry.sources}
    return tuple(source for source in sources if source not in named)


def _public_or_none(commitment):
    if commitment is None or commitment.plan.status == "in_preparation":
        return None
    return commitment

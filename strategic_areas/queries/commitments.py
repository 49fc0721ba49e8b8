"""One commitment with everything that is publicly known of it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import F, FilteredRelation, Q

from agencies.models import AgencyName
from strategic_areas import discipline
from strategic_areas.models import (
    Activity,
    Amendment,
    Commitment,
    Provenance,
    ReportingPeriod,
    Status,
)
from strategic_areas.queries import (
    delays,
    disputes,
    grounds,
    parts,
    plans,
    record,
    rounds,
)
from strategic_areas.queries.board import ActivityRow, CommitmentRow, build
from strategic_areas.queries.chronicle import Step, chronicle
from strategic_areas.queries.filings import with_dates
from strategic_areas.queries.joins import distinct, with_joined
from strategic_areas.queries.plans import periods_of
from strategic_areas.queries.prepared import prepared
from strategic_areas.queries.related import of as of_commitment
from strategic_areas.queries.succession import Succession
from strategic_areas.queries.timeline import Moment, timeline


@dataclass(frozen=True)
class ActivityAccount:
    """One activity: where it stands, what was last said, what a demonstration says."""

    row: ActivityRow
    report: discipline.ReportState
    submitted_on: date | None
    latest: record.Entry | None
    demonstrations: tuple[record.Entry, ...]
    sources: tuple
    #: The approved amendments of the plan that brought or changed it.
    amendments: tuple[Amendment, ...]
    dispute: disputes.Dispute | None
    quantities: tuple[parts.Quantity, ...] = ()


@dataclass(frozen=True)
class CommitmentPage:
    row: CommitmentRow
    supporting: tuple
    frameworks: tuple
    activities: tuple[ActivityAccount, ...]
    round: object
    timeline: tuple[Moment, ...]
    steps: tuple[Step, ...]
    off_plan: tuple[record.Entry, ...]
    later: tuple
    sources: tuple
    continues: Commitment | None
    dispute: disputes.Dispute | None
    #: What is late or held back of it, and why; None where nothing is.
    delay: delays.Delay | None

    @property
    def commitment(self):
        return self.row.commitment

    @property
    def parts(self):
        """Its activities, each agency's apart."""
        return parts.by_agency(self.commitment, self.activities)

    @property
    def since(self):
        """The period for which its present state was first told; None without any."""
        begun = self.row.since
        periods = periods_of(self.commitment.plan)
        return begun and next(p for p in periods if p.pk == begun.period_id)

    @property
    def date_changes(self):
        """The approved amendments of its own dates, the latest first."""
        dates = {"starts_on", "due_on"}
        return [a for a in reversed(self.commitment.approved) if a.field in dates]


def find(plan_code: str, code: str) -> Commitment | None:
    """
    The commitment of a public plan, superseded or not; one query.

    It comes with the plan's ``known_periods`` and the amendments ``approved`` for it.
    """
    rows = list(_public().filter(plan__code=plan_code, code=code))
    if not rows:
        return None
    commitment = plans.with_plan(rows[0])
    commitment.programme.area.plan = commitment.plan
    commitment.plan.known_periods = distinct(rows, "plan__periods", ReportingPeriod)
    commitment.approved = _approved(rows)
    commitment.is_disputed = disputes.stands_open(commitment)
    for amendment in commitment.approved:
        amendment.commitment = commitment
    return commitment


@prepared
def _public():
    """Public commitments, one row for each period of the plan and each amendment."""
    found = Commitment.objects.public().annotate(of_lines=plans.reconstructed("plan"))
    found = found.select_related("plan", "lead", "programme__area", "continues__plan")
    found = found.select_related("dispute__agency")
    found = with_joined(found, "plan__periods", ReportingPeriod)
    return with_joined(found, "amendments", Amendment)


def successor(commitment: Commitment, succession: Succession) -> Commitment | None:
    """The first standing commitment that came in its place, along the whole chain."""
    heirs = succession.heirs(commitment.pk)
    if not heirs:
        return None
    standing = Commitment.objects.standing().filter(pk__in=heirs)
    by_id = standing.select_related("plan").in_bulk()
    return next((by_id[heir] for heir in heirs if heir in by_id), None)


def page(commitment: Commitment, succession: Succession, today: date):
    """All that the page of a standing commitment shows, in a fixed number of reads."""
    former = succession.predecessors(commitment.pk)
    asked = rounds.latest(periods_of(commitment.plan), today)
    activities = _activities(commitment, former, succession)
    own = [
        each
        for each in activities
        if each.commitment_id == commitment.pk
        and each.is_in_plan
        and not succession.is_superseded(each.pk)
    ]
    for each in own:
        each.commitment, each.plan = commitment, commitment.plan
    beside = {each.pk for each in activities if not each.is_in_plan}
    updates = list(_updates().filter(activity__in=[each.pk for each in activities]))
    declarations = list(_declarations().filter(commitment__in=[commitment.pk, *former]))
    related = of_commitment(commitment)
    found = grounds.of(
        updates,
        declarations,
        commitment=[commitment.pk],
        activity=[each.pk for each in own],
        lateractivity=[each.pk for each in related.later],
    )
    (row,) = build([commitment], own, _counted(updates), _counted(declarations), today)
    entries = record.entries(updates, declarations, found=found)
    moments = timeline(entries, commitment, {each.pk for each in own} | beside)
    accounts = tuple(_account(each, asked, moments, found) for each in row.activities)
    last = {each.row.activity.pk: each.latest for each in accounts}
    return CommitmentPage(
        row=row,
        supporting=related.supporting,
        frameworks=related.frameworks,
        activities=accounts,
        round=asked,
        timeline=moments,
        steps=chronicle(row, moments, periods_of(commitment.plan), today),
        off_plan=tuple(
            moment.entry
            for moment in moments
            if moment.is_told_above and moment.entry.subject.pk in beside
        ),
        later=tuple(
            (each, found.sources["lateractivity", each.pk]) for each in related.later
        ),
        sources=tuple(found.sources["commitment", commitment.pk]),
        continues=_public_or_none(commitment.continues),
        dispute=disputes.of(commitment),
        delay=delays.of_commitment(row, today, last, _in_review(own, commitment)),
    )


def _activities(commitment, former, succession):
    """
    Its activities and those that they or it came in place of.

    Of what waits for review each knows for which period and since when: nothing else.
    """
    rows_of = defaultdict(list)
    for row in _by_what_waits().filter(
        Q(commitment__in=[commitment.pk, *former])
        | Q(pk__in=succession.former_activities(commitment.pk))
    ):
        rows_of[row.pk].append(row)
    for rows in rows_of.values():
        rows[0].approved = _approved(rows)
        rows[0].is_disputed = disputes.stands_open(rows[0])
        rows[0].names_before = distinct(rows, "agency__former_names", AgencyName)
        rows[0].in_review = {r.waits_in: r.waits_since for r in rows if r.waits_in}
        for amendment in rows[0].approved:
            amendment.activity = rows[0]
    return [rows[0] for rows in rows_of.values()]


@prepared
def _by_what_waits():
    """Activities, a row for each waiting report, former name and amendment."""
    waits = FilteredRelation("updates", condition=Q(updates__status=Status.SUBMITTED))
    found = (
        Activity.objects.select_related("agency", "dispute__agency")
        .annotate(waits=waits)
        .annotate(waits_in=F("waits__period_id"), waits_since=F("waits__submitted_at"))
    )
    found = with_joined(found, "agency__former_names", AgencyName)
    return with_joined(found, "amendments", Amendment)


@prepared
def _updates():
    return with_dates(record.updates())


@prepared
def _declarations():
    return with_dates(record.declarations())


def _approved(rows):
    """The approved amendments in the rows of one record, the oldest first."""
    found = distinct(rows, "amendments", Amendment)
    approved = [each for each in found if each.approved_at]
    return tuple(sorted(approved, key=lambda each: (each.decided_on, each.pk)))


def _in_review(activities, commitment):
    """By the activity of which a real report waits for review, the day it came in."""
    periods = periods_of(commitment.plan)
    real = {each.pk for each in periods if not each.is_demonstration}
    return {
        each.pk: record.day(max(moments))
        for each in activities
        if (moments := [at for pk, at in each.in_review.items() if pk in real])
    }


def _counted(rows):
    return [
        row
        for row in rows
        if row.status == Status.PUBLISHED
        and not row.period.is_demonstration
        and row.provenance != Provenance.DEMONSTRATION
    ]


def _account(row, asked, moments, found):
    told = [
        moment.entry
        for moment in moments
        if moment.is_told_above and moment.entry.subject == row.activity
    ]
    real = [entry for entry in told if not entry.is_demonstration]
    submitted_at = row.activity.in_review.get(asked.pk) if asked else None
    return ActivityAccount(
        row=row,
        report=discipline.report_state(
            owed=rounds.owes(row, asked),
            submitted=submitted_at is not None,
            published=rounds.has_reported(row, asked),
        ),
        submitted_on=record.day(submitted_at),
        latest=real[0] if real else None,
        demonstrations=tuple(entry for entry in told if entry.is_demonstration),
        sources=_beside(found.sources["activity", row.activity.pk], real),
        amendments=row.activity.approved,
        dispute=disputes.of(row.activity),
        quantities=parts.quantities(row.activity, moments),
    )


def _beside(sources, told):
    """Those that the account shown beside them does not name already."""
    named = {source for entry in told for source in entry.sources}
    return tuple(source for source in sources if source not in named)


def _public_or_none(commitment):
    if commitment is None or commitment.plan.status == "in_preparation":
        return None
    return commitment

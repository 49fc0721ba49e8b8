"""Progress of every commitment and activity of one plan, in a few queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from django.db.models import BooleanField, F, QuerySet, Value

from agencies.models import Agency
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    Evidence,
    Plan,
    Programme,
    ReportingPeriod,
    RevisionStatus,
)
from strategic_areas.models.review import Revision
from strategic_areas.queries import asked_values
from strategic_areas.queries.caching import PLAN_CACHE
from strategic_areas.queries.plan import counted_updates, round_assignments, submissions
from strategic_areas.queries.plan.plans import opened_rounds, periods_of
from strategic_areas.queries.plan.progress_rows import (
    ActivityProgress,
    CommitmentProgress,
    build_progress,
    count_states,
    recorded_until,
    recorded_work_of,
)
from strategic_areas.queries.plan.submissions import FirstSubmissions

#: Columns read of an activity; the page of one commitment reads all.
ACTIVITY_COLUMNS = (
    *("id", "plan_id", "commitment_id", "agency_id", "code", "sort_code", "provenance"),
    "is_in_plan",
    *("title_es", "title_en", "kind", "quantity", "unit_es", "unit_en"),
    *("counts_victims", "reaches_victims", "starts_on", "due_on", "due_provenance"),
    *("stopped", "stopped_on", "resumes_on", "themes"),
)


@dataclass(frozen=True)
class StoredRows:
    """
    The database rows from which a plan's progress is built.

    ``structure`` holds the values of everything except updates.
    """

    structure: tuple
    updates: dict
    declarations: dict


@dataclass(frozen=True)
class PlanProgress:
    """The current commitments of one plan with their progress, by code."""

    plan: Plan
    rows: tuple[CommitmentProgress, ...]
    #: All periods of the plan, latest first.
    periods: tuple[ReportingPeriod, ...] = ()
    #: The day for which states are computed.
    day: date = date.max
    #: The agency for which it was loaded, the ids of the commitments that it supports
    #: and, by id of its reports with evidence, whether any of it is public.
    for_agency: Agency | None = None
    supported: frozenset[int] = frozenset()
    evidenced: Mapping[int, bool] = field(default_factory=dict)
    #: Of that agency, or of all agencies in the rounds ``asked``.
    handed_in: FirstSubmissions = field(default_factory=dict)
    #: Ids of the rounds for which it was loaded; for an agency, all rounds are.
    asked: frozenset[int] = frozenset()
    #: Of that agency, or of all.
    values: asked_values.ValuesByRound = field(default_factory=dict)
    #: Its rows, from which ``_followed`` detects changes.
    stored_rows: "StoredRows | None" = field(default=None, repr=False, compare=False)

    @property
    def is_reconstructed(self):
        return any(not row.commitment.is_official for row in self.rows)

    @property
    def has_official_commitments(self):
        return any(row.commitment.is_official for row in self.rows)

    @cached_property
    def activities(self):
        return [each for row in self.rows for each in row.activities]

    @cached_property
    def counts(self):
        return count_states(self.rows)

    @cached_property
    def records(self):
        return recorded_work_of(self.rows)

    @cached_property
    def recorded_until(self):
        return recorded_until(self.rows)

    def first_day(self, row: ActivityProgress, period: ReportingPeriod) -> date | None:
        """
        The day of the first submission for the round, or None.

        Raises ValueError if the progress was not loaded for the round.
        """
        if not (self.for_agency or period.pk in self.asked):
            raise ValueError("the progress was not loaded for this round")
        found = self.handed_in.get((period.pk, row.activity.pk))
        return found and found.day


def load_plan_progress(
    plan: Plan,
    today: date,
    for_agency: Agency | None = None,
    asked: Iterable[ReportingPeriod] = (),
) -> PlanProgress:
    """
    Every current commitment and activity of a plan, with its state today.

    ``for_agency`` adds the commitments that the agency supports, its reports with
    evidence and its first submissions; ``asked`` adds the first submissions of all
    agencies in these rounds. Either adds which agency each round asked.
    """
    plan_progress = PLAN_CACHE.get_or_load(
        (plan.pk, today), lambda before: _read(plan, today, before)
    )
    asked = tuple(asked)
    return (
        add_rounds(plan_progress, for_agency, asked)
        if for_agency or asked
        else plan_progress
    )


def load_progress_with_rounds(plan: Plan, today: date) -> PlanProgress:
    plan_progress = load_plan_progress(plan, today)
    asked = opened_rounds(plan_progress.periods, today)
    return add_rounds(plan_progress, None, asked) if asked else plan_progress


def _read(plan, today, before):
    agencies, periods = Agency.objects.in_bulk(), periods_of(plan)
    programmes = _programmes_of(plan)
    commitments = _rows(Commitment, plan=plan)
    activities = _rows(Activity, plan=plan, is_in_plan=True)
    known = [plan, *agencies.values(), *periods, *programmes.values()]
    known += [each.area for each in programmes.values()]
    structure = (list(map(_values, known)), commitments, activities)
    read = StoredRows(structure, *counted_updates.load_counted_rows(plan, periods))
    if before and before.stored_rows.structure == structure:
        return _followed(before, read)
    commitments = list(_records(Commitment, commitments))
    _link(commitments, plan, agencies, programmes)
    activities = _records(Activity, activities)
    activities = _linked(activities, commitments, agencies)
    counted = counted_updates.counted_updates_of(
        read.updates, read.declarations, periods
    )
    rows = build_progress(commitments, activities, counted, periods, today)
    return PlanProgress(plan, rows, tuple(periods), today, stored_rows=read)


def _values(record):
    return [getattr(record, each.attname) for each in record._meta.concrete_fields]


def _columns(model):
    every = [each.attname for each in model._meta.concrete_fields]
    return [each for each in every if model is Commitment or each in ACTIVITY_COLUMNS]


def _rows(model, **lookups):
    rows = (
        with_dispute_marks(model.objects.not_superseded())
        .filter(**lookups)
        .rewrite(False)
    )
    return list(rows.values_list("is_disputed", *_columns(model)))


def _records(model, rows):
    columns = _columns(model)
    for is_disputed, *values in rows:
        record = model.from_db("default", columns, values)
        record.is_disputed = is_disputed
        yield record


def _followed(before, read):
    """Reuse the earlier progress; rebuild only commitments whose updates differ."""
    updates = _differing(before.stored_rows.updates, read.updates)
    declarations = _differing(before.stored_rows.declarations, read.declarations)
    touched = [
        row
        for row in before.rows
        if row.commitment.pk in declarations
        or any(each.activity.pk in updates for each in row.activities)
    ]
    work = [each.activity for row in touched for each in row.activities]
    commitments = [row.commitment for row in touched]
    counted = counted_updates.counted_updates_of(
        {each.pk: read.updates[each.pk] for each in work if each.pk in read.updates},
        {
            each.pk: read.declarations[each.pk]
            for each in commitments
            if each.pk in read.declarations
        },
        before.periods,
    )
    made = build_progress(commitments, work, counted, before.periods, before.day)
    anew = {row.commitment.pk: row for row in made}
    rows = tuple(anew.get(row.commitment.pk, row) for row in before.rows)
    return replace(before, rows=rows, stored_rows=read)


def progress_after_publishing(
    plan_progress: PlanProgress, reports: Iterable[Revision]
) -> PlanProgress:
    """The progress as it will be once these reports are published."""
    updates, declared = (
        dict(plan_progress.stored_rows.updates),
        dict(plan_progress.stored_rows.declarations),
    )
    for new in (each for each in reports if not each.is_demonstration):
        rows = updates if isinstance(new, ActivityUpdate) else declared
        stood = rows.get(at := new.subject.pk, {})
        row = (
            stood[new.pk]._replace(status=RevisionStatus.PUBLISHED)
            if new.pk in stood
            else new
        )
        # It replaces the public update of the same period.
        kept = {pk: x for pk, x in stood.items() if x.period_id != new.period_id}
        rows[at] = {**kept, new.pk: row}
    return _followed(
        plan_progress,
        replace(plan_progress.stored_rows, updates=updates, declarations=declared),
    )


def _differing(before, now):
    return {pk for pk in before.keys() | now.keys() if before.get(pk) != now.get(pk)}


def add_rounds(
    plan_progress: PlanProgress,
    for_agency: Agency | None,
    asked: Iterable[ReportingPeriod],
) -> PlanProgress:
    """Add what ``load_plan_progress`` describes for an agency and rounds."""
    plan = plan_progress.plan
    handed_in = submissions.first_submissions(plan, for_agency, asked)
    activities = [each.activity for each in plan_progress.activities]
    moves = round_assignments.agency_changes(plan)
    asked_of = round_assignments.agencies_asked(
        activities, asked or plan_progress.periods, moves
    )
    asked_of |= {key: each.agency_id for key, each in handed_in.items()}
    return replace(
        plan_progress,
        rows=round_assignments.with_agencies_asked(plan_progress.rows, asked_of),
        handed_in=handed_in,
        asked=frozenset(each.pk for each in asked),
        values=asked_values.values_by_round(plan, plan_progress.periods, for_agency),
        for_agency=for_agency,
        **(_of_supporter(plan, for_agency) if for_agency else {}),
    )


def _of_supporter(plan, agency):
    supported = (
        Commitment.objects.filter(plan=plan, supporting=agency)
        .order_by()
        .annotate(of=F("pk"), is_open=Value(None, BooleanField()))
    )
    given = (
        Evidence.objects.exclude(kind=Evidence.Kind.REMOVED)
        .order_by()
        .filter(activity_update__plan=plan, activity_update__agency=agency)
        .annotate(of=F("activity_update"), is_open=F("is_public"))
    )
    both = (rows.values_list("of", "is_open") for rows in (supported, given))
    commitments, evidenced = set(), {}
    for pk, is_open in next(both).union(*both, all=True):
        if is_open is None:
            commitments.add(pk)
        else:
            evidenced[pk] = evidenced.get(pk, False) or is_open
    return {"supported": frozenset(commitments), "evidenced": evidenced}


def commitments_of(
    plan: Plan, rows: QuerySet, agencies: Mapping[int, Agency]
) -> list[Commitment]:
    """The plan's commitments among ``rows``, with lead and programme set."""
    found = list(rows.filter(plan=plan))
    _link(found, plan, agencies, _programmes_of(plan))
    return found


def activities_of(
    plan: Plan,
    rows: QuerySet,
    agencies: Mapping[int, Agency],
    commitments: Iterable[Commitment],
) -> list[Activity]:
    """The activities of these commitments among ``rows``, with agency set."""
    return _linked(rows.filter(plan=plan, is_in_plan=True), commitments, agencies)


def _programmes_of(plan):
    return Programme.objects.filter(plan=plan).select_related("area").in_bulk()


def _link(commitments, plan, agencies, programmes):
    for commitment in commitments:
        commitment.plan, commitment.lead = plan, agencies[commitment.lead_id]
        commitment.programme = programmes[commitment.programme_id]


def _linked(activities, commitments, agencies):
    above = {each.pk: each for each in commitments}
    work = [each for each in activities if each.commitment_id in above]
    for activity in work:
        commitment = above[activity.commitment_id]
        activity.plan, activity.commitment = commitment.plan, commitment
        activity.is_disputed |= commitment.is_disputed
        activity.agency = agencies[activity.agency_id]
    return work


def with_dispute_marks(rows: QuerySet) -> QuerySet:
    """Records of public plans by code, annotated with ``is_disputed``."""
    is_disputed = counted_updates.has_unresolved_dispute(rows.model._meta.model_name)
    rows = rows.public().annotate(is_disputed=is_disputed)
    return rows.order_by("sort_code", "pk")

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
    latest_report_day,
    reconstructed_work_of,
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

    ``plan_values`` are the values of the plan and its records, without updates.
    ``reports`` are by id of the activity, then of the report, ``declarations`` by id
    of the commitment, then their own.
    """

    plan_values: tuple
    reports: dict
    declarations: dict


@dataclass(frozen=True)
class PlanProgress:
    """The current commitments of one plan with their progress, in order of code."""

    plan: Plan
    rows: tuple[CommitmentProgress, ...]
    #: All periods of the plan, latest first.
    periods: tuple[ReportingPeriod, ...]
    #: The day for which states are computed.
    day: date
    #: The agency for which it was loaded, the ids of the commitments that it supports
    #: and, by id of its reports with evidence, whether any of it is public.
    for_agency: Agency | None = None
    supported: frozenset[int] = frozenset()
    evidenced: Mapping[int, bool] = field(default_factory=dict)
    #: Of that agency, or of all agencies in the rounds ``round_ids``.
    first_submissions: FirstSubmissions = field(default_factory=dict)
    #: Ids of the rounds whose first submissions are loaded; unused with an
    #: agency, for which those of every round are.
    round_ids: frozenset[int] = frozenset()
    #: Indicator values that rounds ask of ``for_agency``, or of all agencies.
    values_by_round: asked_values.ValuesByRound = field(default_factory=dict)
    #: The database rows, from which ``_rebuild_changed`` detects changes.
    stored_rows: StoredRows | None = field(default=None, repr=False, compare=False)

    @property
    def is_reconstructed(self):
        return any(not row.commitment.is_stated_by_plan for row in self.rows)

    @property
    def has_official_commitments(self):
        return any(row.commitment.is_stated_by_plan for row in self.rows)

    @cached_property
    def activities(self):
        return [each for row in self.rows for each in row.activities]

    @cached_property
    def counts(self):
        return count_states(self.rows)

    @cached_property
    def reconstructed_work(self):
        """Counts of its reconstructed commitments' activities; None without any."""
        return reconstructed_work_of(self.rows)

    @cached_property
    def latest_report_day(self):
        return latest_report_day(self.rows)

    def first_submitted_on(
        self, row: ActivityProgress, period: ReportingPeriod
    ) -> date | None:
        """
        The day of the first submission for the round, or None.

        Raises ValueError if the progress was not loaded for the round.
        """
        if not (self.for_agency or period.pk in self.round_ids):
            raise ValueError("the progress was not loaded for this round")
        found = self.first_submissions.get((period.pk, row.activity.pk))
        return found and found.day


def load_plan_progress(
    plan: Plan,
    today: date,
    for_agency: Agency | None = None,
    rounds: Iterable[ReportingPeriod] = (),
) -> PlanProgress:
    """
    Every current commitment and activity of a plan, with its state today.

    ``for_agency`` adds the commitments that the agency supports, its reports with
    evidence and its first submissions; ``rounds`` adds the first submissions of all
    agencies in these rounds. Either adds which agency each round asked.
    """
    plan_progress = PLAN_CACHE.get_or_load(
        (plan.pk, today), lambda previous: _load(plan, today, previous)
    )
    rounds = tuple(rounds)
    return (
        add_rounds(plan_progress, for_agency, rounds)
        if for_agency or rounds
        else plan_progress
    )


def load_progress_with_rounds(plan: Plan, today: date) -> PlanProgress:
    plan_progress = load_plan_progress(plan, today)
    rounds = opened_rounds(plan_progress.periods, today)
    return add_rounds(plan_progress, None, rounds) if rounds else plan_progress


def _load(plan, today, previous):
    agencies, periods = Agency.objects.in_bulk(), periods_of(plan)
    programmes = _programmes_of(plan)
    commitments = _rows(Commitment, plan=plan)
    activities = _rows(Activity, plan=plan, is_in_plan=True)
    related = [plan, *agencies.values(), *periods, *programmes.values()]
    related += [each.area for each in programmes.values()]
    values = [
        [getattr(record, each.attname) for each in record._meta.concrete_fields]
        for record in related
    ]
    plan_values = (values, commitments, activities)
    stored_rows = StoredRows(
        plan_values, *counted_updates.load_counted_rows(plan, periods)
    )
    if previous and previous.stored_rows.plan_values == plan_values:
        return _rebuild_changed(previous, stored_rows)
    commitments = list(_records(Commitment, commitments))
    _set_links(commitments, plan, agencies, programmes)
    activities = _records(Activity, activities)
    activities = _activities_with_links(activities, commitments, agencies)
    counted = counted_updates.counted_updates_of(
        stored_rows.reports, stored_rows.declarations, periods
    )
    rows = build_progress(commitments, activities, counted, periods, today)
    return PlanProgress(plan, rows, tuple(periods), today, stored_rows=stored_rows)


def _columns(model):
    every = [each.attname for each in model._meta.concrete_fields]
    return [each for each in every if model is Commitment or each in ACTIVITY_COLUMNS]


def _rows(model, **lookups):
    """Public records that are not superseded, as tuples, in order of code."""
    rows = (
        public_with_dispute_marks(model.objects.not_superseded())
        .filter(**lookups)
        .rewrite(False)  # modeltranslation would put "title_es" for "title"
    )
    return list(rows.values_list("is_disputed", *_columns(model)))


def _records(model, rows):
    columns = _columns(model)
    for is_disputed, *values in rows:
        record = model.from_db("default", columns, values)
        record.is_disputed = is_disputed
        yield record


def _rebuild_changed(previous, stored_rows):
    """Reuse the earlier progress; rebuild only commitments whose updates differ."""
    changed_activity_ids = _differing_keys(
        previous.stored_rows.reports, stored_rows.reports
    )
    changed_commitment_ids = _differing_keys(
        previous.stored_rows.declarations, stored_rows.declarations
    )
    affected = [
        row
        for row in previous.rows
        if row.commitment.pk in changed_commitment_ids
        or any(each.activity.pk in changed_activity_ids for each in row.activities)
    ]
    activities = [each.activity for row in affected for each in row.activities]
    commitments = [row.commitment for row in affected]
    counted = counted_updates.counted_updates_of(
        {
            each.pk: stored_rows.reports[each.pk]
            for each in activities
            if each.pk in stored_rows.reports
        },
        {
            each.pk: stored_rows.declarations[each.pk]
            for each in commitments
            if each.pk in stored_rows.declarations
        },
        previous.periods,
    )
    rebuilt = build_progress(
        commitments, activities, counted, previous.periods, previous.day
    )
    rebuilt_by_id = {row.commitment.pk: row for row in rebuilt}
    rows = tuple(rebuilt_by_id.get(row.commitment.pk, row) for row in previous.rows)
    return replace(previous, rows=rows, stored_rows=stored_rows)


def progress_after_publishing(
    plan_progress: PlanProgress, updates: Iterable[Revision]
) -> PlanProgress:
    """The progress as it will be once these updates are published."""
    reports = dict(plan_progress.stored_rows.reports)
    declarations = dict(plan_progress.stored_rows.declarations)
    for new in (each for each in updates if not each.is_demonstration):
        rows = reports if isinstance(new, ActivityUpdate) else declarations
        current_rows = rows.get(subject_id := new.subject.pk, {})
        row = (
            current_rows[new.pk]._replace(status=RevisionStatus.PUBLISHED)
            if new.pk in current_rows
            else new
        )
        # It replaces the public update of the same period.
        others = {
            pk: x for pk, x in current_rows.items() if x.period_id != new.period_id
        }
        rows[subject_id] = {**others, new.pk: row}
    return _rebuild_changed(
        plan_progress,
        replace(plan_progress.stored_rows, reports=reports, declarations=declarations),
    )


def _differing_keys(before, now):
    return {
        key for key in before.keys() | now.keys() if before.get(key) != now.get(key)
    }


def add_rounds(
    plan_progress: PlanProgress,
    for_agency: Agency | None,
    rounds: Iterable[ReportingPeriod],
) -> PlanProgress:
    """Add what ``load_plan_progress`` describes for an agency and rounds."""
    plan = plan_progress.plan
    first_submissions = submissions.first_submissions(plan, for_agency, rounds)
    activities = [each.activity for each in plan_progress.activities]
    agency_changes = round_assignments.agency_changes(plan)
    former_agency_ids = round_assignments.former_agency_ids(
        activities, rounds or plan_progress.periods, agency_changes
    )
    # Who submitted was asked, wherever the activity is now.
    submitter_ids = {key: each.agency_id for key, each in first_submissions.items()}
    return replace(
        plan_progress,
        rows=round_assignments.with_agencies_asked(
            plan_progress.rows, former_agency_ids | submitter_ids
        ),
        first_submissions=first_submissions,
        round_ids=frozenset(each.pk for each in rounds),
        values_by_round=asked_values.values_by_round(
            plan, plan_progress.periods, for_agency
        ),
        for_agency=for_agency,
        **(_of_agency(plan, for_agency) if for_agency else {}),
    )


def _of_agency(plan, agency):
    """The commitments that it supports and its reports with evidence; one query."""
    supported = (
        Commitment.objects.filter(plan=plan, supporting=agency)
        .order_by()
        .annotate(about_pk=F("pk"), evidence_is_public=Value(None, BooleanField()))
        .values_list("about_pk", "evidence_is_public")
    )
    evidence = (
        Evidence.objects.exclude(kind=Evidence.Kind.REMOVED)
        .order_by()
        .filter(activity_update__plan=plan, activity_update__agency=agency)
        .annotate(about_pk=F("activity_update"), evidence_is_public=F("is_public"))
        .values_list("about_pk", "evidence_is_public")
    )
    commitments, evidenced = set(), {}
    for pk, is_public in supported.union(evidence, all=True):
        # It is null in rows of commitments.
        if is_public is None:
            commitments.add(pk)
        else:
            evidenced[pk] = evidenced.get(pk, False) or is_public
    return {"supported": frozenset(commitments), "evidenced": evidenced}


def commitments_of(
    plan: Plan, rows: QuerySet, agencies: Mapping[int, Agency]
) -> list[Commitment]:
    """The plan's commitments among ``rows``, with lead and programme set."""
    found = list(rows.filter(plan=plan))
    _set_links(found, plan, agencies, _programmes_of(plan))
    return found


def activities_of(
    plan: Plan,
    rows: QuerySet,
    agencies: Mapping[int, Agency],
    commitments: Iterable[Commitment],
) -> list[Activity]:
    """The activities of these commitments among ``rows``, with agency set."""
    return _activities_with_links(
        rows.filter(plan=plan, is_in_plan=True), commitments, agencies
    )


def _programmes_of(plan):
    return Programme.objects.filter(plan=plan).select_related("area").in_bulk()


def _set_links(commitments, plan, agencies, programmes):
    for commitment in commitments:
        commitment.plan, commitment.lead = plan, agencies[commitment.lead_id]
        commitment.programme = programmes[commitment.programme_id]


def _activities_with_links(activities, commitments, agencies):
    above = {each.pk: each for each in commitments}
    linked = [each for each in activities if each.commitment_id in above]
    for activity in linked:
        commitment = above[activity.commitment_id]
        activity.plan, activity.commitment = commitment.plan, commitment
        # Pages also mark it if its commitment is disputed; roles are marked by
        # ``has_own_dispute``.
        activity.has_own_dispute = activity.is_disputed
        activity.is_disputed |= commitment.is_disputed
        activity.agency = agencies[activity.agency_id]
    return linked


def public_with_dispute_marks(rows: QuerySet) -> QuerySet:
    """Records of public plans in order of code, annotated with ``is_disputed``."""
    is_disputed = counted_updates.unresolved_dispute_column(rows.model._meta.model_name)
    return rows.public().annotate(is_disputed=is_disputed).order_by("sort_code", "pk")

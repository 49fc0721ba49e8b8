"""Strategic areas with their programmes, and their latest updates."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from heapq import nlargest

from django.db.models import Prefetch

from strategic_areas import progress
from strategic_areas.commitment_states import (
    KnownActivityState,
    StateFamily,
    family_of,
    newest_update,
    recency_of,
    sum_tallies,
)
from strategic_areas.headline import Headline
from strategic_areas.models import (
    Activity,
    Commitment,
    Plan,
    Programme,
    ReportingPeriod,
    StrategicArea,
)
from strategic_areas.models.review import day_of
from strategic_areas.public_paths import public_path
from strategic_areas.queries.pages import delays
from strategic_areas.queries.plan.counted_updates import (
    CountedDeclaration,
    CountedReport,
)
from strategic_areas.queries.plan.plan_progress import PlanProgress
from strategic_areas.queries.plan.progress_rows import (
    CommitmentProgress,
    ReconstructedWork,
    count_states,
    has_public_state,
    headline_of_rows,
    reconstructed_work_of,
)


@dataclass(frozen=True)
class AreaRow:
    area: StrategicArea
    programmes: list[tuple[Programme, list[CommitmentProgress]]]
    counts: progress.StateCounts
    #: None without reconstructed work.
    reconstructed_work: ReconstructedWork | None
    sentence: Headline

    @property
    def rows(self):
        return [row for _programme, rows in self.programmes for row in rows]

    @property
    def tally(self):
        return sum_tallies(row.summary.tally for row in self.rows)

    @property
    def finished(self):
        """
        Completed activities, latest report first.

        Reconstructed ones only if the plan itself states none.
        """
        are_stated_by_plan = bool(self.tally.total)
        rows = [
            row
            for row in self.rows
            if row.commitment.is_stated_by_plan == are_stated_by_plan
        ]
        work = (each for row in rows for each in row.activities)
        completed = [each for each in work if each.work == KnownActivityState.COMPLETED]
        return sorted(
            completed,
            key=lambda each: recency_of(newest_update(each.reports)),
            reverse=True,
        )

    def setbacks(self, today: date) -> list["Setback"]:
        """Commitments late or held back, then those halted or not fulfilled."""
        found = (
            Setback(row, delays.delay_of_commitment(row, today)) for row in self.rows
        )
        return sorted(
            (each for each in found if each.kind), key=lambda each: each.sort_key
        )

    @property
    def has_public_state(self):
        return has_public_state(self.rows)


@dataclass(frozen=True)
class Setback:
    """A commitment that is late, held back, halted or not fulfilled."""

    row: CommitmentProgress
    delay: delays.Delay | None

    @property
    def kind(self):
        """ "late", "held", "unmet" or "" for none of these."""
        if self.delay and self.delay.worst:
            return "late"
        family = family_of(state) if (state := self.row.summary.state) else None
        if self.delay or family == StateFamily.HALTED:
            return "held"
        return "unmet" if family == StateFamily.UNMET else ""

    @property
    def sort_key(self):
        """
        Late ones first, whole commitments before parts, then the longest
        delay.
        """
        days, worst = (self.delay.days, self.delay.worst) if self.delay else (0, 0)
        return ("late", "held", "unmet").index(self.kind), not days, -worst


def areas_of_plan(plan: Plan) -> list[StrategicArea]:
    """The plan's areas in order, with ``programmes`` and ``position`` (from 1)."""
    rows = StrategicArea.objects.filter(plan=plan).order_by("sort_code", "pk")
    by_code = Programme.objects.order_by("sort_code")
    found = list(rows.prefetch_related(Prefetch("programmes", by_code)))
    for position, area in enumerate(found, start=1):
        area.plan, area.position = plan, position
    return found


def area_by_slug(plan: Plan, slug: str) -> StrategicArea | None:
    return next(
        (area for area in areas_of_plan(plan) if slug in {area.slug_es, area.slug_en}),
        None,
    )


def area_rows(
    areas: list[StrategicArea], plan_progress: PlanProgress
) -> tuple[AreaRow, ...]:
    rows_by_programme = defaultdict(list)
    for row in plan_progress.rows:
        rows_by_programme[row.commitment.programme_id].append(row)
    found = []
    for area in areas:
        branches = [
            (each, rows_by_programme[each.pk]) for each in area.programmes.all()
        ]
        rows = [row for _programme, rows in branches for row in rows]
        counts, reconstructed_work = count_states(rows), reconstructed_work_of(rows)
        found.append(
            AreaRow(area, branches, counts, reconstructed_work, headline_of_rows(rows))
        )
    return tuple(found)


MAX_LATEST = 3


@dataclass(frozen=True)
class UpdateListItem:
    update: CountedReport | CountedDeclaration
    subject: Activity | Commitment
    period: ReportingPeriod

    @property
    def agency(self):
        return getattr(self.subject, "agency", None) or self.subject.lead

    @property
    def state(self):
        execution = getattr(self.update, "execution", None)
        return progress.ActivityState(execution) if execution else None

    @property
    def voice(self):
        return getattr(self.update, "voice", None)

    @property
    def is_from_sources(self):
        return not self.update.was_entered

    @property
    def published_on(self):
        return day_of(self.update.published_at)

    @property
    def is_disputed(self):
        return self.is_from_sources and (
            self.update.is_disputed or self.subject.is_disputed
        )

    def get_absolute_url(self, language=None):
        return public_path(
            "update", self.subject.plan.code, self.update.public_id, language=language
        )


def latest_updates(
    plan_progress: PlanProgress, rows: Iterable[CommitmentProgress]
) -> dict[str, list[UpdateListItem]]:
    """
    The latest reports of agencies (``by_agencies``) and the newest updates from public
    sources (``from_sources``).

    Demonstrations are left out.
    """
    periods = {period.pk: period for period in plan_progress.periods}
    entered, from_sources = [], []
    for row in rows:
        for subject, updates in _updates(row):
            for update in updates:
                updates_of_kind = entered if update.was_entered else from_sources
                updates_of_kind.append((update, subject))
    found = {
        "by_agencies": nlargest(
            MAX_LATEST, entered, key=lambda pair: pair[0].published_at
        ),
        "from_sources": nlargest(
            MAX_LATEST, from_sources, key=lambda pair: recency_of(pair[0])
        ),
    }
    return {
        name: [
            UpdateListItem(*pair, periods[pair[0].period_id])
            for pair in updates_of_kind
        ]
        for name, updates_of_kind in found.items()
    }


def _updates(row):
    yield row.commitment, row.declarations
    for each in row.activities:
        yield each.activity, each.reports

"""All public data of one plan, loaded once for every dataset."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, prefetch_related_objects

from agencies.models import Agency
from strategic_areas.models import (
    Commitment,
    Discrepancy,
    Participation,
    Plan,
    ReportingPeriod,
    Source,
    Target,
    TargetLink,
)
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.figures.indicators import IndicatorSeries
from strategic_areas.queries.pages import references
from strategic_areas.queries.pages.references import TargetCommitments
from strategic_areas.queries.plan.plan_progress import PlanProgress, add_rounds
from strategic_areas.queries.plan.plans import opened_rounds, periods_of
from strategic_areas.queries.public_rows import (
    Keys,
    parts_of,
    progress_of_commitments,
    value_key,
    without_revisions_before_withdrawal,
)
from strategic_areas.queries.rounds import ReportingObligation, obligations_in
from strategic_areas.queries.updates import public_updates
from strategic_areas.queries.updates.public_updates import PublishedUpdate

#: The role of a source: it supports the row, or it published the row's number.
RESTS, PRINTED = "rests", "printed"
#: Updates held in memory at once.
AT_ONCE = 2_000


@dataclass(frozen=True)
class PlanReading:
    """
    The public data of one plan on a day, loaded on first use.

    The number of queries grows only with each ``AT_ONCE`` updates; caches are not used.
    ``only`` limits commitments, updates and indicators to these records, including
    superseded ones.
    """

    plan: Plan
    day: date
    only: Keys | None = None

    @cached_property
    def plan_progress(self) -> PlanProgress:
        commitments = self._only(Commitment.objects.filter(plan=self.plan)).values("pk")
        periods = tuple(periods_of(self.plan))
        rows = progress_of_commitments(
            commitments, include_superseded=self.only is not None
        )
        return PlanProgress(self.plan, tuple(rows), periods, self.day)

    def _only(self, rows):
        if self.only is None:
            return rows
        return rows.filter(pk__in=self.only.get(rows.model, ()))

    @cached_property
    def obligations(
        self,
    ) -> Mapping[tuple[Agency, ReportingPeriod], list[ReportingObligation]]:
        rounds = opened_rounds(self.plan_progress.periods, self.day)
        return obligations_in(add_rounds(self.plan_progress, None, rounds), rounds)

    @cached_property
    def participations(self) -> list[Participation]:
        return list(self.plan.participations.select_related("agency"))

    @cached_property
    def revisions(self) -> list[QuerySet]:
        """The public updates of activities and of commitments, as querysets."""
        rows = (public_updates.public_reports(), public_updates.public_declarations())
        own = (self._only(each.filter(plan=self.plan)) for each in rows)
        return [without_revisions_before_withdrawal(each) for each in own]

    def ids_in_updates(self, name: str) -> set[int]:
        """The distinct values of the id column ``name`` in public updates."""
        rows = (each.order_by().values_list(name) for each in self.revisions)
        return {pk for found in rows for (pk,) in found.distinct()}

    def published_updates(
        self, *, is_citing: bool = False
    ) -> Iterator[PublishedUpdate]:
        """
        All public updates, latest first.

        ``is_citing`` limits them to those that may cite a source.
        """
        for rows in self.revisions:
            if is_citing:
                own = rows.model.objects.exclude(sources=None).values("pk")
                rows = rows.filter(~Q(printed_by=None) | Q(pk__in=own))
            rows = rows.order_by("-period__ends_on", "-pk")
            for some in Paginator(rows, AT_ONCE, allow_empty_first_page=False):
                yield from public_updates.build_published_updates(some)

    @cached_property
    def indicators(self) -> tuple[IndicatorSeries, ...]:
        """
        Indicators that the plan introduced, set a target for, or measures a target by.
        """
        own = Q(introduced_by=self.plan)
        for model in (Target, TargetLink):
            named = model.objects.filter(plan=self.plan).exclude(indicator=None)
            own |= Q(pk__in=named.values("indicator"))
        rows = indicators.public_indicators()
        return indicators.load_series(
            rows.filter(own) if self.only is None else self._only(rows), in_full=True
        )

    @cached_property
    def targets(self) -> list[TargetCommitments]:
        """International targets and recommendations, with the commitments for each."""
        return references.targets_and_recommendations(self.plan_progress)

    @cached_property
    def discrepancies(self) -> list[Discrepancy]:
        return list(indicators.public_discrepancies().filter(plan=self.plan))

    @cached_property
    def citations(self) -> list[tuple[str, str, Source, str]]:
        """Tuples of dataset, row key, cited source and its role."""
        records = {
            "plans": list(Plan.objects.filter(pk=self.plan.pk)),
            "agencies": self.participations,
            "commitments": [row.commitment for row in self.plan_progress.rows],
            "activities": [each.activity for each in self.plan_progress.activities],
            "indicators": [line.indicator for line in self.indicators],
            "targets": [each.target for each in self.targets if each.target.body],
            "discrepancies": self.discrepancies,
        }
        for rows in records.values():
            prefetch_related_objects(rows, "sources")
        updates = list(self.published_updates(is_citing=True))
        points = [
            (value_key(line.indicator, point), point)
            for line in self.indicators
            for point in line.points
        ]
        found = [
            *(
                (
                    dataset,
                    each.agency.slug if dataset == "agencies" else each.code,
                    source,
                )
                for dataset, rows in records.items()
                for each in rows
                for source in each.sources.all()
            ),
            *(
                ("reports", update.public_id, source)
                for update in updates
                for source in update.sources
            ),
            *(
                ("values", key, source)
                for key, point in points
                for source in point.sources
            ),
        ]
        printed = [
            *(
                ("reports", update.public_id, update.printed_by)
                for update in updates
                if not update.purged_on
            ),
            *(("values", key, point.printed_by) for key, point in points),
            *(
                ("breakdowns", part, cell.printed_by)
                for key, point in points
                for part, _breakdown, cell in parts_of(key, point)
            ),
        ]
        found = [(*row, RESTS) for row in found] + [(*row, PRINTED) for row in printed]
        sources = Source.objects.select_related("plan").in_bulk(
            {source.pk for *_row, source, _role in found if source}
        )
        return [
            (*row, sources[source.pk], role) for *row, source, role in found if source
        ]

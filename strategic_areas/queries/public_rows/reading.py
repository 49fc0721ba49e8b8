"""All that the public reads of one plan, read once for every dataset."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Q

from strategic_areas.models import Commitment, Plan, Target, TargetLink
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.figures.indicators import IndicatorLine
from strategic_areas.queries.pages import references
from strategic_areas.queries.pages.references import TargetCommitments
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.plans import periods_of
from strategic_areas.queries.public_rows import not_taken_back, standing
from strategic_areas.queries.updates import record
from strategic_areas.queries.updates.record import Entry

#: How many accounts are held in memory as records at once.
AT_ONCE = 2_000


@dataclass(frozen=True)
class Reading:
    """
    One plan as the public reads it on a day.

    Each part is read when it is first asked for, in a number of queries that does not
    grow but with each ``AT_ONCE`` accounts. Nothing that is kept in memory is read.
    """

    plan: Plan
    day: date

    @cached_property
    def board(self) -> Board:
        """Every standing commitment and activity, as the pages count them."""
        own = Commitment.objects.filter(plan=self.plan).values("pk")
        periods = tuple(periods_of(self.plan))
        return Board(self.plan, tuple(standing(own)), periods, self.day)

    def accounts(self) -> Iterator[Entry]:
        """All that is or was public of reports and declarations, the latest first."""
        for read in (record.updates, record.declarations):
            rows = not_taken_back(read().filter(plan=self.plan))
            for some in Paginator(rows.order_by("-period__ends_on", "-pk"), AT_ONCE):
                yield from record.entries(some)

    @cached_property
    def indicators(self) -> tuple[IndicatorLine, ...]:
        """Those that the plan introduced, set a value for, or measures a target by."""
        own = Q(introduced_by=self.plan)
        for model in (Target, TargetLink):
            named = model.objects.filter(plan=self.plan).exclude(indicator=None)
            own |= Q(pk__in=named.values("indicator"))
        return indicators.lines(indicators.public().filter(own), in_full=True)

    @cached_property
    def targets(self) -> list[TargetCommitments]:
        """International targets, and what bodies ask, with what responds to each."""
        asked = references.asked_of_country(self.board)
        return [*references.targets_of_plan(self.board), *asked]

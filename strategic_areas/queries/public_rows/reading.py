"""All that the public reads of one plan, read once for every dataset."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import Q

from strategic_areas.models import (
    Activity,
    Plan,
    Programme,
    StrategicArea,
    Target,
    TargetLink,
)
from strategic_areas.queries.figures import indicators
from strategic_areas.queries.figures.indicators import IndicatorLine
from strategic_areas.queries.pages import references
from strategic_areas.queries.pages.references import TargetCommitments
from strategic_areas.queries.plan import board
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.public_rows import not_taken_back
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
        found = board.read(self.plan, self.day)
        # A board has few columns of its activities; the others are read at once here.
        every = (each.attname for each in Activity._meta.concrete_fields)
        others = [name for name in every if name not in board.LISTED]
        rows = Activity.objects.standing().rewrite(False).filter(plan=self.plan)
        known = {pk: values for pk, *values in rows.values_list("pk", *others)}
        for row in found.activities:
            told = known.get(row.activity.pk, ())
            vars(row.activity).update(zip(others, told, strict=False))
        return found

    @cached_property
    def areas(self) -> list[StrategicArea]:
        return list(self.plan.areas.order_by("sort_code", "pk"))

    @cached_property
    def programmes(self) -> list[Programme]:
        rows = self.plan.programmes.select_related("area__plan")
        return list(rows.order_by("sort_code", "pk"))

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
    def planned_values(self) -> list[Target]:
        """The values that the plan sets for indicators."""
        rows = Target.objects.filter(plan=self.plan)
        return list(rows.order_by("indicator__sort_code", "starts_on", "ends_on"))

    @cached_property
    def targets(self) -> list[TargetCommitments]:
        """International targets, and what bodies ask, with what responds to each."""
        asked = references.asked_of_country(self.board)
        return [*references.targets_of_plan(self.board), *asked]

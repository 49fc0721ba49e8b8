"""All that the public reads of one plan, read once for every dataset."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from strategic_areas.models import Plan
from strategic_areas.queries.plan import board
from strategic_areas.queries.plan.rows import CommitmentRow


@dataclass(frozen=True)
class Reading:
    """
    One plan as the public reads it on a day.

    Each part is read when it is first asked for, in a number of queries that does not
    grow. Nothing that is kept in memory is read.
    """

    plan: Plan
    day: date

    @cached_property
    def commitments(self) -> tuple[CommitmentRow, ...]:
        """Every standing commitment with its activities, as the pages count them."""
        return board.read(self.plan, self.day).rows

    @property
    def is_reconstructed(self) -> bool:
        return any(not row.commitment.is_official for row in self.commitments)

"""What differs in a plan between a past day of which a page tells and today."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from strategic_areas.models import Commitment
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.rows import CommitmentRow


class Kind(StrEnum):
    """What became of a commitment since."""

    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True)
class Difference:
    """A commitment as it stood then and as it stands now; None where it did not."""

    then: CommitmentRow | None
    now: CommitmentRow | None

    @property
    def kind(self) -> Kind:
        if self.then is None:
            return Kind.NEW
        return Kind.GONE if self.now is None else Kind.CHANGED

    @property
    def commitment(self) -> Commitment:
        return (self.now or self.then).commitment


@dataclass(frozen=True)
class Differences:
    """The commitments that differ, in the plan's order; ``compared`` counts all."""

    compared: int
    rows: tuple[Difference, ...]

    def count(self, kind: Kind) -> int:
        return sum(each.kind == kind for each in self.rows)

    @property
    def changed(self):
        return self.count(Kind.CHANGED)

    @property
    def new(self):
        return self.count(Kind.NEW)

    @property
    def gone(self):
        return self.count(Kind.GONE)


def since(then: Board, about=None) -> Differences:
    """
    What differs today from a board of the past; no query.

    ``about`` takes a row and tells whether the page is about it.
    """
    return compare(_kept(then.rows, about), _kept(then.now.rows, about))


def _kept(rows, about):
    return [row for row in rows if about is None or about(row)]


def compare(then: Iterable[CommitmentRow], now: Iterable[CommitmentRow]) -> Differences:
    before = {row.commitment.pk: row for row in then}
    after = {row.commitment.pk: row for row in now}
    pairs = [Difference(before.get(pk), after.get(pk)) for pk in {**before, **after}]
    found = [each for each in pairs if _differs(each)]
    found.sort(key=lambda each: each.commitment.sort_code)
    return Differences(len(pairs), tuple(found))


def _differs(each):
    if each.then is None or each.now is None:
        return True
    return _shown(each.then) != _shown(each.now)


def _shown(row):
    """What pages tell of a commitment that may differ."""
    commitment, standing = row.commitment, row.standing
    return (
        (commitment.title_es, commitment.lead_id, commitment.due_on),
        (standing.state, standing.tally, standing.percent),
        row.records,
    )

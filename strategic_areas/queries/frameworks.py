"""Which commitments of a plan answer which international target, and how they stand."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F

from strategic_areas.labels import FAMILIES
from strategic_areas.models import (
    Commitment,
    FrameworkTarget,
    Plan,
    StrategicArea,
    TipTier,
)
from strategic_areas.progress import State
from strategic_areas.queries import catalogue
from strategic_areas.queries.board import Board, CommitmentRow
from strategic_areas.queries.sources import LINE, SourceLine


@dataclass(frozen=True)
class Answered:
    """One target; ``rows`` by their state, in the order of the legend."""

    target: FrameworkTarget
    by_state: tuple[tuple[State, tuple[CommitmentRow, ...]], ...]

    @property
    def total(self):
        return sum(len(rows) for _, rows in self.by_state)

    @property
    def disputed(self):
        """Of how many the agency that leads says that it does not acknowledge them."""
        return sum(
            row.commitment.is_disputed for _, rows in self.by_state for row in rows
        )


@dataclass(frozen=True)
class Family:
    code: str
    targets: tuple[Answered, ...]


@dataclass(frozen=True)
class Tier:
    """The rating of one yearly report, with what says so."""

    tier: TipTier
    sources: tuple[SourceLine, ...]


def of_plan(board: Board) -> tuple[Family, ...]:
    """Every target by its family, also what no commitment answers; two queries."""
    rows = {row.commitment.pk: row for row in board.rows}
    answers, families = defaultdict(list), defaultdict(list)
    # Asked for by the plan: joined to the targets, every other plan's came along.
    pairs = Commitment.frameworks.through.objects.filter(commitment__plan=board.plan)
    for target, commitment in pairs.values_list("frameworktarget", "commitment"):
        if commitment in rows:
            answers[target].append(rows[commitment])
    for target in FrameworkTarget.objects.order_by(
        "family", F("year").desc(nulls_last=True), "sort_code", "code"
    ):
        answered = Answered(target, _by_state(answers[target.pk]))
        families[target.family].append(answered)
    return tuple(Family(code, tuple(families[code])) for code in _ordered(families))


def of_area(area: StrategicArea, board: Board) -> tuple[Answered, ...]:
    """The targets that commitments of one area answer, by family; one query."""
    targets, answers = catalogue.targets_of(board)
    rows = defaultdict(list)
    for row in board.rows:
        if row.commitment.programme.area_id == area.pk:
            for code in answers.get(row.commitment.pk, ()):
                rows[code].append(row)
    return tuple(
        Answered(target, _by_state(rows[code]))
        for family in _ordered({target.family for target in targets.values()})
        for code, target in targets.items()
        if target.family == family and rows[code]
    )


def _by_state(rows: Iterable[CommitmentRow]):
    found = defaultdict(list)
    for row in rows:
        found[row.standing.state].append(row)
    for each in found.values():
        each.sort(key=lambda row: row.commitment.sort_code)
    return tuple((state, tuple(found[state])) for state in State if found[state])


def _ordered(families):
    """Those that are known first, as readers ask for them."""
    known = [code for code in FAMILIES if code in families]
    return [*known, *sorted(set(families) - set(known))]


def tiers(plan: Plan) -> tuple[Tier, ...]:
    """The ratings that the plan's file holds, the latest first; one query."""
    named = {f"source_{name}": F(f"sources__{name}") for name in LINE}
    rows = TipTier.objects.filter(plan=plan).annotate(**named)
    found, tiers = defaultdict(list), {}
    for row in rows.order_by("-report_year", "sources__key"):
        tiers.setdefault(row.pk, row)
        if row.source_title is not None:
            values = [getattr(row, f"source_{name}") for name in LINE]
            found[row.pk].append(SourceLine(*values))
    return tuple(Tier(row, tuple(found[row.pk])) for row in tiers.values())

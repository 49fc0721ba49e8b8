"""What a plan answers to and rests on: targets, ratings, laws, sources and terms."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F

from strategic_areas.labels import FAMILIES
from strategic_areas.models import (
    Commitment,
    FrameworkTarget,
    LaterActivity,
    LegalInstrument,
    Plan,
    StrategicArea,
    Term,
    TipTier,
)
from strategic_areas.queries.pages import catalogue
from strategic_areas.queries.plan.board import Board
from strategic_areas.queries.plan.rows import CommitmentRow
from strategic_areas.queries.updates import sources
from strategic_areas.states import CommitmentState


@dataclass(frozen=True)
class Answered:
    """
    One target; ``rows`` by their state, in the order of the legend.

    Reconstructed ones have none and come last.
    """

    target: FrameworkTarget
    by_state: tuple[tuple[CommitmentState | None, tuple[CommitmentRow, ...]], ...]

    @property
    def total(self):
        return sum(len(rows) for _, rows in self.by_state)

    @property
    def disputed(self):
        """How many of the commitments their lead agency does not acknowledge."""
        return sum(
            row.commitment.is_disputed for _, rows in self.by_state for row in rows
        )


@dataclass(frozen=True)
class Family:
    code: str
    targets: tuple[Answered, ...]


def targets_of_plan(board: Board) -> tuple[Family, ...]:
    """Every target by its family, answered or not; two queries."""
    rows = {row.commitment.pk: row for row in board.rows}
    answers, families = defaultdict(list), defaultdict(list)
    # Read by the plan: a join to the targets would bring those of every other plan.
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


def targets_of_area(area: StrategicArea, board: Board) -> tuple[Answered, ...]:
    """The targets that the commitments of one area answer; one query."""
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
    return tuple(
        (state, tuple(found[state]))
        for state in [*CommitmentState, None]
        if found[state]
    )


def _ordered(families):
    """The families in the order in which readers ask for them; unknown ones last."""
    known = [code for code in FAMILIES if code in families]
    return [*known, *sorted(set(families) - set(known))]


def tiers(plan: Plan):
    """The ratings that the plan's file holds, the latest first, with their sources."""
    rows = TipTier.objects.filter(plan=plan).order_by("-report_year")
    return rows.prefetch_related(sources.by_key())


def legal_base():
    """Laws, decrees and bills, the oldest first, with their sources."""
    return LegalInstrument.objects.prefetch_related(sources.by_key())


def later_activities(plan: Plan) -> list[LaterActivity]:
    """Work after the plan's end that carries it on, the latest first."""
    rows = (
        LaterActivity.objects.filter(plan=plan)
        .select_related("agency", "programme", "commitment__plan")
        .prefetch_related("places", sources.by_key())
    )
    return sorted(rows, key=lambda each: -(each.year or 0))


def public_terms() -> tuple[Term, ...]:
    """The terms of every public plan; of two with one code, that of the latest plan."""
    rows = Term.objects.filter(plan__in=Plan.objects.public())
    found = {}
    for term in rows.order_by("-plan__starts_on", "plan__code", "sort_code"):
        found.setdefault(term.anchor, term)
    return tuple(found.values())

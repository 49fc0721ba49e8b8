"""A plan's commitments by what a reader asks for: sifted, counted and sorted."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from agencies.folding import fold
from strategic_areas import progress
from strategic_areas.models import Commitment, FrameworkTarget
from strategic_areas.queries.plan.board import Board, CommitmentRow, count_rows
from strategic_areas.queries.plan.facets import Facet, Item, sift

#: What a reader may ask for; "q" are words.
FILTERS = (
    "q",
    "area",
    "programme",
    "agency",
    "state",
    "punctuality",
    "framework",
)
#: Values that are good to ask for even where nothing has them.
WORDS = {
    "state": frozenset(map(str, progress.State)),
    "punctuality": frozenset(map(str, progress.Punctuality)),
}
SORTS = ("code", "title", "area", "state", "agency", "due")


@dataclass(frozen=True)
class Catalogue:
    """The commitments asked for, in the order asked for, and what else there is."""

    board: Board
    rows: tuple[CommitmentRow, ...]
    facets: Mapping[str, Facet]
    #: By code; those with a commitment that answers them.
    targets: Mapping[str, FrameworkTarget]
    #: Commitment id → the codes of the targets that it answers.
    answers: Mapping[int, frozenset[str]]

    @property
    def counts(self) -> progress.Counts:
        return count_rows(self.rows)

    @property
    def is_unknown(self) -> bool:
        """Some value was asked for that no commitment of the plan can have."""
        return any(
            facet.is_unknown and facet.asked not in WORDS.get(name, ())
            for name, facet in self.facets.items()
            if name != "q"
        )


def load(board: Board, asked: Mapping[str, str], sort: str = "code") -> Catalogue:
    """
    ``asked`` maps names of ``FILTERS`` to values; one query.

    ``sort`` is one of ``SORTS``, with "-" before it to turn it round. What has no value
    to sort by comes last either way.
    """
    targets, answers = targets_of(board)
    items = [Item(row, _values(row, answers, asked.get("q", ""))) for row in board.rows]
    rows, facets = sift(items, asked, FILTERS)
    return Catalogue(board, tuple(ordered(rows, sort)), facets, targets, answers)


def targets_of(board: Board):
    """Targets by code, and commitment id → the codes that it answers; one query."""
    pairs = Commitment.frameworks.through.objects.filter(commitment__plan=board.plan)
    targets, answers = {}, defaultdict(set)
    for pair in pairs.select_related("frameworktarget").order_by(
        "frameworktarget__family", "frameworktarget__sort_code"
    ):
        target = targets.setdefault(pair.frameworktarget.code, pair.frameworktarget)
        answers[pair.commitment_id].add(target.code)
    return targets, {pk: frozenset(codes) for pk, codes in answers.items()}


def _values(row, answers, words):
    commitment, standing = row.commitment, row.standing
    return {
        "q": frozenset({words} if words and matches(row, words) else ()),
        "area": frozenset({commitment.programme.area.code}),
        "programme": frozenset({commitment.programme.code}),
        "agency": frozenset({commitment.lead.slug}),
        "state": frozenset({str(standing.state)}),
        "punctuality": frozenset(filter(None, [standing.punctuality])),
        "framework": answers.get(commitment.pk, frozenset()),
    }


def matches(row: CommitmentRow, words: str) -> bool:
    """Whether every word stands in a text of the commitment or of its activities."""
    commitment, lead = row.commitment, row.commitment.lead
    texts = [
        commitment.code,
        commitment.title_es,
        commitment.title_en,
        commitment.expected_result_es,
        commitment.expected_result_en,
        lead.acronym,
        lead.name_es,
        lead.name_en,
    ]
    for each in row.activities:
        texts += [each.activity.title_es, each.activity.title_en]
    text = fold(" ".join(filter(None, texts)))
    return all(word in text for word in fold(words).split())


STATES = {state: place for place, state in enumerate(progress.State)}
KEYS = {
    "code": lambda row: row.commitment.sort_code,
    "title": lambda row: fold(row.commitment.title),
    "area": lambda row: row.commitment.programme.sort_code,
    "state": lambda row: STATES[row.standing.state],
    "agency": lambda row: fold(row.commitment.lead.acronym),
    "due": lambda row: row.deadline.due_on if row.deadline.is_stated else None,
}


def ordered(rows: list[CommitmentRow], sort: str) -> list[CommitmentRow]:
    """By one of ``SORTS``; equals in the order of the plan."""
    key, is_descending = KEYS[sort.removeprefix("-")], sort.startswith("-")
    rows = sorted(rows, key=KEYS["code"])
    known = [row for row in rows if key(row) is not None]
    unknown = [row for row in rows if key(row) is None]
    return sorted(known, key=key, reverse=is_descending) + unknown


def due_day(row: CommitmentRow) -> date | None:
    """The due date that somebody states."""
    return KEYS["due"](row)

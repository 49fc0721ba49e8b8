"""The filtered, counted and sorted list of a plan's commitments."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agencies.folding import fold
from agencies.models import Agency
from strategic_areas import progress
from strategic_areas.commitment_states import CommitmentState, StateFamily, family_of
from strategic_areas.models import Commitment, FrameworkTarget
from strategic_areas.queries.plan import past_states
from strategic_areas.queries.plan.facets import (
    Facet,
    FilterableRecord,
    apply_filters,
    has_unknown_value,
)
from strategic_areas.queries.plan.plan_progress import PlanProgress
from strategic_areas.queries.plan.plans import opened_rounds
from strategic_areas.queries.plan.progress_rows import (
    CommitmentProgress,
    count_states,
    reconstructed_work_of,
)
from strategic_areas.themes import Theme

#: The filters; "q" is free text.
FILTERS = (
    "q",
    "area",
    "programme",
    "agency",
    "family",
    "state",
    "punctuality",
    "framework",
    "changed",
    "theme",
)
#: Values of filters that are valid even if no commitment has them.
ALWAYS_VALID = {
    "family": frozenset(map(str, StateFamily)),
    "state": frozenset(map(str, CommitmentState)),
    "theme": frozenset(Theme),
    "punctuality": frozenset(map(str, progress.Punctuality)),
}
#: Orders that group by area.
BY_AREA = ("code", "area")
SORTS = ("code", "title", "area", "state", "work", "agency", "due")


@dataclass(frozen=True)
class CommitmentList:
    """The matching commitments in order, and the counts of the filters."""

    plan_progress: PlanProgress
    rows: tuple[CommitmentProgress, ...]
    facets: Mapping[str, Facet]
    #: Answered targets by code.
    targets: Mapping[str, FrameworkTarget]
    #: Codes of answered targets by commitment id.
    answers: Mapping[int, frozenset[str]]
    #: By commitment id, its lead and then its supporting agencies.
    agencies_of: Mapping[int, Sequence[Agency]]

    @property
    def counts(self) -> progress.StateCounts:
        return count_states(self.rows)

    @property
    def late(self) -> int:
        return sum(row.is_late for row in self.rows)

    @property
    def reconstructed_work(self):
        return reconstructed_work_of(self.rows)

    @property
    def has_unknown_filter(self) -> bool:
        """Whether a value was requested that no commitment of the plan can have."""
        facets = {name: each for name, each in self.facets.items() if name != "q"}
        rounds = {"changed": {each.code for each in self.plan_progress.periods}}
        return has_unknown_value(facets, ALWAYS_VALID | rounds)


def load_commitment_list(
    plan_progress: PlanProgress, wanted: Mapping[str, str], sort: str = "code"
) -> CommitmentList:
    """
    The commitments that match the filters; three queries.

    ``wanted`` maps ``FILTERS`` to values; ``sort`` is one of ``SORTS``, descending with
    a leading "-".
    """
    targets, answers = targets_by_commitment(plan_progress)
    agencies_of = _agencies_of(plan_progress)
    changed = _changed(plan_progress, wanted.get("changed", ""))
    items = [
        FilterableRecord(
            row, _values(row, answers, agencies_of, changed, wanted.get("q", ""))
        )
        for row in plan_progress.rows
    ]
    rows, facets = apply_filters(items, wanted, FILTERS)
    found = tuple(sort_commitments(rows, sort))
    return CommitmentList(plan_progress, found, facets, targets, answers, agencies_of)


def targets_by_commitment(plan_progress: PlanProgress):
    """
    Targets by code, and the codes of targets by commitment id.

    Recommendations of bodies are left out: they have pages of their own.
    """
    pairs = Commitment.frameworks.through.objects.filter(
        commitment__plan=plan_progress.plan, frameworktarget__body=""
    )
    targets, answers = {}, defaultdict(set)
    for pair in pairs.select_related("frameworktarget").order_by(
        "frameworktarget__family", "frameworktarget__sort_code"
    ):
        target = targets.setdefault(pair.frameworktarget.code, pair.frameworktarget)
        answers[pair.commitment_id].add(target.code)
    return targets, {pk: frozenset(codes) for pk, codes in answers.items()}


def _agencies_of(plan_progress):
    pairs = Commitment.supporting.through.objects.filter(
        commitment__plan=plan_progress.plan
    )
    pairs = list(pairs.values_list("commitment", "agency"))
    agencies = Agency.objects.in_bulk({agency for _commitment, agency in pairs})
    found = {row.commitment.pk: [row.commitment.lead] for row in plan_progress.rows}
    for commitment, agency in pairs:
        if commitment in found:
            found[commitment].append(agencies[agency])
    return found


def _changed(plan_progress, code):
    rounds = opened_rounds(plan_progress.periods, plan_progress.day)
    period = next((each for each in rounds if each.code == code), None)
    rows = (
        past_states.commitments_changed_since(plan_progress, period) if period else ()
    )
    return {row.commitment.pk: frozenset({code}) for row in rows}


def _values(row, answers, agencies_of, changed, words):
    commitment, summary = row.commitment, row.summary
    state = summary.state
    return {
        "q": frozenset({words} if words and matches_words(row, words) else ()),
        "area": frozenset({commitment.programme.area.code}),
        "programme": frozenset({commitment.programme.code}),
        "agency": frozenset(each.slug for each in agencies_of[commitment.pk]),
        "family": frozenset({family_of(state)} if state else ()),
        "state": frozenset({state} if state else ()),
        "punctuality": frozenset(filter(None, [summary.punctuality])),
        "framework": answers.get(commitment.pk, frozenset()),
        "changed": changed.get(commitment.pk, frozenset()),
        "theme": frozenset(row.themes),
    }


def matches_words(row: CommitmentProgress, words: str) -> bool:
    """Whether every word occurs in a text of the commitment or of its activities."""
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


FAMILY_ORDER, STATE_ORDER = list(StateFamily), list(CommitmentState)


def _state_place(row):
    """Sort key; reconstructed work sorts by the year of its last update."""
    if row.reconstructed_work:
        year = row.reconstructed_work.last_year
        return year and (year,)
    state = row.summary.state
    return FAMILY_ORDER.index(family_of(state)), STATE_ORDER.index(state)


SORT_KEYS = {
    "code": lambda row: row.commitment.sort_code,
    "title": lambda row: fold(row.commitment.title),
    "area": lambda row: row.commitment.programme.sort_code,
    "state": _state_place,
    "work": lambda row: len(row.activities),
    "agency": lambda row: fold(row.commitment.lead.acronym),
    "due": lambda row: row.deadline.due_on if row.deadline.is_stated else None,
}


def sort_commitments(
    rows: list[CommitmentProgress], sort: str
) -> list[CommitmentProgress]:
    """Rows sorted by one of ``SORTS``; rows without a value come last either way."""
    key, is_descending = SORT_KEYS[sort.removeprefix("-")], sort.startswith("-")
    rows = sorted(rows, key=SORT_KEYS["code"])
    known = [row for row in rows if key(row) is not None]
    unknown = [row for row in rows if key(row) is None]
    return sorted(known, key=key, reverse=is_descending) + unknown

"""
Editions: the content of one, the differences of two, and the one that holds a day.
"""

import re
from collections import Counter, defaultdict, namedtuple
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from types import SimpleNamespace

from strategic_areas.commitment_states import CommitmentState, family_of
from strategic_areas.datasets import DATASETS
from strategic_areas.datasets.columns import DataColumn, Dataset, GapReason
from strategic_areas.datasets.editions import WITH_THE_DAY, datasets_of, snapshot_of
from strategic_areas.datasets.file_cache import FILE_CACHE, current_version
from strategic_areas.datasets.snapshots import take_snapshot
from strategic_areas.models import Edition, Plan
from strategic_areas.progress import StateCounts
from strategic_areas.queries.public_rows import (
    RowDifference,
    RowsByDataset,
    row_differences,
)

#: Columns of a round that become dates.
DAYS = ("starts_on", "ends_on")
#: The tables of a plan, and the declarations of their datasets.
PlanTables = tuple[RowsByDataset, Mapping[str, Dataset]]


def editions_by_plan(plans: Iterable[Plan]) -> dict[str, list[Edition]]:
    """
    Editions by plan code, latest number first; one query.

    Editions from which a removal failed are left out.
    """
    found = Edition.objects.filter(plan__in=plans, is_moving=False).select_related(
        "plan", "period", "corrects"
    )
    by_plan = defaultdict(list)
    for each in sorted(found, key=_place, reverse=True):
        by_plan[each.plan.code].append(each)
    return by_plan


def editions_of(plan: Plan) -> list[Edition]:
    return editions_by_plan([plan])[plan.code]


def _place(edition):
    return [int(part) for part in re.split(r"[-.]", edition.number)]


def edition_by_round(plan: Plan) -> dict[int, Edition]:
    """The last correction of the edition of each closed round, by round id."""
    return {each.period_id: each for each in reversed(editions_of(plan))}


@dataclass(frozen=True)
class DatasetDifference:
    """
    The changes of one dataset, with its former (``had``) and present (``has``) row
    count.

    If only one side has the dataset, the other count is None and ``rows`` is empty.
    ``new`` and ``former`` are columns that only one side has.
    """

    dataset: Dataset
    had: int | None
    has: int | None
    rows: tuple[RowDifference, ...]
    new: tuple[DataColumn, ...]
    former: tuple[DataColumn, ...]

    @property
    def has_moved(self):
        return bool(self.rows) or (self.had is None) != (self.has is None)

    @property
    def numbers(self):
        """The numbers of rows added, changed and gone."""
        found = Counter(each.kind for each in self.rows)
        return [found[kind] for kind in ("added", "changed", "gone")]


def edition_differences(
    plan: Plan, earlier: Edition | None, later: Edition | None = None
) -> list[DatasetDifference]:
    """The differences of an earlier edition from a later one, or from today."""
    now = None if later else current_version()
    return _differences(plan.pk, _key(earlier), _key(later), now)


def _key(edition):
    return edition and (edition.pk, bytes(edition.random))


@lru_cache(maxsize=16)
def _differences(plan, earlier, later, now):
    after = _kept(later) if later else (_today(plan, now), DATASETS)
    return compare_tables(_kept(earlier) if earlier else ({}, {}), after)


def tables_of(plan: Plan, edition: Edition | None) -> PlanTables:
    """The tables of an edition, or of today without one."""
    if edition:
        return _kept(_key(edition))
    return _today(plan.pk, current_version()), DATASETS


def _today(pk, now):
    plan = Plan.objects.get(pk=pk)
    files = FILE_CACHE.at_hand(plan)
    is_current = files and files.label == now
    return files.tables if is_current else take_snapshot(plan).tables


def _kept(key):
    edition = Edition.objects.get(pk=key[0])
    return snapshot_of(edition).tables, datasets_of(edition)


def compare_tables(before: PlanTables, after: PlanTables) -> list[DatasetDifference]:
    """The differences of two states of a plan, by dataset."""
    (old, had), (new, has) = before, after
    rows = {name: [] for name in had.keys() & has.keys()}
    for each in row_differences(
        *({name: of[name] for name in rows} for of in (old, new))
    ):
        told = _withheld(has[each.dataset], each)
        if {name for name, *_cells in told.columns} - {WITH_THE_DAY}:
            rows[each.dataset].append(told)
    return [
        DatasetDifference(
            has[name] if name in has else had[name],
            len(old[name]) if name in had else None,
            len(new[name]) if name in has else None,
            tuple(rows.get(name, ())),
            _lacking(has, had, name),
            _lacking(had, has, name),
        )
        for name in {**has, **had}
    ]


def _lacking(one, other, name):
    names = {each.name for each in other[name].columns} if name in other else ()
    told = one[name].columns if name in one and name in other else ()
    return tuple(each for each in told if each.name not in names)


def _withheld(dataset, changed):
    if changed.kind != "changed":
        return changed
    now = changed.after
    hidden = {
        each.name
        for each in dataset.columns
        if now.get(each.name) is None
        and (now.get("withdrawn_on") or gap_of(each, now) == GapReason.PROTECTED)
    }
    before = {name: cell for name, cell in changed.before.items() if name not in hidden}
    return replace(changed, before=before)


def gap_of(column: DataColumn, row: Mapping) -> GapReason | None:
    return row.get(f"{column.name}_gap") or column.gap


#: Commitments whose state differs, as triples of row, old and new state (None if it was
#: or is not in the plan). ``apart`` changed their family, ``alike`` did not.
StateChanges = namedtuple("StateChanges", "number apart alike")


def state_changes(rows: tuple[RowDifference, ...]) -> StateChanges:
    found = {True: [], False: []}
    for each in rows:
        old, new = _state(each.before), _state(each.after)
        if old != new:
            is_apart = not (old and new) or family_of(old) != family_of(new)
            found[is_apart].append((SimpleNamespace(**each.row), old, new))
    return StateChanges(sum(map(len, found.values())), found[True], found[False])


def _state(row):
    return CommitmentState(row["state"]) if row and row["state"] else None


#: What an edition tells, all of it from its rows: ``counts`` are those of its number of
#: ``commitments`` by state, None of a reconstruction, ``each`` with its state. Its
#: round asked so many agencies, of which so many were ``heard``; those ``missing``
#: handed in nothing. ``pages`` are the addresses, by dataset and key, of rows from
#: which something was withdrawn.
EditionPage = namedtuple(
    "EditionPage", "plan period commitments counts each asked heard missing pages"
)


def load_edition_page(edition: Edition) -> EditionPage:
    return _told(*_key(edition), edition.period and edition.period.code)


@lru_cache(maxsize=32)
def _told(pk, _random, code):
    edition = Edition.objects.select_related("plan").get(pk=pk)
    kept = snapshot_of(edition)
    tables = defaultdict(dict, kept.tables)
    numbers = Counter(_state(row) for row in tables["commitments"].values())
    by_state = tuple((state, numbers[state]) for state in CommitmentState)
    period = tables["rounds"].get(code)
    days = {name: date.fromisoformat(period[name]) for name in DAYS} if period else {}
    asked = [row for row in tables["scorecards"].values() if row["round"] == code]
    missing = [row for row in asked if not row["handed_in"]]
    return EditionPage(
        SimpleNamespace(**tables["plans"].get(kept.plan, vars(kept))),
        SimpleNamespace(**period | days) if period else None,
        numbers.total(),
        None if numbers[None] else StateCounts(numbers.total(), by_state),
        [
            (SimpleNamespace(**row), _state(row))
            for row in tables["commitments"].values()
        ],
        len(asked),
        len(asked) - len(missing),
        [SimpleNamespace(**tables["agencies"][row["agency"]]) for row in missing],
        {
            (name, key): url
            for note in edition.withdrawn
            for name, key in note["rows"]
            if (url := tables[name].get(key, {}).get("address"))
        },
    )

"""Editions: the content of one, and the differences of two."""

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
from strategic_areas.datasets.editions import DAYS_LATE, datasets_of, snapshot_of
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

    Locked ones are left out: those being written, and those from which hidden content
    could not be removed.
    """
    found = Edition.objects.filter(plan__in=plans, is_locked=False).select_related(
        "plan", "period", "corrects"
    )
    by_plan = defaultdict(list)
    for each in sorted(found, key=_number_parts, reverse=True):
        by_plan[each.plan.code].append(each)
    return by_plan


def editions_of(plan: Plan) -> list[Edition]:
    return editions_by_plan([plan])[plan.code]


def _number_parts(edition):
    return [int(part) for part in re.split(r"[-.]", edition.number)]


def edition_by_round(plan: Plan) -> dict[int, Edition]:
    """The edition of each round that has one, as last corrected, by round id."""
    return {
        each.period_id: each for each in reversed(editions_of(plan)) if each.period_id
    }


@dataclass(frozen=True)
class DatasetDifference:
    """
    The changes of one dataset between two states of a plan.

    ``count_before`` and ``count_after`` are the numbers of rows, None if that state
    lacks the dataset; then ``rows`` is empty. ``added_columns`` and
    ``removed_columns`` are those that only one state has.
    """

    dataset: Dataset
    count_before: int | None
    count_after: int | None
    rows: tuple[RowDifference, ...]
    added_columns: tuple[DataColumn, ...]
    removed_columns: tuple[DataColumn, ...]

    @property
    def has_changed(self):
        return bool(self.rows) or None in (self.count_before, self.count_after)

    @property
    def numbers(self):
        """The numbers of rows added, changed and gone."""
        found = Counter(each.kind for each in self.rows)
        return [found[kind] for kind in ("added", "changed", "gone")]


def edition_differences(
    plan: Plan, earlier: Edition | None, later: Edition | None = None
) -> list[DatasetDifference]:
    """The differences of an earlier edition from a later one, or from today."""
    version = None if later else current_version()
    return _differences(plan.pk, _cache_key(earlier), _cache_key(later), version)


def _cache_key(edition):
    """Its id, and a nonce that changes when something is removed from it."""
    return edition and (edition.pk, bytes(edition.nonce))


@lru_cache(maxsize=16)
def _differences(plan, earlier, later, version):
    later_tables = _stored_tables(later) if later else (_today(plan, version), DATASETS)
    return compare_tables(
        _stored_tables(earlier) if earlier else ({}, {}), later_tables
    )


def tables_of(plan: Plan, edition: Edition | None) -> PlanTables:
    """The tables of an edition, or of today without one."""
    if edition:
        return _stored_tables(_cache_key(edition))
    return _today(plan.pk, current_version()), DATASETS


def _today(pk, version):
    plan = Plan.objects.get(pk=pk)
    cached = FILE_CACHE.available_files(plan)
    is_current = cached and cached.version == version
    return cached.tables if is_current else take_snapshot(plan).tables


def _stored_tables(key):
    edition = Edition.objects.get(pk=key[0])
    return snapshot_of(edition).tables, datasets_of(edition)


def compare_tables(before: PlanTables, after: PlanTables) -> list[DatasetDifference]:
    """The differences of two states of a plan, by dataset."""
    (tables_before, datasets_before), (tables_after, datasets_after) = before, after
    rows = {name: [] for name in datasets_before.keys() & datasets_after.keys()}
    for each in row_differences(
        *(
            {name: tables[name] for name in rows}
            for tables in (tables_before, tables_after)
        )
    ):
        difference = _without_values_no_longer_public(
            datasets_after[each.dataset], each
        )
        # The days late change daily by themselves: alone they are no difference.
        if {name for name, *_cells in difference.columns} - {DAYS_LATE}:
            rows[each.dataset].append(difference)
    return [
        DatasetDifference(
            datasets_after[name] if name in datasets_after else datasets_before[name],
            len(tables_before[name]) if name in datasets_before else None,
            len(tables_after[name]) if name in datasets_after else None,
            tuple(rows.get(name, ())),
            _missing_columns(datasets_after, datasets_before, name),
            _missing_columns(datasets_before, datasets_after, name),
        )
        for name in {**datasets_after, **datasets_before}
    ]


def _missing_columns(one, other, name):
    names = {each.name for each in other[name].columns} if name in other else ()
    columns = one[name].columns if name in one and name in other else ()
    return tuple(each for each in columns if each.name not in names)


def _without_values_no_longer_public(dataset, changed):
    """Leave out old values of cells that the public may no longer read."""
    if changed.kind != "changed":
        return changed
    after = changed.after
    emptied_columns = {
        each.name
        for each in dataset.columns
        if after.get(each.name) is None
        and (after.get("withdrawn_on") or gap_of(each, after) == GapReason.PROTECTED)
    }
    before = {
        name: cell
        for name, cell in changed.before.items()
        if name not in emptied_columns
    }
    return replace(changed, before=before)


def gap_of(column: DataColumn, row: Mapping) -> GapReason | None:
    return row.get(f"{column.name}_gap") or column.gap


#: Commitments whose state differs, as triples of row, old and new state (None if the
#: commitment was or is not in the plan). ``apart`` moved to another family of states,
#: ``alike`` did not; ``number`` counts both.
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


#: The content of an edition's page, computed from its rows. ``commitments`` pairs each
#: with its state, ``counts`` are their numbers by state (None for a reconstruction). Of
#: ``asked_count`` agencies that the round asked, ``reported_count`` submitted anything;
#: ``missing`` are the others. ``pages`` are the URLs, by dataset and key, of rows with
#: withdrawn content.
EditionPage = namedtuple(
    "EditionPage",
    "plan period commitment_count counts commitments asked_count reported_count "
    "missing pages",
)


def load_edition_page(edition: Edition) -> EditionPage:
    return _load_page(*_cache_key(edition), edition.period and edition.period.code)


@lru_cache(maxsize=32)
def _load_page(pk, _nonce, code):
    edition = Edition.objects.select_related("plan").get(pk=pk)
    snapshot = snapshot_of(edition)
    tables = defaultdict(dict, snapshot.tables)
    numbers = Counter(_state(row) for row in tables["commitments"].values())
    by_state = tuple((state, numbers[state]) for state in CommitmentState)
    period = tables["rounds"].get(code)
    days = {name: date.fromisoformat(period[name]) for name in DAYS} if period else {}
    scorecards = [row for row in tables["scorecards"].values() if row["round"] == code]
    missing = [row for row in scorecards if not row["handed_in"]]
    return EditionPage(
        SimpleNamespace(**tables["plans"][snapshot.plan]),
        SimpleNamespace(**period | days) if period else None,
        numbers.total(),
        None if numbers[None] else StateCounts(numbers.total(), by_state),
        [
            (SimpleNamespace(**row), _state(row))
            for row in tables["commitments"].values()
        ],
        len(scorecards),
        len(scorecards) - len(missing),
        [SimpleNamespace(**tables["agencies"][row["agency"]]) for row in missing],
        {
            (name, key): url
            for note in edition.withdrawn
            for name, key in note["rows"]
            if (url := tables[name].get(key, {}).get("address"))
        },
    )

"""What is wrong with a snapshot by the declaration of its datasets."""

import math
import re
from collections import Counter
from datetime import date

from django.utils.translation import override

from strategic_areas.datasets import DATASETS
from strategic_areas.datasets.columns import GAPS, CellKind
from strategic_areas.datasets.snapshots import Snapshot, key_of

#: "1 of 3": two numbers and what is counted, in one cell.
SENTENCE = re.compile(r"\b\d+ (?:de|of) \d+\b")
#: How the files name the language of a text.
OF_A_RECORD = ("_es", "_en")


def faults(snapshot: Snapshot) -> list[str]:
    """
    Every fault, each as "dataset key column: what is wrong"; none of a sound snapshot.

    Unlike a form, this trusts no cell: it looks at each row of each table.
    """
    names = snapshot.tables.keys() ^ DATASETS.keys()
    keys = {
        f"{name}.{column.name}": {row.get(column.name) for row in rows.values()}
        for name, rows in snapshot.tables.items()
        if name in DATASETS
        for column in DATASETS[name].columns
        if (column.name,) == DATASETS[name].key
    }
    found = [f"{name}: not in both the declaration and the snapshot" for name in names]
    for name in DATASETS.keys() & snapshot.tables.keys():
        dataset, rows = DATASETS[name], snapshot.tables[name]
        for key, row in rows.items():
            wrong = list(_of_row(dataset, key, row, keys))
            found += [f"{name} {key} {each}" for each in wrong]
    return sorted(found)


def _of_row(dataset, key, row, keys):
    columns = {each.name: each for each in dataset.columns}
    if row.keys() != columns.keys():
        undeclared = sorted(row.keys() - columns.keys())
        missing = sorted(columns.keys() - row.keys())
        yield f"row: undeclared {undeclared}, missing {missing}"
        return
    if key != key_of(dataset, row):
        yield f"key: is not {key_of(dataset, row)}"
    for name, column in columns.items():
        value, companion = row[name], f"{name}_gap"
        has_reason = companion in columns
        if value is None:
            is_explained = row[companion] if has_reason else column.gap
            if not is_explained and not name.endswith("_gap"):
                yield f"{name}: empty, and nothing says why"
            continue
        if has_reason and row[companion]:
            yield f"{name}: told, and said to be {row[companion]}"
        if wrong := wrong_value(column, value):
            yield f"{name}: {wrong}"
        if column.refers and value not in keys.get(column.refers, ()):
            yield f"{name}: {value} is not in {column.refers}"


def wrong_value(column, value) -> str:
    """What is wrong with the value in a cell of the column; "" for nothing."""
    wanted = {
        CellKind.INTEGER: (int,),
        CellKind.NUMBER: (int, float),
        CellKind.BOOLEAN: (bool,),
    }.get(column.kind, (str,))
    if type(value) not in wanted:
        return f"{value!r} is no {column.kind}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value!r} is no number"
    if isinstance(value, str) and not value.strip():
        return "an empty text"
    if column.kind == CellKind.CODE and value not in column.codes:
        return f"{value!r} is not in the code list"
    if column.kind == CellKind.DAY and not _is_day(value):
        return f"{value!r} is no day"
    if column.kind == CellKind.ADDRESS and not re.match(r"https?://\S+$", value):
        return f"{value!r} is no address"
    is_word = column.kind == CellKind.TEXT and not column.name.endswith(OF_A_RECORD)
    if is_word and SENTENCE.search(value):
        return f"{value!r} is a sentence"
    return ""


def _is_day(value):
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def wrongly_declared() -> list[str]:
    """What is wrong with the declaration itself."""
    return [
        f"{dataset.name} {wrong}"
        for dataset in DATASETS.values()
        for wrong in _of_declaration(dataset)
    ]


def _of_declaration(dataset):
    names = [column.name for column in dataset.columns]
    if len(names) != len(set(names)):
        yield "names a column twice"
    for language in ("es", "en"):
        with override(language):
            labels = Counter(str(column.label) for column in dataset.columns)
        if twice := [label for label, number in labels.items() if number > 1]:
            yield f"has the heading {twice} twice in {language}"
    if not set(dataset.key) <= set(names):
        yield f"has no column for its key {dataset.key}"
    for column in dataset.columns:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", column.name):
            yield f"{column.name}: no machine name"
        if (column.kind == CellKind.CODE) != bool(column.codes) and not (
            column.kind == CellKind.TEXT and column.codes
        ):
            yield f"{column.name}: a code has a list, and a list is of codes"
        if column.name.endswith("_gap") and column.codes != GAPS:
            yield f"{column.name}: does not say why a cell is empty"
        if column.refers:
            name, referred = column.refers.split(".")
            declared = DATASETS.get(name)
            if declared is None or (referred,) != declared.key:
                yield f"{column.name}: {column.refers} finds no row"

"""
The forms in which a snapshot is taken away.

They are pure functions of a ``Snapshot``, today's or an edition's. All hold the same
cells; only a workbook speaks the language of its reader.
"""

from collections.abc import Callable
from dataclasses import dataclass

from strategic_areas.datasets import DATASETS
from strategic_areas.datasets.forms.texts import as_csv, as_json
from strategic_areas.datasets.snapshots import Snapshot


@dataclass(frozen=True)
class Form:
    """The media type of a form, what makes it, and if it is a text."""

    media_type: str
    make: Callable[[Snapshot, str], bytes]
    is_text: bool = True


def _csv(snapshot, name):
    return as_csv(DATASETS[name], snapshot.tables[name].values())


def _json(snapshot, name):
    return as_json(snapshot, DATASETS[name])


#: The forms by the end of a file's name, before which stands the name of the dataset.
FORMS = {
    "csv": Form("text/csv; charset=utf-8", _csv),
    "json": Form("application/json; charset=utf-8", _json),
}


def make(snapshot: Snapshot, name: str) -> bytes:
    """The file of this name; KeyError if there is none."""
    stem, _dot, form = name.rpartition(".")
    return FORMS[form].make(snapshot, stem)


def names_of(snapshot: Snapshot) -> list[str]:
    """The names of all files of a snapshot."""
    return [f"{name}.{form}" for name in snapshot.tables for form in ("csv", "json")]

"""
File formats of a snapshot.

Pure functions of a ``Snapshot`` and its datasets. All formats hold the same cells; only
workbooks are translated.
"""

from collections.abc import Mapping

from strategic_areas.datasets.columns import Dataset
from strategic_areas.datasets.formats.package import as_package
from strategic_areas.datasets.formats.texts import as_csv, as_json
from strategic_areas.datasets.formats.workbook import as_workbook
from strategic_areas.datasets.snapshots import Snapshot

#: Media types by file extension.
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
#: Text formats of one dataset, stored compressed.
TEXTS = ("csv", "json")
#: Workbooks by language, and the package of a whole plan.
WORKBOOKS = {"libro.xlsx": "es", "workbook.xlsx": "en"}
PACKAGE = "paquete.zip"


def names_of(datasets: Mapping[str, Dataset]) -> list[str]:
    texts = (f"{name}.{file_format}" for name in datasets for file_format in TEXTS)
    return [*texts, *WORKBOOKS, PACKAGE]


def make_file(
    name: str, snapshot: Snapshot, datasets: Mapping[str, Dataset], nonce: str
) -> bytes:
    """
    Make the file of this name; KeyError if there is none.

    Only packages hold the ``nonce``, as ``random``.
    """
    if name == PACKAGE:
        return as_package(snapshot, datasets, nonce)
    if name in WORKBOOKS:
        return as_workbook(snapshot, datasets, WORKBOOKS[name])
    stem, _dot, file_format = name.rpartition(".")
    dataset = datasets[stem]
    if file_format == "csv":
        return as_csv(dataset, snapshot.tables[stem].values())
    return {"json": as_json}[file_format](snapshot, dataset)

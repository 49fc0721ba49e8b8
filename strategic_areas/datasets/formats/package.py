"""A whole plan as a Data Package: every table as CSV, with its description."""

import json
from collections.abc import Mapping

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from strategic_areas.datasets.columns import CellKind, DataColumn, Dataset, in_both
from strategic_areas.datasets.formats.texts import (
    about_column,
    about_data,
    about_lines,
    as_csv,
    columns_with_meaning_of_empty,
    note_of,
)
from strategic_areas.datasets.formats.zipped import zipped
from strategic_areas.datasets.snapshots import Snapshot

SCHEMA = "https://datapackage.org/profiles/2.0/datapackage.json"
READ_ME = {"es": "LEEME.md", "en": "README.md"}
#: Data Package types; all others are strings.
TYPES = {
    CellKind.INTEGER: {"type": "integer"},
    CellKind.NUMBER: {"type": "number"},
    CellKind.BOOLEAN: {"type": "boolean"},
    CellKind.DAY: {"type": "date"},
    CellKind.ADDRESS: {"type": "string", "format": "uri"},
}


def as_package(
    snapshot: Snapshot, datasets: Mapping[str, Dataset], nonce: str
) -> bytes:
    """
    A ZIP with ``datapackage.json``, a page in each language and every CSV.

    ``nonce`` is random: without it, somebody could build the package with 1 to 9 in
    place of a hidden number and compare the digests.
    """
    return zipped(_files(snapshot, datasets, nonce))


def _files(snapshot, datasets, nonce):
    described = describe(snapshot, datasets, nonce)
    yield "datapackage.json", json.dumps(described, ensure_ascii=False, indent=1)
    for language, name in READ_ME.items():
        with override(language):
            context = {"lines": about_lines(snapshot), "datasets": datasets.values()}
            yield name, render_to_string("read_me.txt", context)
    for name, dataset in datasets.items():
        yield f"{name}.csv", as_csv(dataset, snapshot.tables[name].values())


def describe(snapshot: Snapshot, datasets: Mapping[str, Dataset], nonce: str) -> dict:
    about, version = about_data(snapshot), snapshot.edition or snapshot.day.isoformat()
    name, url = settings.LICENCE_NAME, settings.LICENCE_URL
    licence = {"name": name.replace(" ", "-"), "title": name, "path": url}
    licences = [{key: text for key, text in licence.items() if text}] if name else []
    note = note_of(snapshot)
    secretariat = {"title": settings.SECRETARIAT_NAME, "roles": ["publisher"]}
    return {
        "$schema": SCHEMA,
        "name": f"{snapshot.plan}-{version}".lower(),
        "title": snapshot.title_es,
        "titles": about["title"],
        "version": version,
        "created": f"{snapshot.day.isoformat()}T00:00:00Z",
        **({"description": note["es"], "descriptions": note} if note["es"] else {}),
        "homepage": about["address"],
        "licenses": licences,
        **({"contributors": [secretariat]} if settings.OFFICIAL_SITE else {}),
        "is_reconstructed": snapshot.is_reconstructed,
        "is_demonstration": about["is_demonstration"],
        "random": nonce,
        "resources": [_resource(each, datasets) for each in datasets.values()],
    }


def _resource(dataset, datasets):
    return {
        "name": dataset.name,
        "type": "table",
        "path": f"{dataset.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "title": in_both(dataset.title)["es"],
        "titles": in_both(dataset.title),
        "description": in_both(dataset.row)["es"],
        "descriptions": in_both(dataset.row),
        "schema": {
            "fields": [
                _field(column, meaning_of_empty, dataset)
                for column, meaning_of_empty in columns_with_meaning_of_empty(dataset)
            ],
            "primaryKey": list(dataset.key),
            "foreignKeys": [*_references(dataset, datasets)],
            "missingValues": [""],
        },
    }


def _field(column: DataColumn, gap_reason, dataset: Dataset):
    about = about_column(column)
    titles, text = about.pop("title"), about.pop("about", None)
    described = {
        **{"name": about.pop("name"), **TYPES.get(column.kind, {"type": "string"})},
        **{"title": titles["es"], "titles": titles},
        **({"description": text["es"], "descriptions": text} if text else {}),
        "constraints": {
            "required": not gap_reason,
            **({"unique": True} if (column.name,) == dataset.key else {}),
        },
    }
    if column.codes:
        words = about.pop("codes")
        described["categories"] = [
            {"value": code, "label": each["es"]} for code, each in words.items()
        ]
        described["codes"] = words
    if gap_reason:
        described["missingValues"] = [{"value": "", "label": in_both(gap_reason)["es"]}]
    return described | {"kind": about.pop("type"), **about}


def _references(dataset, datasets):
    for column in dataset.columns:
        name, _dot, other = column.refers.partition(".")
        if name in datasets and any(other == c.name for c in datasets[name].columns):
            to = {"resource": name, "fields": [other]}
            yield {"fields": [column.name], "reference": to}

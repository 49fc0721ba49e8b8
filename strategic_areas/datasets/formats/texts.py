"""A dataset as CSV and JSON, with its description."""

import json
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext as _, gettext_lazy

from strategic_areas import spreadsheet_cells
from strategic_areas.datasets.columns import (
    LANGUAGES,
    DataColumn,
    Dataset,
    Word,
    in_both,
)
from strategic_areas.datasets.snapshots import DataRow, Snapshot
from strategic_areas.public_paths import public_path

#: Notices in all files for people.
NOTICES = (
    (
        gettext_lazy("What is missing"),
        gettext_lazy(
            "An empty cell is never zero: its column says whether it is protected, not "
            "reported, not asked, not due or does not apply."
        ),
    ),
    (
        gettext_lazy("What is protected"),
        gettext_lazy(
            "No number lets anyone compute a group of 1 to 9 people, except those that "
            "an official source has already printed."
        ),
    ),
    (
        gettext_lazy("Comparing"),
        gettext_lazy(
            "Values before and after a break count different things. Values of "
            "different indicators are never to be added."
        ),
    ),
)
SEE = gettext_lazy("see the column beside it")
#: The notice of a reconstruction.
OF_RECONSTRUCTION = (
    gettext_lazy("Reconstruction"),
    gettext_lazy("Reconstructed from public sources; it does not measure fulfilment."),
)
#: The notice of a demonstration site.
OF_DEMONSTRATION = (
    gettext_lazy("Demonstration"),
    gettext_lazy("Demonstration: this is not an official page"),
)


def as_csv(dataset: Dataset, rows: Iterable[DataRow]) -> bytes:
    """
    CSV by RFC 4180, with a byte order mark, which Excel needs for accents.

    Texts that a spreadsheet would take for a formula begin with an apostrophe. Booleans
    are "true" and "false"; missing values are empty.
    """
    names = [each.name for each in dataset.columns]
    return spreadsheet_cells.csv_content(
        [names, *([_in_csv(row[name]) for name in names] for row in rows)]
    ).encode()


def _in_csv(value):
    return str(value).lower() if isinstance(value, bool) else value


def as_json(snapshot: Snapshot, dataset: Dataset) -> bytes:
    """JSON with the description and one row a line."""
    about = about_data(snapshot) | {"dataset": about_dataset(dataset, snapshot)}
    columns = [about_column(each) for each in dataset.columns]
    rows = ",\n".join(
        json_text({each.name: row[each.name] for each in dataset.columns})
        for row in snapshot.tables[dataset.name].values()
    )
    about, columns = json_text(about), json_text(columns)
    return (
        f'{{"about": {about},\n"columns": {columns},\n"rows": [\n{rows}\n]}}\n'.encode()
    )


def json_text(content) -> str:
    return json.dumps(content, ensure_ascii=False)


def about_data(snapshot: Snapshot) -> dict:
    """The plan, the day and the licence, for every file."""
    licence = {"name": settings.LICENCE_NAME, "address": settings.LICENCE_URL}
    return {
        "plan": snapshot.plan,
        "title": {"es": snapshot.title_es, "en": snapshot.title_en},
        "data_as_of": snapshot.day.isoformat(),
        "edition": snapshot.edition or None,
        "is_reconstructed": snapshot.is_reconstructed,
        "is_demonstration": not settings.OFFICIAL_SITE,
        "address": settings.SITE_URL + public_path("data", language="es"),
        **({"licence": licence} if settings.LICENCE_NAME else {}),
    }


def about_dataset(dataset: Dataset, snapshot: Snapshot) -> dict:
    return {
        "name": dataset.name,
        "title": in_both(dataset.title),
        "row": in_both(dataset.row),
        "changes": in_both(dataset.change_frequency_in(snapshot)),
        "key": list(dataset.key),
    }


def about_column(column: DataColumn) -> dict:
    codes = column.codes or {}
    description = {
        "name": column.name,
        "title": in_both(column.label),
        "type": str(column.kind),
        "unit": column.unit and in_both(column.unit),
        "about": column.about and in_both(column.about),
        "codes": {str(code): in_both(word) for code, word in codes.items()},
        "empty": column.gap and {"code": str(column.gap), **in_both(column.gap.label)},
        "refers": column.refers,
    }
    return {name: value for name, value in description.items() if value}


def columns_with_meaning_of_empty(
    dataset: Dataset,
) -> Iterator[tuple[DataColumn, Word]]:
    """Each column with the meaning of an empty cell, "" if none is empty."""
    names = {each.name for each in dataset.columns}
    for column in dataset.columns:
        meaning = column.gap.label if column.gap else ""
        if f"{column.name}_gap" in names:
            meaning = format_lazy("{}: {}_gap", SEE, column.name)
        yield column, meaning


def note_of(snapshot: Snapshot) -> dict[str, str]:
    """The plan's notice, such as that it is invented, by language."""
    row = snapshot.tables.get("plans", {}).get(snapshot.plan, {})
    return {language: row.get(f"note_{language}") or "" for language in LANGUAGES}


def about_lines(snapshot: Snapshot) -> list[tuple[str, str]]:
    """The description as pairs of heading and text, in the active language."""
    plan = snapshot.title_es if get_language() == "es" else snapshot.title_en
    lines = [
        (_("Plan"), plan or snapshot.title_es),
        (_("Edition"), snapshot.edition),
        (_("Data as of"), snapshot.day.isoformat()),
        (_("Address"), settings.SITE_URL + public_path("data")),
        (_("Licence"), f"{settings.LICENCE_NAME} {settings.LICENCE_URL}".strip()),
        *([] if settings.OFFICIAL_SITE else [OF_DEMONSTRATION]),
        (_("Note"), note_of(snapshot)[get_language()]),
        *([OF_RECONSTRUCTION] if snapshot.is_reconstructed else []),
        *NOTICES,
    ]
    return [(str(heading), str(text)) for heading, text in lines if text]

"""Pages of editions, of differences between two, and the search for a day."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from gzip import compress
from types import SimpleNamespace
from urllib.parse import urlsplit

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import (
    get_language,
    gettext as _,
    gettext_lazy,
    pgettext,
    pgettext_lazy,
)

from strategic_areas.datasets.columns import CellKind, DataColumn, Dataset, GapReason
from strategic_areas.datasets.file_cache import FILE_CACHE
from strategic_areas.datasets.formats import PACKAGE
from strategic_areas.datasets.formats.texts import as_csv, as_json
from strategic_areas.datasets.snapshots import Snapshot
from strategic_areas.disclosure import MARKER
from strategic_areas.models import WithdrawalCause
from strategic_areas.public_paths import public_path
from strategic_areas.queries.pages import editions
from strategic_areas.queries.plan.facets import FilterableRecord, apply_filters
from strategic_areas.queries.public_rows import RowDifference
from strategic_areas.sentences import shortened
from strategic_areas.views.data import file_at
from strategic_areas.views.datasets import file_response
from strategic_areas.views.parameters import (
    build_query,
    filter_field,
    filter_links,
    found_or_404,
    mark_uncacheable,
    page_or_404,
    public_plan_or_404,
    query_values,
    reads_parameters,
)

PER_PAGE = 25
CAUSES = dict(WithdrawalCause.choices) | {
    GapReason.PROTECTED: GapReason.PROTECTED.label
}
#: Columns that identify a row, in order of preference; else its key.
CODES = ("code", "subject", "indicator")
#: Columns with a row's name.
TITLES = ("title", "subject_title", "name")
KINDS = {
    "added": pgettext_lazy("a row", "Added"),
    "changed": pgettext_lazy("a row", "Changed"),
    "gone": pgettext_lazy("a row", "Gone"),
}
#: The file of differences; added and gone rows have their key only.
DIFFERENCES = Dataset(
    "differences",
    gettext_lazy("Differences"),
    gettext_lazy("a cell that two readings of a plan tell otherwise"),
    gettext_lazy("With what is published"),
    (
        DataColumn("dataset", gettext_lazy("Dataset"), CellKind.CODE),
        DataColumn("key", gettext_lazy("Row (key)")),
        DataColumn(
            "kind",
            pgettext_lazy("a row", "Where it stands"),
            CellKind.CODE,
            codes=KINDS,
        ),
        DataColumn("column", gettext_lazy("Column"), gap=GapReason.NOT_APPLICABLE),
        DataColumn(
            "before", pgettext_lazy("old value", "Before"), gap=GapReason.NOT_APPLICABLE
        ),
        DataColumn(
            "after", pgettext_lazy("new value", "Now"), gap=GapReason.NOT_APPLICABLE
        ),
    ),
    ("dataset", "key", "column"),
    lambda reading: (),
)


def edition_detail(request, plan, edition):
    """The plan as the public read it on one day."""
    plan = public_plan_or_404(plan)
    all_editions = editions.editions_of(plan)
    found = found_or_404(_edition_with_number(all_editions, edition))
    position = all_editions.index(found) + 1
    before = next(iter(all_editions[position:]), None)
    rows = editions.edition_differences(plan, before, found)
    by_name = {each.dataset.name: each for each in rows}
    page = editions.load_edition_page(found)
    context = {
        "plan": plan,
        "edition": found,
        "content": page,
        "later": all_editions[: position - 1],
        "earlier": all_editions[position:],
        "before": before,
        "corrections": [each for each in all_editions if each.corrects == found],
        "changes": editions.state_changes(by_name["commitments"].rows),
        "moved": [
            each
            for each in rows
            if each.has_changed and (each.count_before or each.count_after)
        ],
        "still": [each for each in rows if each.count_after and not each.has_changed],
        "number": sum(len(each.rows) for each in rows),
        "notes": [_note(each, by_name, page.pages) for each in found.withdrawn],
    }
    ready, numbers = FILE_CACHE.available_files(plan, found), (plan.code, found.number)
    sizes, package = ready.sizes if ready else {}, PACKAGE.split(".")
    context["files"] = [
        file_at(sizes, "edition_file", *numbers, *package),
        file_at(sizes, "edition_workbook", *numbers, language=get_language()),
    ]
    context["sum"] = ready.package_sum if PACKAGE in sizes else ""
    return mark_uncacheable(
        render(request, "edition.html", context), when=not context["sum"]
    )


def _note(note, datasets, pages):
    numbers = Counter(name for name, _key in note["rows"])
    return {
        "day": date.fromisoformat(note["on"]),
        "number": numbers.total(),
        "datasets": [datasets[name].dataset.title for name in numbers],
        "cause": CAUSES.get(note["cause"], ""),
        "pages": {
            _path_of(pages[name, key]): key
            for name, key in note["rows"]
            if (name, key) in pages
        },
    }


def _edition_with_number(all_editions, number):
    return next((each for each in all_editions if each.number == number), None)


def _load_differences(code, earlier, later):
    plan = public_plan_or_404(code)
    all_editions = editions.editions_of(plan)
    old = found_or_404(_edition_with_number(all_editions, earlier))
    new = found_or_404(_edition_with_number(all_editions, later)) if later else None
    if new and all_editions.index(new) >= all_editions.index(old):
        raise Http404
    return plan, old, new, editions.edition_differences(plan, old, new)


@reads_parameters("dataset", "page")
def difference_page(request, plan, earlier, edition=""):
    plan, old, new, differences = _load_differences(plan, earlier, edition)
    wanted = query_values(request, "dataset", "page")
    items = [
        FilterableRecord(
            (difference.dataset, each),
            {"dataset": frozenset({difference.dataset.name})},
        )
        for difference in differences
        for each in difference.rows
    ]
    rows, facets = apply_filters(items, wanted, ["dataset"])
    labels = [
        ("", difference.dataset.name, difference.dataset.title)
        for difference in differences
    ]
    chosen = filter_field(
        "dataset", facets["dataset"], (_("Dataset"), ""), labels, wanted
    )
    page = page_or_404(rows, wanted, PER_PAGE)
    numbers = [new.number, old.number] if new else [old.number]
    name = "difference_file" if new else "difference_today_file"
    context = {
        "plan": plan,
        "earlier": old,
        "later": new,
        "found": differences,
        "page": page,
        "lines": [difference_line(dataset, each) for dataset, each in page.object_list],
        "chips": filter_links(chosen, wanted, pgettext("datasets", "All")),
        "filter_query": build_query(wanted, page=""),
        "page_query": build_query(wanted),
        "is_filtered_or_sorted": "dataset" in wanted,
        "files": [
            (file_format.upper(), path + build_query(wanted, page=""))
            for file_format in ("csv", "json")
            for path in [
                public_path(name, plan.code, *numbers, file_format, language="es")
            ]
        ],
    }
    return mark_uncacheable(
        render(request, "edition_difference.html", context), when=chosen.is_unknown
    )


def difference_line(dataset: Dataset, changed: RowDifference) -> dict:
    """A changed row, with the text of each cell before and after."""
    names = {name for name, *_cells in changed.columns if changed.kind == "changed"}
    return {
        "dataset": dataset,
        "kind": KINDS[changed.kind],
        "code": next((changed.row[n] for n in CODES if n in changed.row), changed.key),
        "row": SimpleNamespace(**changed.row),
        "named": next((n for n in TITLES if f"{n}_es" in changed.row), ""),
        "path": changed.kind != "gone" and _path_of(changed.row.get("address")),
        "cells": [
            (
                each.label,
                cell_text(each, changed.before),
                cell_text(each, changed.after),
            )
            for each in dataset.columns
            # Gap columns are shown in the empty cell, the family by the state.
            if not names.isdisjoint({each.name, f"{each.name}_gap"})
            and not each.name.endswith("_gap")
            and not (each.name == "family" and "state" in names)
        ],
    }


def _path_of(url):
    path = urlsplit(url or "").path
    with suppress(Resolver404):
        match = resolve(path)
        return public_path(match.url_name, *match.kwargs.values())
    return path


def cell_text(column: DataColumn, row: Mapping) -> str:
    value = row.get(column.name)
    if value is None:
        gap = editions.gap_of(column, row)
        return GapReason(gap).label if gap else ""
    if value == MARKER:
        return _("[text withdrawn]")
    if column.codes:
        return column.codes.get(value, value)
    if column.kind == CellKind.DAY:
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if column.kind == CellKind.BOOLEAN:
        return _("yes") if value else _("no")
    is_text = isinstance(value, str)
    return shortened(value) if is_text else number_format(value, force_grouping=True)


@reads_parameters("dataset")
def difference_file(request, plan, earlier, file_format, edition=""):
    wanted = query_values(request, "dataset")
    plan, old, new, differences = _load_differences(plan, earlier, edition)
    rows = [
        (difference.dataset.name, each.key, each.kind, *cells)
        for difference in differences
        if wanted.get("dataset", difference.dataset.name) == difference.dataset.name
        for each in difference.rows
        for cells in (each.columns if each.kind == "changed" else [(None,) * 3])
    ]
    names = [each.name for each in DIFFERENCES.columns]
    rows = {
        str(position): dict(zip(names, row, strict=True))
        for position, row in enumerate(rows)
    }
    number = new.number if new else "hoy"
    snapshot = Snapshot(
        plan.code,
        plan.title_es,
        plan.title_en or "",
        new.made_on if new else timezone.localdate(),
        f"{number} - {old.number}",
        plan.is_reconstructed,
        {DIFFERENCES.name: rows},
    )
    forms = {
        "csv": lambda: as_csv(DIFFERENCES, rows.values()),
        "json": lambda: as_json(snapshot, DIFFERENCES),
    }
    content = found_or_404(forms.get(file_format))()
    name = f"{plan.code}-{number}-desde-{old.number}.{file_format}"
    return file_response(compress(content, mtime=0), file_format, name)


@reads_parameters("day")
def edition_by_date(request, plan):
    """Redirect to the last edition made by that day, or say that there is none."""
    plan, wanted = public_plan_or_404(plan), query_values(request, "day").get("day", "")
    all_editions, day = editions.editions_of(plan), None
    with suppress(ValueError):
        day = date.fromisoformat(wanted)
    is_past = day and day <= timezone.localdate()
    if found := next(
        (each for each in all_editions if is_past and each.made_on <= day), None
    ):
        return redirect(public_path("edition", plan.code, found.number))
    context = {"plan": plan, "editions": all_editions, "wanted": wanted, "day": day}
    return render(
        request,
        "edition_by_date.html",
        context | {"is_filtered_or_sorted": bool(wanted)},
    )

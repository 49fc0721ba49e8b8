"""Download views of datasets, workbooks and lists, and their index."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.http import http_date
from django.utils.text import slugify
from django.utils.translation import get_language, gettext as _

from strategic_areas.datasets.columns import LANGUAGES
from strategic_areas.datasets.file_cache import FILE_CACHE, NotReadyError, compress_text
from strategic_areas.datasets.formats import (
    MEDIA_TYPES,
    PACKAGE,
    TEXTS,
    make_file,
)
from strategic_areas.datasets.formats.texts import about_data, about_dataset, json_text
from strategic_areas.models import Plan
from strategic_areas.public_paths import public_path
from strategic_areas.queries.pages.editions import editions_of
from strategic_areas.queries.plan import plans
from strategic_areas.views.parameters import found_or_404, public_plan_or_404

STEMS = {"es": "libro", "en": "workbook"}
#: Formats of a list, and the lists whose CSV file has a URL name without the format,
#: since no page has that name.
LIST_FORMATS = (*TEXTS, "xlsx")
CSV_WITHOUT_FORMAT = {"plan_commitments", "plan_updates", "commitment_updates"}


def dataset_file(request, plan, stem, file_format, edition=""):
    plan = public_plan_or_404(plan)
    if edition:
        of_number = plan.editions.filter(number=edition, is_locked=False)
        edition = found_or_404(of_number.first())
    files = FILE_CACHE.files(plan, edition or None)
    try:
        content = files.content(f"{stem}.{file_format}")
    except KeyError:
        raise Http404 from None
    version = files.snapshot.edition or files.snapshot.day.isoformat()
    response = file_response(
        content, file_format, f"{plan.code}-{stem}-{version}.{file_format}"
    )
    response.headers["Last-Modified"] = http_date(files.made_at)
    return response


def plan_workbook(request, plan, edition=""):
    """The workbook of a plan, in the language of the URL."""
    return dataset_file(request, plan, STEMS[get_language()], "xlsx", edition)


#: Dataset → (column, {value: position}): rows with these values, in that order; at
#: equal positions, in the order of the dataset.
Wanted = Mapping[str, tuple[str, Mapping[str, int]]]


def list_file_response(
    file_format: str,
    title: str,
    wanted: Wanted,
    *plans: Plan,
    day_in_name: date | None = None,
) -> HttpResponse:
    """
    A list as a file with the columns of its dataset.

    The first of ``wanted`` is the dataset; a workbook has the others too. Rows of
    several plans are merged; Http404 without a plan. ``day_in_name`` replaces the day
    of the data in the name of a reconstruction's file.
    """
    files_of_plans = found_or_404([FILE_CACHE.files(plan) for plan in plans] or None)
    stem = next(iter(wanted))
    if file_format in TEXTS:
        wanted = {stem: wanted[stem]}
    else:
        stem = STEMS[get_language()]
    tables = {
        each: _rows(files_of_plans, each, *selection)
        for each, selection in wanted.items()
    }
    snapshots = [files.snapshot for files in files_of_plans]
    snapshot = replace(
        snapshots[0],
        plan=", ".join(each.plan for each in snapshots),
        title_es="; ".join(each.title_es for each in snapshots),
        title_en="; ".join(each.title_en for each in snapshots if each.title_en),
        is_reconstructed=all(each.is_reconstructed for each in snapshots),
        tables=tables,
    )
    datasets = {each: files_of_plans[0].datasets[each] for each in tables}
    content = make_file(f"{stem}.{file_format}", snapshot, datasets, nonce="")
    dated = _("Record up to") if day_in_name else _("Data as of")
    name = slugify(f"{title} {dated} {(day_in_name or snapshot.day).isoformat()}")
    return file_response(
        compress_text(file_format, content), file_format, f"{name}.{file_format}"
    )


def _rows(files_of_plans, dataset, column, positions):
    found = {}
    for files in files_of_plans:
        for key, row in files.rows(dataset).items():
            if row[column] in positions:
                found.setdefault(key, row)
    return dict(sorted(found.items(), key=lambda pair: positions[pair[1][column]]))


def links_to_list_files(
    url_name: str, *args: str, query: str = ""
) -> list[tuple[str, str]]:
    """Pairs of a file format and its URL."""
    return [
        (
            file_format.upper(),
            public_path(list_url_name(url_name, file_format), *args) + query,
        )
        for file_format in LIST_FORMATS
    ]


def list_url_name(page_url_name: str, file_format: str) -> str:
    return (
        page_url_name
        if file_format == "csv" and page_url_name in CSV_WITHOUT_FORMAT
        else f"{page_url_name}_{file_format}"
    )


def file_response(content, file_format, name):
    """A download; text files are compressed already."""
    response = HttpResponse(content, content_type=MEDIA_TYPES[file_format])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if file_format in TEXTS:
        response.headers["Content-Encoding"] = "gzip"
    return response


def file_index(request):
    """The index of all plans, datasets and editions, as JSON."""
    found = [_of_plan(plan) for plan in plans.public_plans()]
    return HttpResponse(json_text({"plans": found}), content_type=MEDIA_TYPES["json"])


def _of_plan(plan):
    files, code = FILE_CACHE.available_files(plan), plan.code
    if files is None:
        raise NotReadyError
    return about_data(files.snapshot) | {
        "workbook": {
            each: full_url("workbook", code, language=each) for each in LANGUAGES
        },
        "package": full_url("data_file", code, *PACKAGE.split(".")),
        "datasets": [
            about_dataset(dataset, files.snapshot)
            | {"rows": files.counts[name], "columns": len(dataset.columns)}
            | {
                file_format: full_url("data_file", code, name, file_format)
                for file_format in TEXTS
            }
            for name, dataset in files.datasets.items()
        ],
        "editions": [
            {
                "number": each.number,
                "made_on": each.made_on.isoformat(),
                "package": full_url(
                    "edition_file", code, each.number, *PACKAGE.split(".")
                ),
            }
            for each in editions_of(plan)
        ],
    }


def full_url(name, *args, language="es"):
    return settings.SITE_URL + public_path(name, *args, language=language)

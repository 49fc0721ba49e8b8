"""The open data of a plan: its files and the meaning of each column."""

import json

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import get_language

from strategic_areas.datasets import DATASETS
from strategic_areas.datasets.catalogue import (
    CatalogueFile,
    CatalogueTable,
    PlanData,
    as_catalogue,
    as_ckan,
)
from strategic_areas.datasets.columns import CellKind
from strategic_areas.datasets.file_cache import FILE_CACHE, current_version
from strategic_areas.datasets.formats import PACKAGE, TEXTS
from strategic_areas.models import ReportingPeriod
from strategic_areas.public_paths import public_path
from strategic_areas.queries.pages.editions import editions_of
from strategic_areas.queries.plan import plans
from strategic_areas.queries.plan.plan_progress import load_plan_progress
from strategic_areas.views.about import facts
from strategic_areas.views.parameters import mark_uncacheable, public_plan_or_404

#: The example on the page of a plan's data.
EXAMPLE, FEW = "commitments", ("code", "family", "state", "due_on", "days_late")


def data_page(request, plan=None):
    shown = (
        public_plan_or_404(plan)
        if plan
        else plans.choose_plan(timezone.localdate()).home_plan
    )
    context = {"plan": shown, "plans": _plans_with_commitments(), **facts()}
    if shown:
        context |= _of_plan(shown, DATASETS[EXAMPLE])
        context["few"] = [c for c in context["columns"] if c["column"].name in FEW]
    return _page(request, "data.html", context)


def _page(request, template, context):
    """Render a page; it is cached only with the row counts of this version."""
    is_unfinished = "table" in context and context["table"].row_count is None
    return mark_uncacheable(render(request, template, context), when=is_unfinished)


def dataset_detail(request, plan, dataset):
    plan = public_plan_or_404(plan)
    context = {"plan": plan, **_of_plan(plan, DATASETS[dataset]), **facts()}
    return _page(request, "dataset.html", context)


def data_catalogue(request):
    published = [published_data(each) for each in _plans_with_commitments()]
    content = as_catalogue(published, timezone.localdate())
    answer = JsonResponse(content, content_type="application/ld+json")
    return mark_uncacheable(
        answer, when=any(each.tables[0].row_count is None for each in published)
    )


def ckan_package(request, plan):
    return JsonResponse(as_ckan(published_data(public_plan_or_404(plan))))


def _plans_with_commitments():
    return list(plans.public_plans().filter(has_commitments=True))


def published_data(plan) -> PlanData:
    """The data of a plan, with the sizes of files that are ready."""
    version, files = current_version(), FILE_CACHE.available_files(plan)
    is_current = files is not None and files.version == version
    counts, sizes = (files.counts, files.sizes) if is_current else ({}, {})
    tables = [
        CatalogueTable(
            each,
            each.change_frequency_in(plan),
            counts.get(name),
            [
                file_at(sizes, "data_file", plan.code, name, text_format)
                for text_format in TEXTS
            ],
        )
        for name, each in DATASETS.items()
    ]
    plan_files = [
        file_at(sizes, "workbook", plan.code, language=get_language()),
        file_at(sizes, "data_file", plan.code, *PACKAGE.split(".")),
    ]
    return PlanData(plan, timezone.localdate(), tables, plan_files, editions_of(plan))


def file_at(sizes, name, *args, language="es") -> CatalogueFile:
    """A file by its URL, with its size if it is ready."""
    path = public_path(name, *args, language=language)
    name = path.rpartition("/")[2]
    return CatalogueFile(name.rpartition(".")[2].upper(), path, sizes.get(name))


def _of_plan(plan, dataset):
    data, names = published_data(plan), {each.name for each in dataset.columns}
    table = next(each for each in data.tables if each.dataset == dataset)
    today = timezone.localdate()
    rounds = ReportingPeriod.objects.counted_rounds().filter(
        plan=plan, closes_on__gte=today
    )
    return {
        "plan_progress": load_plan_progress(plan, today),
        "next": rounds.order_by("closes_on").first(),
        "data": data,
        "table": table,
        "files": [
            (
                f"{each.format} ({filesizeformat(each.size)})"
                if each.size
                else each.format,
                each.path,
            )
            for each in table.files
        ],
        "columns": [
            {
                "column": each,
                "is_key": each.name in dataset.key,
                "refers": each.refers and each.refers.split("."),
                "reasons": f"{each.name}_gap" if f"{each.name}_gap" in names else "",
            }
            for each in dataset.columns
        ],
        "lines": _lines(dataset, settings.SITE_URL + table.files[0].path),
    }


def _lines(dataset, url):
    texts = [c.name for c in dataset.columns if c.refers or c.name in dataset.key]
    days = [c.name for c in dataset.columns if c.kind == CellKind.DAY]
    classes = [f'{name} = "character"' for name in texts]
    classes += [f'{name} = "Date"' for name in days]
    return {
        "texts": texts,
        "pandas": "import pandas as pd\n"
        f"texts = {json.dumps(dict.fromkeys(texts, 'string'))}\n"
        f'rows = pd.read_csv("{url}", dtype=texts, parse_dates={json.dumps(days)})',
        "r": f"columns <- c({', '.join(classes)})\n"
        f'rows <- read.csv("{url}", colClasses = columns, na.strings = "", '
        'fileEncoding = "UTF-8-BOM")\nsummary(rows)',
    }

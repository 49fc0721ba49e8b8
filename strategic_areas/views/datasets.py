"""The files of everything public: of each dataset of a plan, and their index."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import get_language

from strategic_areas.addresses import address
from strategic_areas.datasets.forms import MEDIA_TYPES, PACKAGE, TEXTS
from strategic_areas.datasets.forms.texts import (
    LANGUAGES,
    about_data,
    about_dataset,
    written,
)
from strategic_areas.datasets.ready import SHELF
from strategic_areas.queries.plan import plans
from strategic_areas.views.parameters import found_or_404, public_plan


def file(request, plan, stem, form, edition=""):
    """A file of a plan or of an edition of it, as it is ready."""
    plan = public_plan(plan)
    if edition:
        edition = found_or_404(plan.editions.filter(number=edition).first())
    files = SHELF.files(plan, edition or None)
    try:
        content = files.content(f"{stem}.{form}")
    except KeyError:
        raise Http404 from None
    version = files.snapshot.edition or files.snapshot.day.isoformat()
    return sent(content, form, f"{plan.code}-{stem}-{version}.{form}")


def workbook(request, plan, edition=""):
    """A whole plan as a workbook, with headings in the language of the address."""
    stem = {"es": "libro", "en": "workbook"}[get_language()]
    return file(request, plan, stem, "xlsx", edition)


def sent(content, form, name):
    """A file to save; a text is packed already."""
    response = HttpResponse(content, content_type=MEDIA_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if form in TEXTS:
        response.headers["Content-Encoding"] = "gzip"
    return response


def index(request):
    """What there is to take: each plan, its datasets and editions, with addresses."""
    found = [_of_plan(plan) for plan in plans.public()]
    return HttpResponse(written({"plans": found}), content_type=MEDIA_TYPES["json"])


def _of_plan(plan):
    files = SHELF.files(plan)
    code = plan.code
    return about_data(files.snapshot) | {
        "workbook": {
            each: whole("workbook", code, language=each) for each in LANGUAGES
        },
        "package": whole("data_file", code, *PACKAGE.split(".")),
        "datasets": [
            about_dataset(dataset, files.snapshot)
            | {"rows": files.counts[name], "columns": len(dataset.columns)}
            | {form: whole("data_file", code, name, form) for form in TEXTS}
            for name, dataset in files.datasets.items()
        ],
        "editions": [
            {
                "number": each.number,
                "made_on": each.made_on.isoformat(),
                "package": whole(
                    "edition_file", code, each.number, *PACKAGE.split(".")
                ),
            }
            for each in plan.editions.all()
        ],
    }


def whole(name, *args, language="es"):
    """The whole address of a file."""
    return settings.SITE_URL + address(name, *args, language=language)

"""The files of everything public: of each dataset of a plan, and their index."""

from django.conf import settings
from django.http import Http404, HttpResponse

from strategic_areas.addresses import address
from strategic_areas.datasets.forms import DATASETS, FORMS
from strategic_areas.datasets.forms.texts import (
    about_data,
    about_dataset,
    written,
)
from strategic_areas.datasets.ready import SHELF
from strategic_areas.queries.plan import plans
from strategic_areas.views.parameters import public_plan


def file(request, plan, stem, form):
    """A file of a plan, as it is ready; at one address for both languages."""
    files, name = SHELF.files(public_plan(plan)), f"{stem}.{form}"
    try:
        content = files.content(name)
    except KeyError:
        raise Http404 from None
    return sent(content, form, f"{plan}-{stem}-{files.snapshot.day.isoformat()}.{form}")


def sent(content, form, name):
    """A file to save; a text is packed already."""
    response = HttpResponse(content, content_type=FORMS[form].media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if FORMS[form].is_text:
        response.headers["Content-Encoding"] = "gzip"
    return response


def index(request):
    """What there is to take: each plan and its datasets, with addresses and columns."""
    found = [_of_plan(SHELF.files(plan)) for plan in plans.public()]
    return HttpResponse(
        written({"plans": found}), content_type=FORMS["json"].media_type
    )


def _of_plan(files):
    plan = files.snapshot.plan
    return about_data(files.snapshot) | {
        "datasets": [
            about_dataset(dataset)
            | {
                "rows": files.counts[name],
                "columns": len(dataset.columns),
                "files": {
                    form: whole("data_file", plan, name, form)
                    for form in ("csv", "json")
                },
            }
            for name, dataset in DATASETS.items()
        ],
    }


def whole(name, *args, language="es"):
    """The whole address of a file."""
    return settings.SITE_URL + address(name, *args, language=language)

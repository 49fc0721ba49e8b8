"""International targets, and what bodies ask of the country, with what answers it."""

import json
from collections import Counter

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from strategic_areas.addresses import address
from strategic_areas.models import FrameworkTarget
from strategic_areas.queries.figures.words import in_language
from strategic_areas.queries.pages import references
from strategic_areas.queries.plan import board
from strategic_areas.sentences import BODIES, SHORT_BODIES, TARGET_KINDS
from strategic_areas.views import files
from strategic_areas.views.parameters import public_plan
from strategic_areas.views.sharing import finished_by, shown_elsewhere


def framework_list(request, plan):
    """International targets, and which commitments of a plan answer them."""
    plan, found = _board(plan)
    context = {"plan": plan, "board": found, "tiers": references.tiers(plan)}
    context["targets"] = references.targets_of_plan(found)
    context["is_asked"] = FrameworkTarget.objects.exclude(body="").exists()
    return render(request, "frameworks.html", context)


def recommendations(request, plan):
    """What any body asks."""
    return _asked(request, plan, lambda target: True)


def recommendations_of(request, plan, slug):
    """What one body asks; Http404 for a body that asks nothing."""
    return _asked(request, plan, lambda target: target.slug == slug, body=slug)


def recommendations_to(request, plan, slug):
    """What is asked of one agency by its name; Http404 where nothing is."""
    return _asked(
        request,
        plan,
        lambda target: any(each.slug == slug for each in target.addressed.all()),
        slug,
    )


def _board(plan):
    plan = public_plan(plan)
    return plan, board.load(plan, timezone.localdate())


def _asked(request, plan, is_wanted, agency="", body=""):
    plan, found = _board(plan)
    every = references.asked_of_country(found)
    shown = [each for each in every if is_wanted(each.target)]
    if not shown and (agency or body):
        raise Http404
    named = Counter(
        each for answered in every for each in answered.target.addressed.all()
    )
    bodies = Counter(each.target.body for each in every)
    known = sorted(bodies, key=[*BODIES, *bodies].index)
    years = [year for each in shown for year in each.target.years]
    unanswered = [each for each in shown if not each.total]
    context = {
        "plan": plan,
        "board": found,
        "shown": shown,
        "is_of_all": not (agency or body),
        "kinds": Counter(each.target.kind for each in shown),
        "unanswered": unanswered,
        "answered": [each for each in shown if each.total],
        "years": (min(years), max(years)) if years else None,
        "has_answer": any(each.target.answer for each in shown),
        "bodies": [(code, slugify(code), bodies[code]) for code in known],
        "named": sorted(named.items(), key=lambda pair: (-pair[1], pair[0].acronym)),
        "agency": next((each for each in named if each.slug == agency), None),
        "takes_part": plan.participations.filter(agency__slug=agency).exists(),
        "body": next((code for code in known if slugify(code) == body), ""),
        "files": [
            (form.upper(), address(f"recommendations_{form}", plan.code))
            for form in FILES
        ],
    }
    return render(request, "recommendations.html", context)


def _row(answered, plan):
    """What a row of the file holds, by the name of its column."""
    of, rows = answered.target, answered.answers
    sources = of.sources.all()
    return {
        "code": of.code,
        "body": of.body,
        "body_words": str(SHORT_BODIES.get(of.body, of.body)),
        "kind": of.kind,
        "kind_words": str(TARGET_KINDS.get(of.kind, of.kind)),
        "name": in_language(of, "name"),
        "years_read": of.years_read,
        "years_told": of.years_told,
        "by_year": in_language(of, "by_year"),
        "addressed": [each.acronym for each in of.addressed.all()],
        "confidence": of.confidence,
        "commitments": [row.commitment.code for row, _link in rows],
        "commitments_why": [link and in_language(link, "why") for _row, link in rows],
        "indicators": [line.indicator.code for line, _link in answered.measured],
        "indicators_why": [
            in_language(link, "why") for _line, link in answered.measured
        ],
        "answer": in_language(of, "answer"),
        "sources": [each.title for each in sources],
        "source_addresses": [each.url for each in sources],
        "note": in_language(of, "note"),
        "address": settings.SITE_URL + of.address_in(plan, get_language()),
    }


def _rows(plan):
    plan, found = _board(plan)
    asked = references.asked_of_country(found)
    return plan, [_row(each, plan) for each in asked]


@finished_by(shown_elsewhere)
def as_csv(request, plan):
    """What bodies ask as a table; several values of a cell stand apart by bars."""
    plan, rows = _rows(plan)
    cells = [map(_in_cell, row.values()) for row in rows]
    return files.csv_file(plan, _("recommendations"), map(str, COLUMNS.values()), cells)


@finished_by(shown_elsewhere)
def as_json(request, plan):
    plan, rows = _rows(plan)
    content = {
        "data_as_of": timezone.localdate().isoformat(),
        "columns": {name: str(heading) for name, heading in COLUMNS.items()},
        "recommendations": rows,
    }
    name = slugify(f"{plan.code} {_('recommendations')}")
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return HttpResponse(
        f"{text}\n",
        content_type="application/json; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.json"',
            "X-Robots-Tag": "noindex",
        },
    )


def _in_cell(value):
    return (
        " | ".join(each or "" for each in value) if isinstance(value, list) else value
    )


#: The columns of the files: the name for machines and the heading for people.
COLUMNS = {
    "code": gettext_lazy("Code"),
    "body": gettext_lazy("Who asks (code)"),
    "body_words": gettext_lazy("Who asks"),
    "kind": gettext_lazy("Kind (code)"),
    "kind_words": gettext_lazy("Kind"),
    "name": gettext_lazy("What is asked"),
    "years_read": gettext_lazy("Years read in their own text"),
    "years_told": gettext_lazy("Years told by the press or another text"),
    "by_year": gettext_lazy("What each year adds"),
    "addressed": gettext_lazy("Agencies named"),
    "confidence": gettext_lazy("How surely it is known (code)"),
    "commitments": gettext_lazy("Commitments that respond"),
    "commitments_why": gettext_lazy("Why each responds"),
    "indicators": gettext_lazy("Indicators that measure it"),
    "indicators_why": gettext_lazy("What each measures"),
    "answer": gettext_lazy("Answer of the State"),
    "sources": gettext_lazy("Sources"),
    "source_addresses": gettext_lazy("Addresses of the sources"),
    "note": gettext_lazy("Note"),
    "address": gettext_lazy("Address"),
}
#: The end of a file's name → what writes it.
FILES = {"csv": as_csv, "json": as_json}

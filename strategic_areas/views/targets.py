"""
Framework targets (international targets and recommendations), with the commitments
that respond.
"""

from collections import Counter

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from strategic_areas.models import FrameworkTarget
from strategic_areas.queries.pages import references
from strategic_areas.queries.plan.plan_progress import load_plan_progress
from strategic_areas.sentences import BODY_NAMES
from strategic_areas.views import datasets
from strategic_areas.views.parameters import public_plan_or_404


def framework_list(request, plan):
    plan, found = _plan_and_progress(plan)
    context = {
        "plan": plan,
        "plan_progress": found,
        "tip_report_tiers": references.tip_report_tiers_of_plan(plan),
        "targets": references.targets_of_plan(found),
        "has_recommendations": FrameworkTarget.objects.recommendations().exists(),
    }
    return render(request, "frameworks.html", context)


def recommendation_list(request, plan):
    return _recommendations_page(request, plan, lambda target: True)


def recommendations_by_body(request, plan, slug):
    return _recommendations_page(
        request, plan, lambda target: target.body_slug == slug, body=slug
    )


def recommendations_to_agency(request, plan, slug):
    return _recommendations_page(
        request,
        plan,
        lambda target: any(each.slug == slug for each in target.addressed.all()),
        slug,
    )


def _plan_and_progress(plan):
    plan = public_plan_or_404(plan)
    return plan, load_plan_progress(plan, timezone.localdate())


def _recommendations_page(request, plan, is_wanted, agency="", body=""):
    plan, plan_progress = _plan_and_progress(plan)
    all_recommendations = references.recommendations_of_plan(plan_progress)
    shown = [each for each in all_recommendations if is_wanted(each.target)]
    if not shown and (agency or body):
        raise Http404
    agencies = Counter(
        each
        for recommendation in all_recommendations
        for each in recommendation.target.addressed.all()
    )
    bodies = Counter(each.target.body for each in all_recommendations)
    known = sorted(bodies, key=[*BODY_NAMES, *bodies].index)
    years = [year for each in shown for year in each.target.years]
    context = {
        "plan": plan,
        "plan_progress": plan_progress,
        "shown": shown,
        "is_of_all": not (agency or body),
        "kinds": Counter(each.target.kind for each in shown),
        "without_commitment": [each for each in shown if not each.total],
        "with_commitment": [each for each in shown if each.total],
        "years": (min(years), max(years)) if years else None,
        "has_state_reply": any(each.target.answer for each in shown),
        "bodies": [(code, slugify(code), bodies[code]) for code in known],
        "named": sorted(agencies.items(), key=lambda pair: (-pair[1], pair[0].acronym)),
        "agency": next((each for each in agencies if each.slug == agency), None),
        "takes_part": plan.participations.filter(agency__slug=agency).exists(),
        "body": next((code for code in known if slugify(code) == body), ""),
        "files": datasets.links_to_list_files("recommendations", plan.code),
    }
    return render(request, "recommendations.html", context)


def recommendation_file(request, plan, file_format):
    """
    Recommendations as a file; a workbook also has their years and agencies, and the
    commitments that respond to them.
    """
    plan, plan_progress = _plan_and_progress(plan)
    recommendations = references.recommendations_of_plan(plan_progress)
    # Key of a row → its position; if all are equal, the dataset's order stays.
    positions_by_key = dict.fromkeys((each.target.code for each in recommendations), 0)
    # "answers": the commitments and indicators that respond, not the State's replies.
    linked_datasets = ("target_years", "target_agencies", "answers")
    wanted = {
        "targets": ("code", positions_by_key),
        **dict.fromkeys(linked_datasets, ("target", positions_by_key)),
    }
    return datasets.list_file_response(
        file_format, f"{plan.code} {_('recommendations')}", wanted, plan
    )

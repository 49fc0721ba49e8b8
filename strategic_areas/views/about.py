"""Pages about the portal: glossary, help, methods, legal base and change logs."""

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone

from strategic_areas import commitment_states, compliance, glossary as words, progress
from strategic_areas.queries import rounds
from strategic_areas.queries.pages import agencies, changes, help_lines, references
from strategic_areas.queries.plan import plans, submissions
from strategic_areas.queries.plan.plan_progress import load_plan_progress
from strategic_areas.views.parameters import (
    build_query,
    page_or_404,
    public_plan_or_404,
    query_values,
    reads_parameters,
)


def page(request, template, **context):
    """Render a page about no plan, with the plan of the home page."""
    context["plan"] = plans.choose_plan(timezone.localdate()).home_plan
    return render(request, template, context)


def text_page(template):
    return lambda request: page(request, template, **facts())


def facts():
    return {
        "secretariat": settings.SECRETARIAT_NAME,
        "emergency": settings.EMERGENCY_NUMBER,
        "contact": {
            "email": settings.CONTACT_EMAIL,
            "phone": settings.CONTACT_PHONE,
            "address": settings.CONTACT_ADDRESS,
        },
        "licence": {"name": settings.LICENCE_NAME, "url": settings.LICENCE_URL},
        "assessed_on": settings.ACCESSIBILITY_ASSESSED_ON,
    }


protection = text_page("protection.html")
accessibility = text_page("accessibility.html")
privacy = text_page("privacy.html")
terms_of_use = text_page("terms.html")
faq = text_page("faq.html")


def about(request):
    plan = plans.choose_plan(timezone.localdate()).home_plan
    context = {
        "plan": plan,
        "taking_part": plan and agencies.participation_counts(plan),
    }
    return render(request, "about.html", context | facts())


def contact(request):
    return page(request, "contact.html", log=changes.load_correction_log(), **facts())


def glossary(request):
    terms = {"terms": words.TERMS, "of_plans": plans.public_terms()}
    return page(request, "glossary.html", families=commitment_states.FAMILIES, **terms)


def site_map(request):
    themes = plans.themes_by_plan()
    found = [(plan, themes.get(plan.pk)) for plan in plans.plans_with_areas()]
    return page(request, "site_map.html", plans=found)


def help_page(request):
    lines = help_lines.load_help_page(timezone.localdate())
    return page(request, "help.html", help=lines, **facts())


def methodology(request):
    context = rules() | {
        "review_days": submissions.median_review_days(),
        "example_pair": references.nearly_equal_figures(),
    }
    today = timezone.localdate()
    plan = plans.choose_plan(today).home_plan
    counts = plan and load_plan_progress(plan, today).counts
    if counts and counts.total:
        numbers = [number for _family, number in counts.by_family]
        context["families"] = list(
            zip(commitment_states.FAMILIES, numbers, strict=True)
        )
    return render(request, "methodology.html", {"plan": plan, **context})


def rules():
    return {
        "families": [(row, None) for row in commitment_states.FAMILIES],
        "rule": commitment_states.RULE,
        "at_risk_days": progress.AT_RISK_DAYS,
        "at_risk_points": progress.AT_RISK_POINTS,
        "enough_reports": progress.ENOUGH_REPORTS,
        "last_rounds": rounds.LAST_ROUNDS,
        "reply_hours": int(compliance.REPLY_WITHIN.total_seconds()) // 3600,
        "confirmed_for_days": help_lines.CONFIRMED_FOR_DAYS,
    }


def amendment_list(request, plan):
    plan = public_plan_or_404(plan)
    context = {
        "plan": plan,
        "changes": changes.changes_of_plan(plan),
        "files": changes.plan_files_of(plan),
    }
    return render(request, "amendments.html", context)


def legal_base(request):
    return page(request, "legal_base.html", instruments=references.legal_base())


def discrepancies(request):
    rows = references.discrepancies_with_series()
    return page(request, "discrepancies.html", discrepancies=rows)


def later_activities(request, plan):
    plan = public_plan_or_404(plan)
    context = {"plan": plan, "later": references.later_activities(plan)}
    return render(request, "later_activities.html", context)


@reads_parameters("page")
def correction_log(request):
    wanted, log = query_values(request, "page"), changes.load_correction_log()
    context = {
        "log": log,
        "page": page_or_404(log["corrections"], wanted, changes.PER_PAGE),
        "page_query": build_query(wanted),
    }
    return page(request, "corrections.html", **context)

"""What the portal is, holds and promises, and where to get help: pages of text."""

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone

from strategic_areas import discipline, progress, states
from strategic_areas import glossary as words
from strategic_areas.queries import rounds, site
from strategic_areas.queries.pages import help_lines, references
from strategic_areas.queries.plan import counted, members, plans
from strategic_areas.views import indicators


def text_page(template):
    """The view of a page that says the same on every plan."""

    def view(request):
        context = {"plan": plans.choose(timezone.localdate()).shown, **facts()}
        return render(request, template, context)

    return view


def facts():
    """What the texts take from the settings."""
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
contact = text_page("contact.html")
terms_of_use = text_page("terms.html")


def about(request):
    """What the site is, and who carries out the plan that it shows."""
    plan = plans.choose(timezone.localdate()).shown
    context = {"plan": plan, "taking_part": plan and members.in_plan(plan)}
    return render(request, "about.html", context | facts())


def glossary(request):
    """The glossary, with the most important difference first."""
    context = {
        "plan": plans.choose(timezone.localdate()).shown,
        "terms": words.TERMS,
        "of_plans": references.public_terms(),
    }
    return render(request, "glossary.html", context)


def site_map(request):
    """Links to every page except those of which there are very many."""
    context = {
        "plan": plans.choose(timezone.localdate()).shown,
        "plans": plans.with_areas(),
    }
    return render(request, "site_map.html", context)


def data(request):
    """Every list that can be taken away, with what it holds and its date."""
    context = {
        "plan": plans.choose(timezone.localdate()).shown,
        "lists": site.lists(),
        "figures": indicators.list_files(),
        **facts(),
    }
    return render(request, "data.html", context)


def help_page(request):
    """Telephone lines to call. The page takes no reports and asks nothing."""
    today = timezone.localdate()
    context = {"plan": plans.choose(today).shown, "help": help_lines.public(today)}
    return render(request, "help.html", context | facts())


def methodology(request):
    """How the portal counts, with the thresholds that the code uses."""
    context = {
        "plan": plans.choose(timezone.localdate()).shown,
        "review_days": counted.review_days(),
        **rules(),
    }
    return render(request, "methodology.html", context)


def rules():
    """The thresholds that the page names, from the code that uses them."""
    return {
        "rule": states.RULE,
        "at_risk_days": progress.AT_RISK_DAYS,
        "at_risk_points": progress.AT_RISK_POINTS,
        "enough_reports": progress.ENOUGH_REPORTS,
        "last_rounds": rounds.LAST_ROUNDS,
        "reply_hours": int(discipline.REPLY_WITHIN.total_seconds()) // 3600,
        "confirmed_for_days": help_lines.CONFIRMED_FOR_DAYS,
    }

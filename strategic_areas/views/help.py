"""Help for people in need, and how the portal counts."""

from django.shortcuts import render
from django.utils import timezone

from strategic_areas import discipline, progress
from strategic_areas.queries import help_lines, plans, rounds


def help_page(request):
    """Lines to call. It takes no reports and asks nothing."""
    today = timezone.localdate()
    context = {"plan": plans.choose(today).shown, "help": help_lines.public(today)}
    return render(request, "help.html", context)


def methodology(request):
    """The rules of counting, with the thresholds that the code uses."""
    context = {
        "plan": plans.choose(timezone.localdate()).shown,
        "review_days": rounds.review_days(),
        **rules(),
    }
    return render(request, "methodology.html", context)


def rules():
    """The thresholds that the page names, from the code that goes by them."""
    return {
        "at_risk_days": progress.AT_RISK_DAYS,
        "at_risk_points": progress.AT_RISK_POINTS,
        "enough_reports": progress.ENOUGH_REPORTS,
        "last_rounds": rounds.LAST_ROUNDS,
        "reply_hours": int(discipline.REPLY_WITHIN.total_seconds()) // 3600,
        "confirmed_for_days": help_lines.CONFIRMED_FOR_DAYS,
    }

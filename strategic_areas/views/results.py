"""Results: what is known of the plan's goals, and what is not."""

from django.shortcuts import render
from django.utils import timezone

from strategic_areas.models import Indicator
from strategic_areas.queries.figures import indicators, phrases
from strategic_areas.queries.pages import references
from strategic_areas.queries.plan import plans
from strategic_areas.views import indicator_pictures


def results(request):
    periods, today = indicator_pictures.plan_periods(), timezone.localdate()
    lines = list(
        indicators.load_series(indicators.public_indicators().exclude(goal=""))
    )
    # Indicators with a value first; key figures first among each.
    lines.sort(key=lambda line: (not line.last, not line.indicator.key_figure))
    parts = [
        _part(goal, of_goal, periods, today)
        for goal in Indicator.Goal
        if (of_goal := [line for line in lines if line.indicator.goal == goal])
    ]
    tiers = references.tip_report_tiers_by_year()
    years = range(min(tiers), max(tiers) + 1) if tiers else ()
    context = {
        "plan": plans.choose_plan(today).home_plan,
        "parts": parts,
        "goal_source": _goal_source(lines),
        "tip_report_tiers": [(year, tiers.get(year)) for year in years],
    }
    return render(request, "results.html", context)


def _part(goal, lines, periods, today):
    first = lines[0]
    return {
        "goal": goal,
        "first": first,
        "sentence": first.last and phrases.value_sentence(first, first.last),
        "unknown": phrases.last_known_phrase(first, today),
        "known": [_known(line, periods, today) for line in lines],
        "goal_source": _goal_source(lines),
    }


def _known(line, periods, today):
    return {
        "line": line,
        "title": phrases.chart_title(line)
        if line.last
        else phrases.text_in_language(line.indicator, "name"),
        "picture": indicator_pictures.draw_series([line], periods),
        "unknown": phrases.last_known_phrase(line, today),
    }


def _goal_source(lines):
    """The first plan with goals by another source, or None; whether all plans agree."""
    plans_with_goals = [line.indicator.introduced_by for line in lines]
    return {
        "plan": next((each for each in plans_with_goals if each.goals_by_es), None),
        "is_of_all_plans": len({each.goals_by_es for each in plans_with_goals}) == 1,
    }

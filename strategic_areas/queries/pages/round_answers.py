"""Which agencies answered a round, and the headline of a plan."""

from collections.abc import Iterable
from datetime import date

from agencies.models import Agency
from strategic_areas import headline
from strategic_areas.models import ReportingPeriod
from strategic_areas.queries import rounds
from strategic_areas.queries.plan import round_assignments
from strategic_areas.queries.plan.plan_progress import PlanProgress
from strategic_areas.queries.plan.plans import is_over, opened_rounds


def headline_of(plan_progress: PlanProgress, today: date) -> headline.Headline:
    plan = plan_progress.plan
    period = round_to_report_on(plan_progress.periods, today)
    return headline.headline_of(
        [row.summary for row in plan_progress.rows],
        today=today,
        ended_on=plan.ends_on if is_over(plan, plan_progress.day) else None,
        anyone_reported=has_any_agency_reported(plan_progress),
        answers=period and load_round_answers(plan_progress, period),
    )


def round_to_report_on(
    periods: Iterable[ReportingPeriod], today: date
) -> ReportingPeriod | None:
    """The last round past its due date, else the last that opened."""
    opened = opened_rounds(periods, today)
    due = (each for each in opened if each.due_on < today or each.is_final)
    return next(due, next(iter(opened), None))


def has_answered_by_agency(
    plan_progress: PlanProgress, period: ReportingPeriod
) -> dict[Agency, bool]:
    """The agencies that a round asks, and whether each has answered."""
    owing_agencies, answering_agencies = set(), set()
    for agency, rows in round_assignments.activities_by_agency(
        plan_progress, period
    ).items():
        if any(row.owes(period) for row in rows):
            owing_agencies.add(agency)
        if any(rounds.was_ever_submitted(plan_progress, row, period) for row in rows):
            answering_agencies.add(agency)
    for value in plan_progress.values_by_round.get(period, ()):
        owing_agencies.add(value.agency)
        if value.was_submitted:
            answering_agencies.add(value.agency)
    in_order = sorted(owing_agencies, key=lambda each: each.acronym)
    return {agency: agency in answering_agencies for agency in in_order}


def load_round_answers(
    plan_progress: PlanProgress, period: ReportingPeriod
) -> headline.RoundAnswers:
    found = has_answered_by_agency(plan_progress, period)
    return headline.RoundAnswers(
        due_on=period.due_on,
        asked=tuple(each.acronym for each in found),
        reported=frozenset(each.acronym for each in found if found[each]),
        is_final=period.is_final,
        name_es=period.name_es,
        name_en=period.name_en or "",
    )


def has_any_agency_reported(plan_progress: PlanProgress) -> bool:
    """Whether an agency ever reported here, in a round of the portal."""
    return any(row.was_declared_here for row in plan_progress.rows) or any(
        report.was_entered for row in plan_progress.activities for report in row.reports
    )

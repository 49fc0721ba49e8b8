from datetime import date, timedelta

import pytest
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.queries.pages import overview
from strategic_areas.queries.plan import plans
from tests import make

pytestmark = pytest.mark.django_db


def spans_of(plan, today):
    return overview.load_plan_page(plans.plan_by_code(plan.code), today)["spans"]


def test_without_rounds_the_time_line_has_the_years_of_the_plan():
    plan = make.plan()

    found = spans_of(plan, date(2026, 6, 1))

    assert [(each.starts_on.year, str(each.tense)) for each in found] == [
        (2025, "past"),
        (2026, "now"),
        (2027, "to_come"),
        (2028, "to_come"),
    ]
    assert {each.records for each in found} == {None}


def test_with_rounds_it_has_each_and_who_reported_in_those_that_opened():
    asked, today = make.round(), timezone.localdate()
    later = {"opens_on": date(2028, 1, 1), "due_on": date(2028, 2, 1)}
    make.round(
        plan=asked.plan,
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 12, 31),
        closes_on=date(2028, 3, 1),
        **later,
    )
    make.round(plan=asked.plan, is_demonstration=True)
    for maker in (make.published_update, make.update):
        maker(activity=make.activity(plan=asked.plan), period=asked)

    told = [
        each.answers and (each.answers.heard, len(each.answers.asked))
        for each in spans_of(asked.plan, today)
    ]

    assert told == [(1, 2), None]


def test_years_with_records_stay_beside_the_first_round():
    line = make.commitment(provenance="reconstructed")
    activity = make.activity(commitment=line, provenance="reconstructed")
    period = make.period(plan=line.plan, mode="record")
    make.record_update(activity=activity, period=period)
    asked = make.round(plan=line.plan)

    found = spans_of(line.plan, timezone.localdate())

    assert [each.period for each in found[-2:]] == [None, asked]
    assert sum(each.records or 0 for each in found) == 1


def test_a_report_that_was_returned_was_heard_in_its_round_and_no_later_one():
    plan, today = make.plan(), timezone.localdate()
    over = {"opens_on": today - timedelta(90), "closes_on": today}
    before = make.round(plan=plan, due_on=today - timedelta(60), **over)
    make.round(
        plan=plan, ends_on=date(2026, 6, 30), due_on=today - timedelta(1), **over
    )
    update = make.submitted_update(activity=make.activity(plan=plan), period=before)
    workflow.return_to_agency(update, by=make.reviewer(), reason="Falta el acta.")

    heard = [each.answers.heard for each in spans_of(plan, today)]

    assert heard == [1, 0]

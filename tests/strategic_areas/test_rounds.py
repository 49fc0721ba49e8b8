"""Rounds: their state, how a schedule makes them, and for whom they open again."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from strategic_areas import rounds, workflow
from strategic_areas.desk import queries
from strategic_areas.models import PendingChange, ReportingPeriod, RoundReopening
from strategic_areas.queries.rounds import owed
from strategic_areas.schedule import Frequency, RoundState, Schedule, round_state
from tests.factories import (
    make_activity,
    make_administrator,
    make_agency,
    make_commitment,
    make_declaration,
    make_focal_point,
    make_period,
    make_plan,
    make_published_update,
    make_reviewer,
    make_round,
    make_update,
)

pytestmark = pytest.mark.django_db

TODAY = date(2025, 1, 10)
QUARTERLY = Schedule(Frequency.QUARTER, days_until_due=15, days_until_close=30)
SEMIANNUAL = Schedule(Frequency.SEMESTER, days_until_due=15, days_until_close=30)


def make_short_plan(**fields):
    return make_plan(starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31), **fields)


def made(plan):
    """The plan's rounds as (code, first day, last day), oldest first."""
    periods = plan.periods.order_by("starts_on", "code")
    return list(periods.values_list("code", "starts_on", "ends_on"))


# State


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 3, 31), RoundState.UPCOMING),
        (date(2025, 4, 1), RoundState.OPEN),
        (date(2025, 4, 15), RoundState.OPEN),
        (date(2025, 4, 16), RoundState.LATE),
        (date(2025, 4, 30), RoundState.LATE),
        (date(2025, 5, 1), RoundState.CLOSED),
    ],
)
@pytest.mark.sqlite
def test_the_state_of_a_round_follows_from_its_dates(day, expected):
    window = date(2025, 4, 1), date(2025, 4, 15), date(2025, 4, 30)

    assert round_state(*window, day) == expected


@pytest.mark.sqlite
def test_a_record_period_has_no_state():
    assert make_period().state(TODAY) is None


# Made from a schedule


def test_a_frequency_makes_the_rounds_of_a_plan_in_one_step():
    plan = make_short_plan()

    rounds.make(plan, QUARTERLY, by=make_reviewer(), today=TODAY)

    first = plan.periods.get(code="ronda-2025-t1")
    assert made(plan) == [
        ("ronda-2025-t1", date(2025, 1, 1), date(2025, 3, 31)),
        ("ronda-2025-t2", date(2025, 4, 1), date(2025, 6, 30)),
        ("ronda-2025-t3", date(2025, 7, 1), date(2025, 9, 30)),
        ("ronda-2025-t4", date(2025, 10, 1), date(2025, 12, 31)),
    ]
    assert (first.name_es, first.name_en) == (
        "Enero – marzo de 2025",
        "January – March 2025",
    )
    assert (first.opens_on, first.due_on, first.closes_on) == (
        date(2025, 4, 1),
        date(2025, 4, 15),
        date(2025, 4, 30),
    )


def test_rounds_are_cut_to_the_dates_of_the_plan():
    plan = make_plan(starts_on=date(2025, 2, 10), ends_on=date(2026, 4, 20))
    yearly = Schedule(Frequency.YEAR, days_until_due=15, days_until_close=30)

    rounds.make(plan, yearly, by=make_reviewer(), today=TODAY)

    assert made(plan) == [
        ("ronda-2025", date(2025, 2, 10), date(2025, 12, 31)),
        ("ronda-2026", date(2026, 1, 1), date(2026, 4, 20)),
    ]


def test_a_final_report_may_be_asked_for_after_the_plan_has_ended():
    plan = make_short_plan()
    schedule = Schedule(Frequency.YEAR, 15, 30, with_final=True)

    rounds.make(plan, schedule, by=make_reviewer(), today=TODAY)

    final = plan.periods.get(is_final=True)
    assert (final.code, final.starts_on, final.ends_on) == (
        "informe-final",
        date(2026, 1, 1),
        date(2026, 3, 31),
    )
    final.full_clean()


def test_only_the_final_report_may_lie_after_its_plan():
    period = make_round(
        plan=make_short_plan(), starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31)
    )

    with pytest.raises(ValidationError) as caught:
        period.full_clean()

    assert list(caught.value.message_dict) == ["ends_on"]


@pytest.mark.sqlite
def test_a_refusal_writes_dates_as_people_do():
    plan = make_short_plan()
    after = make_round(plan=plan, starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31))

    with translation.override("es"), pytest.raises(ValidationError) as caught:
        after.full_clean()

    assert f"{plan.ends_on:%d/%m/%Y}" in caught.value.messages[0]


def test_a_record_period_is_no_final_report():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_period(is_final=True)

    assert ReportingPeriod.objects.count() == 0


def test_making_them_again_changes_nothing():
    plan, reviewer = make_short_plan(), make_reviewer()
    rounds.make(plan, QUARTERLY, by=reviewer, today=TODAY)
    before = list(plan.periods.values())

    again = rounds.make(plan, QUARTERLY, by=reviewer, today=TODAY)

    assert not again.changes_anything
    assert list(plan.periods.values()) == before


def test_another_window_moves_the_rounds_that_nobody_has_answered():
    plan, reviewer = make_short_plan(), make_reviewer()
    rounds.make(plan, QUARTERLY, by=reviewer, today=TODAY)
    kept = plan.periods.get(code="ronda-2025-t1")
    make_answer(kept)

    longer = Schedule(Frequency.QUARTER, days_until_due=20, days_until_close=40)
    rounds.make(plan, longer, by=reviewer, today=date(2025, 4, 10))

    due = dict(plan.periods.values_list("code", "due_on"))
    assert due == {
        "ronda-2025-t1": date(2025, 4, 15),
        "ronda-2025-t2": date(2025, 7, 20),
        "ronda-2025-t3": date(2025, 10, 20),
        "ronda-2025-t4": date(2026, 1, 20),
    }


def make_answer(period):
    """A draft in the round, written while it was open."""
    activity = make_activity(plan=period.plan)
    author = make_focal_point(
        agency=activity.agency, mandate={"starts_on": date(2025, 1, 1)}
    )
    with time_machine.travel(f"{period.opens_on}T15:00:00Z", tick=False):
        return make_update(activity=activity, period=period, by=author)


def test_another_frequency_leaves_answered_rounds_and_asks_about_the_rest():
    plan, reviewer = make_short_plan(), make_reviewer()
    rounds.make(plan, QUARTERLY, by=reviewer, today=TODAY)
    make_answer(plan.periods.get(code="ronda-2025-t1"))

    rounds.make(plan, SEMIANNUAL, by=reviewer, today=date(2025, 4, 2))

    assert made(plan) == [
        ("ronda-2025-t1", date(2025, 1, 1), date(2025, 3, 31)),
        ("ronda-2025-s1", date(2025, 4, 1), date(2025, 6, 30)),
        ("ronda-2025-s2", date(2025, 7, 1), date(2025, 12, 31)),
    ]


def test_a_declaration_answers_a_round_too():
    plan, reviewer = make_short_plan(), make_reviewer()
    rounds.make(plan, QUARTERLY, by=reviewer, today=TODAY)
    period = plan.periods.get(code="ronda-2025-t2")
    commitment = make_commitment(plan=plan)
    author = make_focal_point(
        agency=commitment.lead, mandate={"starts_on": date(2025, 1, 1)}
    )
    with time_machine.travel("2025-07-02T15:00:00Z", tick=False):
        make_declaration(commitment=commitment, period=period, by=author)

    proposal = rounds.propose(plan, SEMIANNUAL, today=date(2025, 7, 3))

    assert period in proposal.kept


def test_a_round_that_was_due_and_left_unanswered_stays_on_record():
    plan, reviewer = make_short_plan(), make_reviewer()
    rounds.make(plan, QUARTERLY, by=reviewer, today=TODAY)

    rounds.make(plan, SEMIANNUAL, by=reviewer, today=date(2025, 4, 16))

    assert made(plan)[0] == ("ronda-2025-t1", date(2025, 1, 1), date(2025, 3, 31))


def test_a_round_made_by_hand_stays_and_its_code_is_not_taken():
    plan = make_short_plan()
    make_round(
        plan=plan,
        code="ronda-2025-t2",
        starts_on=date(2025, 4, 1),
        ends_on=date(2025, 5, 15),
    )

    rounds.make(plan, QUARTERLY, by=make_reviewer(), today=TODAY)

    assert made(plan)[1:3] == [
        ("ronda-2025-t2", date(2025, 4, 1), date(2025, 5, 15)),
        ("ronda-2025-t2-2", date(2025, 5, 16), date(2025, 6, 30)),
    ]


def test_no_round_is_made_that_nobody_could_have_answered():
    plan = make_short_plan()

    rounds.make(plan, QUARTERLY, by=make_reviewer(), today=date(2025, 7, 16))

    assert [code for code, *_days in made(plan)] == ["ronda-2025-t3", "ronda-2025-t4"]


def test_periods_of_record_and_other_plans_are_left_alone():
    plan, other = make_short_plan(), make_short_plan()
    make_period(plan=plan, code="2025")
    rounds.make(other, QUARTERLY, by=make_reviewer(), today=TODAY)

    rounds.make(plan, SEMIANNUAL, by=make_reviewer(), today=TODAY)

    assert {code for code, *_days in made(plan)} == {
        "2025",
        "ronda-2025-s1",
        "ronda-2025-s2",
    }
    assert len(made(other)) == 4


# The page that makes them


def post_schedule(client, plan, button):
    return client.post(
        reverse("admin:strategic_areas_reportingperiod_schedule"),
        {
            "plan": plan.pk,
            "frequency": "quarter",
            "days_until_due": 15,
            "days_until_close": 30,
            button: "1",
        },
    )


@pytest.mark.sqlite
def test_rounds_are_shown_and_made_once_a_second_person_agrees(client):
    plan = make_plan(starts_on=date(2090, 1, 1), ends_on=date(2090, 12, 31))
    client.force_login(make_reviewer())

    shown = post_schedule(client, plan, "preview")
    post_schedule(client, plan, "make")
    stored = plan.periods.count()
    workflow.approve(PendingChange.objects.get(), by=make_reviewer())

    assert [slot.code for slot in shown.context["proposal"].added] == [
        "ronda-2090-t1",
        "ronda-2090-t2",
        "ronda-2090-t3",
        "ronda-2090-t4",
    ]
    assert (stored, plan.periods.count()) == (0, 4)
    assert plan.periods.first().is_scheduled


@pytest.mark.parametrize("make_actor", [make_focal_point, make_administrator])
@pytest.mark.sqlite
def test_only_reviewers_make_rounds(client, make_actor):
    plan = make_plan(starts_on=date(2090, 1, 1), ends_on=date(2090, 12, 31))
    client.force_login(make_actor())

    response = post_schedule(client, plan, "make")

    assert (response.status_code, plan.periods.count()) == (403, 0)


@pytest.mark.sqlite
def test_a_round_never_closes_before_it_is_due(client):
    plan = make_plan(starts_on=date(2090, 1, 1), ends_on=date(2090, 12, 31))
    client.force_login(make_reviewer())

    response = client.post(
        reverse("admin:strategic_areas_reportingperiod_schedule"),
        {
            "plan": plan.pk,
            "frequency": "year",
            "days_until_due": 30,
            "days_until_close": 29,
            "make": "1",
        },
    )

    assert list(response.context["form"].errors) == ["days_until_close"]
    assert plan.periods.count() == 0


# Opened again for one agency


def make_closed_round(plan):
    today = timezone.localdate()
    return make_round(
        plan=plan,
        opens_on=today - timedelta(days=40),
        due_on=today - timedelta(days=20),
        closes_on=today - timedelta(days=10),
    )


def reopen(period, agency, **fields):
    fields.setdefault("until", timezone.localdate() + timedelta(days=5))
    return RoundReopening.objects.create(
        period=period,
        agency=agency,
        reason="Cambio de personal.",
        by=make_reviewer(),
        **fields,
    )


def test_a_round_opened_again_takes_the_first_report_of_that_agency_alone():
    activity = make_activity()
    other = make_activity(plan=activity.plan)
    period = make_closed_round(activity.plan)
    reopen(period, activity.agency)

    update = make_update(activity=activity, period=period)
    with pytest.raises(workflow.TransitionError):
        make_update(activity=other, period=period)

    assert update.status == "draft"
    assert other.updates.count() == 0


def test_a_round_opened_again_closes_after_its_last_day():
    activity = make_activity()
    period = make_closed_round(activity.plan)
    reopen(period, activity.agency, until=timezone.localdate() - timedelta(days=1))

    with pytest.raises(workflow.TransitionError):
        make_update(activity=activity, period=period)

    assert activity.updates.count() == 0


def test_the_desk_asks_in_a_round_opened_again_for_that_agency_alone():
    mine, second = make_activity(), make_agency()
    make_activity(plan=mine.plan, agency=second)
    period = make_closed_round(mine.plan)
    user = make_focal_point(agency=mine.agency)
    user.mandates.create(agency=second, kind="titular", starts_on=TODAY)
    reopen(period, mine.agency)

    (sheet,) = queries.open_sheets(user)

    assert [(row.subject, row.period) for row in sheet.rows] == [(mine, period)]


def test_a_round_opened_again_asks_nobody_before_it_opens():
    activity = make_activity()
    tomorrow = timezone.localdate() + timedelta(days=1)
    period = make_round(
        plan=activity.plan, opens_on=tomorrow, due_on=tomorrow, closes_on=tomorrow
    )
    user = make_focal_point(agency=activity.agency)
    reopen(period, activity.agency)

    with pytest.raises(workflow.TransitionError):
        make_update(activity=activity, period=period)

    assert queries.open_sheets(user) == []
    assert activity.updates.count() == 0


@pytest.mark.sqlite
def test_the_secretariat_opens_a_round_again_and_says_why(client):
    activity, reviewer = make_activity(), make_reviewer()
    period = make_closed_round(activity.plan)
    until = timezone.localdate() + timedelta(days=3)
    client.force_login(reviewer)
    posted = {"period": period.pk, "agency": activity.agency_id, "until": until}
    address = reverse("admin:strategic_areas_roundreopening_add")

    refused = client.post(address, posted | {"reason": ""})
    client.post(address, posted | {"reason": "Cambio de titular."})

    stored = RoundReopening.objects.get()
    assert list(refused.context["adminform"].form.errors) == ["reason"]
    assert (stored.by, stored.until, stored.reason) == (
        reviewer,
        until,
        "Cambio de titular.",
    )


@pytest.mark.sqlite
def test_a_round_is_picked_by_its_plan_too(client):
    period = make_round()
    client.force_login(make_reviewer())

    for name in ("admin:strategic_areas_roundreopening_add", "admin:letter_new"):
        context = client.get(reverse(name)).context
        form = context["adminform"].form if "adminform" in context else context["form"]
        told = dict(form.fields["period"].choices)
        assert told[period.pk] == f"{period.name} · {period.plan.code}"


def test_a_round_that_is_open_anyway_is_not_opened_again():
    activity = make_activity()
    period = make_round(plan=activity.plan)

    with pytest.raises(ValidationError) as caught:
        RoundReopening(
            period=period,
            agency=activity.agency,
            until=period.closes_on,
            reason="Sin necesidad.",
        ).full_clean(exclude=["by"])

    assert list(caught.value.message_dict) == ["until"]


# What is owed


def test_what_a_later_report_ended_is_still_owed_in_the_earlier_round():
    activity = make_activity()
    earlier = make_round(plan=activity.plan, ends_on=date(2025, 3, 31))
    later = make_round(
        plan=activity.plan, starts_on=date(2025, 4, 1), ends_on=date(2025, 6, 30)
    )
    make_published_update(
        activity=activity, period=later, execution="completed", percent=100
    )
    after = make_round(
        plan=activity.plan, starts_on=date(2025, 7, 1), ends_on=date(2025, 9, 30)
    )

    assert list(owed(earlier)) == [activity]
    assert list(owed(later)) == [activity]
    assert list(owed(after)) == []

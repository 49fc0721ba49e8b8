"""Rounds: their state, how a schedule makes them, and for whom they open again."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from strategic_areas import rounds, workflow
from strategic_areas.desk import queries
from strategic_areas.desk.sheet.contents import ReportingSheet
from strategic_areas.models import PendingChange, RoundReopening
from strategic_areas.queries.rounds import owed_activities
from strategic_areas.schedule import (
    RoundFrequency,
    RoundState,
    Schedule,
    round_slots,
    round_state,
    working_day,
)
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

TODAY = date(2025, 1, 10)


def make_short_plan(**fields):
    return make.plan(starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31), **fields)


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
    assert make.period().state(TODAY) is None


# The next round, from the calendar


@pytest.mark.sqlite
def test_a_calendar_asks_about_all_days_of_the_plan_and_then_for_the_final_report():
    yearly = Schedule(RoundFrequency.YEAR, days_until_due=15, days_until_close=30)

    made = list(round_slots(date(2025, 2, 10), date(2026, 4, 20), yearly))

    assert [(slot.code, slot.starts_on, slot.ends_on) for slot in made] == [
        ("ronda-2025", date(2025, 2, 10), date(2025, 12, 31)),
        ("ronda-2026", date(2026, 1, 1), date(2026, 4, 20)),
        ("informe-final", date(2026, 4, 21), date(2026, 6, 30)),
    ]
    assert (made[0].opens_on, made[0].due_on, made[0].closes_on) == (
        date(2026, 1, 1),
        date(2026, 1, 15),
        date(2026, 1, 30),
    )
    assert [slot.is_final for slot in made] == [False, False, True]


def test_a_plan_without_rounds_begins_with_the_one_that_can_still_be_answered():
    plan = make_short_plan()

    first = rounds.next_round(plan, date(2025, 7, 16))
    quarter = rounds.next_round(plan, date(2025, 7, 16), RoundFrequency.QUARTER)

    assert (first.code, first.starts_on, first.ends_on) == (
        "ronda-2025-s2",
        date(2025, 7, 1),
        date(2025, 12, 31),
    )
    assert (quarter.code, quarter.name_es, quarter.name_en) == (
        "ronda-2025-t3",
        "Julio – septiembre de 2025",
        "July – September 2025",
    )
    assert plan.periods.count() == 0


DAYS = ("starts_on", "ends_on", "opens_on", "due_on", "closes_on")


@pytest.mark.parametrize(
    ("plan_days", "code", "round_days", "asked", "expected"),
    [
        (
            ("2025-01-01", "2025-12-31"),
            *("q1", "2025-01-01 2025-03-31 2025-04-02 2025-04-20 2025-05-10"),
            (TODAY,),
            {"code": "ronda-2025-t2"}
            | {"due_on": "2025-07-20", "closes_on": "2025-08-09"},
        ),
        (
            ("2025-05-01", "2029-04-30"),
            *("s1", "2025-05-01 2025-10-31 2025-11-01 2025-12-25 2026-01-09"),
            (date(2025, 12, 1),),
            {"code": "ronda-2025-s2", "name_es": "Noviembre – abril de 2026"}
            | {"starts_on": "2025-11-01", "ends_on": "2026-04-30"}
            | {"due_on": "2026-06-24"},
        ),
        (
            ("2025-01-01", "2025-12-31"),
            "ronda-2025-t2",
            "2025-04-01 2025-05-15 2025-05-16 2025-05-30 2025-06-10",
            (date(2025, 5, 1), RoundFrequency.QUARTER),
            {"code": "ronda-2025-t2-2"}
            | {"starts_on": "2025-05-16", "ends_on": "2025-06-30"},
        ),
    ],
    ids=["as late as before", "in the same months", "no day twice"],
)
def test_the_rounds_so_far_are_the_calendar(
    plan_days, code, round_days, asked, expected
):
    first, last = map(date.fromisoformat, plan_days)
    plan = make.plan(starts_on=first, ends_on=last)
    days = map(date.fromisoformat, round_days.split())
    make.round(plan=plan, code=code, **dict(zip(DAYS, days, strict=True)))

    following = rounds.next_round(plan, *asked)

    assert {name: str(getattr(following, name)) for name in expected} == expected


def test_the_final_report_comes_last_and_then_nothing(time_machine):
    time_machine.move_to(TODAY)
    plan = make_short_plan()
    for first, last in [((2025, 1, 1), (2025, 12, 31)), ((2026, 1, 1), (2026, 3, 31))]:
        following = rounds.next_round(plan, TODAY, RoundFrequency.YEAR)
        assert (following.starts_on, following.ends_on) == (date(*first), date(*last))
        following.full_clean()
        following.save()

    assert (following.is_final, rounds.next_round(plan, TODAY)) == (True, None)


def test_records_and_demonstrations_are_no_part_of_the_calendar():
    plan = make_short_plan()
    days = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31)}
    make.period(plan=plan, **days)
    make.round(plan=plan, is_demonstration=True, **days)

    assert rounds.next_round(plan, TODAY).code == "ronda-2025-s1"


def test_only_the_final_report_may_lie_after_its_plan():
    plan = make_short_plan()
    period = make.round(
        plan=plan, starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31)
    )

    with translation.override("es"), pytest.raises(ValidationError) as caught:
        period.full_clean()

    ((field, (message,)),) = caught.value.message_dict.items()
    assert field == "ends_on"
    assert f"{plan.ends_on:%d/%m/%Y}" in message


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2029, 2, 26), date(2029, 2, 26)),
        (date(2029, 2, 25), date(2029, 2, 26)),
        (date(2029, 2, 24), date(2029, 2, 26)),
        (date(2029, 2, 27), date(2029, 2, 28)),
        (date(2027, 1, 1), date(2027, 1, 4)),
    ],
)
@pytest.mark.sqlite
def test_a_weekend_and_a_holiday_are_no_working_days(day, expected):
    assert working_day(day) == expected


# The page that opens it


def open_address(plan):
    return reverse("admin:round_open", args=[plan.code])


@pytest.fixture
def running(time_machine):
    time_machine.move_to("2025-07-01T15:00:00Z", tick=False)
    return make_short_plan()


WINDOW = {"opens_on": "2025-07-01", "due_on": "2025-07-18", "closes_on": "2025-07-30"}


@pytest.mark.sqlite
def test_the_desk_says_that_a_round_is_due(client, reviewer, running, time_machine):
    link = open_address(running)
    shown = link in client.get("/gestion/").content.decode()
    time_machine.move_to("2025-05-30T15:00:00Z", tick=False)
    before = link in client.get("/gestion/").content.decode()
    time_machine.move_to("2025-07-01T15:00:00Z", tick=False)

    client.post(link, {**WINDOW, "ask": "1"})

    assert (before, shown) == (False, True)
    assert link not in client.get("/gestion/").content.decode()
    assert client.get(link).url == reverse(
        "admin:approval", args=[PendingChange.objects.get().pk]
    )


@pytest.mark.sqlite
def test_a_round_is_opened_by_two_who_read_the_same(client, reviewer, running):
    activity = make.activity(plan=running)
    mandate = {"starts_on": date(2025, 1, 1)}
    person = make.focal_point(agency=activity.agency, mandate=mandate)
    first = client.get(open_address(running)).context["opening"]

    asked = client.post(open_address(running), {**WINDOW, "ask": "1"})
    alone = client.post(asked.url, {"approve": "1"})
    before = queries.open_sheets(person), running.periods.count()
    client.force_login(make.reviewer())
    second = client.get(asked.url).context["records"][0]["opening"]
    client.post(asked.url, {"approve": "1", "checked": "on"})

    assert (alone.status_code, before) == (200, ([], 0))
    changing = {"period", "days", "better", "mail"}
    assert [first[key] for key in first.keys() - changing] == [
        second[key] for key in first.keys() - changing
    ]
    assert [day["usual"] for day in second["days"]] == [None] * len(second["days"])
    period = running.periods.get()
    assert [sheet.period for sheet in queries.open_sheets(person)] == [period]
    assert (period.code, period.due_on) == ("ronda-2025-s1", date(2025, 7, 18))


def test_another_person_reads_what_departs_from_usual_days(client, reviewer, running):
    make.round(
        plan=running,
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 3, 31),
        opens_on=date(2025, 4, 1),
        due_on=date(2025, 4, 15),
        closes_on=date(2025, 4, 30),
    )

    asked = client.post(open_address(running), {**WINDOW, "ask": "1"})

    days = client.get(asked.url).context["records"][0]["opening"]["days"]
    assert {day["name"]: day["usual"] for day in days if day["usual"]} == {
        "due_on": date(2025, 7, 15)
    }


def test_what_a_round_asks_is_what_the_sheets_then_hold(client, reviewer, running):
    activity = make.activity(plan=running)
    make.activity(plan=running, starts_on=date(2025, 8, 1))
    other = make.activity(plan=running)
    asked_of = {"plan": running, "frequency": "each_round"}
    indicator = make.indicator(agency=activity.agency, **asked_of)
    make.indicator(agency=None, **asked_of)
    told = client.get(open_address(running)).context["opening"]

    asked = client.post(open_address(running), {**WINDOW, "ask": "1"})
    workflow.approve(PendingChange.objects.get(), by=make.reviewer())

    period = running.periods.get()
    sheets = [ReportingSheet(period, each.agency) for each in (activity, other)]
    held = {
        sheet.agency: [row.subject.code for row in (*sheet.asked_rows, *sheet.values)]
        for sheet in sheets
    }
    codes = {
        agency: [row.code for row in rows] for agency, rows in told["owed_by_agency"]
    }
    assert (asked.status_code, codes) == (302, held)
    assert held[activity.agency] == [activity.code, indicator.code]
    assert (told["reports"], told["values"]) == (2, 1)


def test_a_page_older_than_another_round_asks_for_none(client, reviewer, running):
    code = client.get(open_address(running)).context["period"].code
    make.round(plan=running, starts_on=date(2025, 1, 1), ends_on=date(2025, 6, 30))

    data = {**WINDOW, "code": code, "ask": "1"}
    shown = client.post(open_address(running), data).context["period"]

    assert (shown.starts_on, shown.opens_on) == (date(2025, 7, 1), date(2026, 1, 1))
    assert not PendingChange.objects.exists()


def test_other_days_are_shown_before_anything_is_asked(client, reviewer, running):
    again = client.post(
        open_address(running), {**WINDOW, "due_on": "2025-07-20", "again": "1"}
    )
    moved = client.post(open_address(running), {**WINDOW, "moved": "2025-07-21"})
    assert client.post(open_address(running), {}).status_code == 422
    wrong = client.post(
        open_address(running), {**WINDOW, "closes_on": "2025-07-10", "ask": "1"}
    )

    def due(page):
        return next(
            each["day"]
            for each in page.context["opening"]["days"]
            if each["name"] == "due_on"
        )

    assert again.context["opening"]["better"] == date(2025, 7, 21)
    assert (due(again), due(moved)) == (date(2025, 7, 20), date(2025, 7, 21))
    assert (again.status_code, moved.status_code, wrong.status_code) == (200, 200, 422)
    assert not PendingChange.objects.exists()


@pytest.mark.sqlite
def test_only_the_secretariat_opens_rounds_and_only_of_a_plan_in_use(client, running):
    ended = make_short_plan(status="ended")
    begun = make_short_plan(status="in_preparation")
    answers = []
    for make_actor in (make.focal_point, make.administrator):
        client.force_login(make_actor())
        answers.append(client.post(open_address(running), {**WINDOW, "ask": "1"}))
    client.force_login(make.reviewer())
    answers += [client.get(open_address(plan)) for plan in (ended, begun)]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert not PendingChange.objects.exists()


# Opened again for one agency


def make_closed_round(plan):
    today = timezone.localdate()
    return make.round(
        plan=plan,
        opens_on=today - timedelta(days=40),
        due_on=today - timedelta(days=20),
        closes_on=today - timedelta(days=10),
    )


def test_a_round_opened_again_takes_the_first_report_of_that_agency_alone():
    activity = make.activity()
    other = make.activity(plan=activity.plan)
    period = make_closed_round(activity.plan)
    make.reopening(period, activity.agency)

    update = make.update(activity=activity, period=period)
    with pytest.raises(workflow.TransitionError):
        make.update(activity=other, period=period)

    assert update.status == "draft"
    assert other.updates.count() == 0


def test_a_round_opened_again_closes_after_its_last_day():
    activity = make.activity()
    period = make_closed_round(activity.plan)
    make.reopening(
        period, activity.agency, until=timezone.localdate() - timedelta(days=1)
    )

    with pytest.raises(workflow.TransitionError):
        make.update(activity=activity, period=period)

    assert activity.updates.count() == 0


def test_the_desk_asks_in_a_round_opened_again_for_that_agency_alone():
    mine, second = make.activity(), make.agency()
    make.activity(plan=mine.plan, agency=second)
    period = make_closed_round(mine.plan)
    user = make.focal_point(agency=mine.agency)
    user.mandates.create(agency=second, kind="titular", starts_on=TODAY)
    make.reopening(period, mine.agency)

    (sheet,) = queries.open_sheets(user)

    assert [(row.subject, row.period) for row in sheet.asked_rows] == [(mine, period)]


def test_a_round_opened_again_asks_nobody_before_it_opens():
    activity = make.activity()
    tomorrow = timezone.localdate() + timedelta(days=1)
    period = make.round(
        plan=activity.plan, opens_on=tomorrow, due_on=tomorrow, closes_on=tomorrow
    )
    user = make.focal_point(agency=activity.agency)
    make.reopening(period, activity.agency)

    with pytest.raises(workflow.TransitionError):
        make.update(activity=activity, period=period)

    assert queries.open_sheets(user) == []
    assert activity.updates.count() == 0


@pytest.mark.sqlite
def test_the_secretariat_opens_a_round_again_and_says_why(client):
    activity, reviewer = make.activity(), make.reviewer()
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
def test_a_round_is_picked_by_its_plan_too(client, reviewer):
    period = make.round()

    for name in ("admin:strategic_areas_roundreopening_add", "admin:letter_new"):
        context = client.get(reverse(name)).context
        form = context["adminform"].form if "adminform" in context else context["form"]
        told = dict(form.fields["period"].choices)
        assert told[period.pk] == f"{period.name} · {period.plan.code}"


def test_a_round_that_is_open_anyway_is_not_opened_again():
    activity = make.activity()
    period = make.round(plan=activity.plan)

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
    activity = make.activity()
    earlier = make.round(plan=activity.plan, ends_on=date(2025, 3, 31))
    later = make.round(
        plan=activity.plan, starts_on=date(2025, 4, 1), ends_on=date(2025, 6, 30)
    )
    make.published_update(
        activity=activity, period=later, execution="completed", percent=100
    )
    after = make.round(
        plan=activity.plan, starts_on=date(2025, 7, 1), ends_on=date(2025, 9, 30)
    )

    assert list(owed_activities(earlier)) == [activity]
    assert list(owed_activities(later)) == [activity]
    assert list(owed_activities(after)) == []

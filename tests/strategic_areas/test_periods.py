"""Periods and rounds: by two people, once for a span, and told when they change."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.access import RefusedError
from strategic_areas import rounds, workflow
from strategic_areas.desk import queries
from strategic_areas.models import (
    ActivityUpdate,
    PendingChange,
    PlanChange,
    ReportingPeriod,
)
from tests import make

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
SPAN = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 6, 30)}
INSULT = "Zanahoria"


def days(number):
    return TODAY + timedelta(days=number)


def add(client, plan, **fields):
    address = reverse("admin:strategic_areas_reportingperiod_add")
    posted = {
        "plan": plan.pk,
        "code": "semestre-1",
        "name_es": "Primer semestre",
        "name_en": "",
        "mode": "round",
        **SPAN,
        "opens_on": days(-1),
        "due_on": days(20),
        "closes_on": days(30),
        **fields,
    }
    return client.post(address, posted)


def errors_of(answer):
    return list(answer.context["adminform"].form.errors)


def take_back(client, period):
    address = reverse("admin:round_take_back", args=[period.pk])
    return client.post(address, {"has_read": "on"})


def changes_of(client, plan):
    return client.get(f"/{plan.code}/modificaciones/").content.decode()


def test_one_person_renames_and_moves_no_period_that_the_public_reads(client, reviewer):
    period = make.period(code="2019", name_es="Año 2019")
    address = reverse("admin:strategic_areas_reportingperiod_change", args=[period.pk])
    form = client.get(address).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    values = {name: value for name, value in values.items() if value is not None}

    client.post(address, values | {"name_es": INSULT, "starts_on": "2012-01-01"})

    now = ReportingPeriod.objects.get(pk=period.pk)
    assert (now.name_es, now.starts_on) == ("Año 2019", period.starts_on)
    assert workflow.waiting_change(period).is_waiting


def test_a_changed_period_is_told_among_the_changes_of_the_plan(client):
    period = make.period(code="2019", name_es="Año 2019", name_en="Year 2019")
    change = make.change(period, name_es="Período 2019", starts_on=date(2025, 2, 1))

    before = changes_of(client, period.plan)
    workflow.approve(change, by=make.reviewer())

    told = changes_of(client, period.plan)
    assert "Período 2019" not in before
    assert "Período 2019" in told
    assert "01/02/2025" in told


def test_a_round_asks_nobody_before_a_second_person_agrees(client, reviewer):
    activity = make.activity()
    asked = make.focal_point(agency=activity.agency)

    add(client, activity.plan)
    before = queries.open_sheets(asked), ReportingPeriod.objects.count()
    workflow.approve(PendingChange.objects.get(), by=make.reviewer())

    assert before == ([], 0)
    assert [each.period.code for each in queries.open_sheets(asked)] == ["semestre-1"]


def test_both_persons_read_whom_a_round_asks_and_who_is_not_reached(client, reviewer):
    reached = make.activity()
    other = make.activity(plan=reached.plan)
    make.focal_point(agency=reached.agency)
    add(client, reached.plan)
    address = reverse("admin:approval", args=[PendingChange.objects.get().pk])

    pages = [client.get(address)]
    client.force_login(make.reviewer())
    pages.append(client.get(address))

    for page in pages:
        (record,) = page.context["records"]
        asked = sorted([reached, other], key=lambda each: each.agency.acronym)
        assert record["opening"]["owed_by_agency"] == [
            (each.agency, [each]) for each in asked
        ]
        assert record["opening"]["unreachable"] == [other.agency]
        assert record["opening"]["days"][0]["day"] == days(-1)
        assert record["opening"]["days"][-1]["day"] == days(30)
        assert other.agency.acronym in page.content.decode()


def test_a_due_date_in_the_past_is_refused(client, reviewer):
    plan = make.plan()

    answer = add(client, plan, opens_on=days(-9), due_on=days(-1))

    assert errors_of(answer) == ["due_on"]
    assert not PendingChange.objects.exists()


def test_a_due_date_that_passes_meanwhile_is_refused(client, reviewer, time_machine):
    add(client, make.plan(), due_on=days(2))

    time_machine.move_to(f"{days(4)}T15:00:00Z", tick=False)

    with pytest.raises(RefusedError):
        workflow.approve(PendingChange.objects.get(), by=make.reviewer())
    assert not ReportingPeriod.objects.exists()


@pytest.mark.parametrize(
    "span",
    [
        {},
        {"starts_on": date(2026, 6, 30), "ends_on": date(2026, 12, 31)},
        {"is_final": "on"},
    ],
)
def test_a_second_round_for_a_span_is_refused(client, reviewer, span):
    plan = make.plan()
    make.round(plan=plan, **SPAN)

    answer = add(client, plan, **span)

    assert errors_of(answer) == ["starts_on"]


def test_of_two_rounds_that_wait_for_one_span_one_is_approved(client, reviewer):
    plan = make.plan()
    for code in ("uno", "dos"):
        add(client, plan, code=code)
    first, second = PendingChange.objects.order_by("pk")

    workflow.approve(first, by=make.reviewer())
    with pytest.raises(RefusedError):
        workflow.approve(second, by=make.reviewer())

    assert [each.code for each in plan.periods.all()] == ["uno"]


def test_another_plan_and_a_record_period_may_cover_the_same_days(client, reviewer):
    plan = make.plan()
    make.round(**SPAN)
    make.period(plan=plan, **SPAN)

    add(client, plan)

    assert PendingChange.objects.count() == 1


def test_an_old_round_keeps_its_past_due_date_when_it_is_renamed():
    old = make.round(opens_on=days(-30), due_on=days(-20), closes_on=days(-10))

    change = make.change(old, name_es="Otro nombre")

    assert change.records.get().after == {"name_es": "Otro nombre"}


def test_a_round_of_a_plan_in_preparation_is_made_at_once(client, reviewer):
    plan = make.plan(status="in_preparation")

    add(client, plan)

    assert plan.periods.get().code == "semestre-1"


def test_a_round_in_which_nothing_was_sent_is_taken_back_and_told(client, reviewer):
    period = make.round(name_es="Primer semestre", due_on=TODAY)

    address = reverse("admin:round_take_back", args=[period.pk])
    shown = client.get(address)
    client.post(address)
    assert ReportingPeriod.objects.get() == period  # she has not read what goes

    answer = take_back(client, period)

    assert shown.context["obstacle"] == ""
    assert answer.status_code == 302
    assert not ReportingPeriod.objects.exists()
    client.logout()
    assert "Primer semestre" in changes_of(client, period.plan)
    assert PlanChange.objects.get().removes_record


def assert_stays(client, period, told=""):
    client.force_login(make.reviewer())

    shown = client.get(reverse("admin:round_take_back", args=[period.pk]))
    answer = take_back(client, period)

    assert told in shown.context["obstacle"]
    assert answer.status_code == 422
    assert ReportingPeriod.objects.get() == period
    assert not PlanChange.objects.exists()


def test_a_draft_of_an_agency_keeps_the_round(client):
    update = make.update()
    make.evidence(update)

    assert_stays(client, update.period, update.agency.acronym)

    assert ActivityUpdate.objects.get().evidences.count() == 1


def test_a_value_handed_in_for_a_round_keeps_it(client):
    agency, plan = make.agency(), make.plan()
    indicator = make.indicator(agency=agency, plan=plan, frequency="each_round")
    make.reported_value(indicator=indicator)

    assert_stays(client, make.round(plan=plan), agency.acronym)


def test_a_round_that_was_due_keeps_its_silence_on_record(client):
    period = make.round(due_on=days(-1))

    assert_stays(client, period, "fecha límite")


def test_a_past_round_of_a_plan_that_nobody_reads_is_taken_back(client, reviewer):
    plan = make.plan(status="in_preparation")

    answer = take_back(client, make.round(plan=plan, due_on=days(-1)))

    assert answer.status_code == 302


def test_a_round_in_which_something_was_sent_stays(client):
    update = make.returned_update()

    assert_stays(client, update.period)


def test_what_an_agency_sent_and_recalled_keeps_the_round(client):
    update = make.update()
    (person,) = update.contributors.all()
    period, agency = update.period, update.agency
    workflow.submit_all(period, agency, make.seen_versions(update), by=person)
    workflow.recall(ActivityUpdate.objects.get(), by=person)

    assert_stays(client, period)

    assert ActivityUpdate.objects.get().status == "draft"


def test_what_the_demonstration_and_commands_make_needs_nobody_else(settings):
    settings.EMBEDDED_DATABASE = True
    activity = make.activity()
    activity.plan.commitments.update(provenance="reconstructed")

    assert rounds.open_demonstration(TODAY).plan == activity.plan

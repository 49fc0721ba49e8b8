"""The bar of a running round on the desk, its filters, and the reminder of all."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.mail import Mail
from tests import make
from tests.costs import costs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_day")]

INDEX = reverse("admin:index")
TODAY, DAY = timezone.localdate(), timedelta(days=1)


#: What an agency did → the part in which it stands.
MAKERS = {
    "respondieron": make.published_update,
    "por-revisar": make.submitted_update,
    "devueltas": make.returned_update,
    "con-atraso": make.update,
    "en-silencio": None,
}


class Running:
    """A round past its due date, and an agency of each group; GHOST has no person."""

    def __init__(self, **dates):
        self.plan = make.plan()
        days = {"opens_on": TODAY - 30 * DAY, "due_on": TODAY - DAY}
        days |= {"closes_on": TODAY + 9 * DAY, **dates}
        self.period = make.round(plan=self.plan, **days)
        self.agencies = {}
        for group, maker in MAKERS.items():
            agency = self.agencies[group] = make.agency()
            activity = make.activity(plan=self.plan, agency=agency)
            author = make.focal_point(agency=agency)
            if maker:
                maker(activity=activity, period=self.period, by=author)
        self.ghost = make.agency(acronym="GHOST")
        make.activity(plan=self.plan, agency=self.ghost)

    def shown(self, client, **query):
        (shown,) = client.get(INDEX, query).context["running"]
        return shown

    def rows(self, client, slug):
        shown = self.shown(client, ronda=self.period.pk, parte=slug)
        return next(each["agencies"] for each in shown["groups"] if each["is_chosen"])

    def remind_all(self, client):
        address = reverse("admin:round_remind_all", args=[self.period.pk])
        return client.post(address, follow=True)


def test_the_groups_add_up_to_the_agencies_asked(client, reviewer):
    world = Running()

    shown = world.shown(client)

    numbers = [len(group["agency_rounds"]) for group in shown["groups"]]
    assert numbers == [1, 1, 1, 1, 2]
    assert (shown["handed_in"], shown["asked"]) == (2, 6)


def test_each_number_leads_to_exactly_its_agencies(client, reviewer):
    world = Running()

    listed = {
        group: {row["agency"] for row in world.rows(client, group)} for group in MAKERS
    }

    own = {group: {agency} for group, agency in world.agencies.items()}
    assert listed == {**own, "en-silencio": {*own["en-silencio"], world.ghost}}
    assert not any(group["is_chosen"] for group in world.shown(client)["groups"])


def test_nobody_is_called_late_before_the_due_date(client, reviewer):
    in_time = Running(due_on=TODAY).shown(client)["groups"]

    late = [str(group["name"]) for group in in_time]

    assert not {"Late", "Silent"} & {*late}


def test_the_first_reminder_goes_out_on_the_opening_day(client, reviewer):
    shown = Running(opens_on=TODAY, due_on=TODAY + 9 * DAY).shown(client)

    days = [shown["last_reminder_day"], shown["next_reminder_day"]]
    assert days == [TODAY, TODAY + 6 * DAY]


@pytest.mark.parametrize(
    "dates",
    [
        {"closes_on": TODAY - DAY, "due_on": TODAY - 2 * DAY},
        {"opens_on": TODAY + DAY, "due_on": TODAY + 2 * DAY},
    ],
)
def test_no_bar_stands_before_a_round_or_after_it(client, reviewer, dates):
    make.activity(plan=make.round(**{"opens_on": TODAY - 9 * DAY, **dates}).plan)

    assert client.get(INDEX).context["running"] == []


def test_whoever_does_not_review_is_shown_no_agency(client):
    world = Running()
    client.force_login(make.focal_point(agency=world.ghost))

    page = client.get(INDEX)

    assert page.context["running"] == []
    assert world.remind_all(client).status_code == 403


def test_all_that_owe_something_are_reminded_once_a_day(client, reviewer):
    world = Running()

    first = world.remind_all(client)
    again = world.remind_all(client)

    mails = Mail.objects.filter(kind="asked")
    owe = [world.agencies[p] for p in ("devueltas", "con-atraso", "en-silencio")]
    people = {agency.focal_points.get().user.email for agency in owe}
    assert {mail.to for mail in mails} == people
    assert mails.count() == 3
    (told,), (told_again,) = first.context["messages"], again.context["messages"]
    assert (told.level_tag, told_again.level_tag) == ("success", "error")
    assert all(agency.acronym in told.message for agency in owe)
    assert "GHOST" in told.message


def test_who_cannot_be_reached_is_told_before_anything_is_sent(client, reviewer):
    world = Running()

    shown = world.shown(client)

    assert [each.agency for each in shown["unreachable"]] == [world.ghost]
    assert world.ghost not in [each.agency for each in shown["reachable"]]
    assert shown["reachable"][0].agency.acronym in shown["mail_preview"]
    assert not Mail.objects.filter(kind="asked").exists()


def test_the_desk_costs_the_same_at_1_and_many_agencies(client, reviewer):
    world = Running()

    def grow():
        agency = make.agency()
        activity = make.activity(plan=world.plan, agency=agency)
        make.submitted_update(activity=activity, period=world.period)
        make.activity(plan=world.plan, agency=agency)

    asked = {"ronda": world.period.pk, "parte": "por-revisar"}
    few, many = costs(lambda: world.shown(client, **asked), grow)

    assert few == many

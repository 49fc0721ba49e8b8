"""The review of accesses: who can come in, and who seems gone."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.access import Role
from agencies.invitations import Invitation
from agencies.mail import Mail
from agencies.models import User
from agencies.stand_ins import STAND_IN_STEPS
from strategic_areas.desk import people
from strategic_areas.desk.people import access_problems
from tests import make
from tests.costs import costs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_day")]

TODAY = timezone.localdate()
PAGE = reverse("admin:access_review")
LONG_AGO = {"starts_on": TODAY - timedelta(days=3000)}


def close_rounds(plan, number, **fields):
    return [
        make.round(
            plan=plan,
            opens_on=TODAY - timedelta(days=30 * each + 25),
            due_on=TODAY - timedelta(days=30 * each + 10),
            closes_on=TODAY - timedelta(days=30 * each + 1),
            starts_on=TODAY - timedelta(days=30 * each + 60),
            ends_on=TODAY - timedelta(days=30 * each + 30),
            **fields,
        )
        for each in range(number)
    ]


@pytest.fixture
def activity():
    return make.activity()


@pytest.fixture
def person(activity):
    """A titular; an alternate stands beside her, so that she is not the last."""
    user = make.focal_point(agency=activity.agency, mandate=LONG_AGO)
    make.focal_point(agency=activity.agency, mandate=LONG_AGO)
    return user


def access_of(user):
    (found,) = [each for each in people.account_accesses() if each.user == user]
    return found


@pytest.mark.parametrize(
    ("missed", "flagged", "proposed"),
    [(0, False, False), (1, False, False), (2, True, False), (3, True, True)],
)
def test_two_missed_flag_three_propose(activity, person, missed, flagged, proposed):
    close_rounds(activity.plan, missed)

    found = access_of(person)

    facts = (found.missed_rounds, found.is_flagged, found.should_be_closed)
    assert facts == (missed, flagged, proposed)


def test_an_answered_round_begins_the_count_anew(activity, person):
    rounds = close_rounds(activity.plan, 4)
    answered = make.round(
        plan=activity.plan,
        **{name: getattr(rounds[1], name) for name in ("starts_on", "ends_on")},
    )
    make.submitted_update(activity=activity, period=answered, by=person)
    for name in ("opens_on", "due_on", "closes_on"):
        setattr(answered, name, getattr(rounds[1], name))
    answered.save()
    rounds[1].delete()

    assert access_of(person).missed_rounds == 1


def test_an_open_round_and_a_demonstration_are_not_missed(activity, person):
    close_rounds(activity.plan, 2, is_demonstration=True)
    make.round(plan=activity.plan)

    assert access_of(person).missed_rounds == 0


def test_rounds_before_a_mandate_are_not_its_own(activity):
    close_rounds(activity.plan, 3)
    newcomer = make.focal_point(agency=activity.agency, mandate={"starts_on": TODAY})

    assert access_of(newcomer).missed_rounds == 0


def test_the_last_mandate_of_an_agency_is_never_proposed(activity):
    her = make.focal_point(agency=activity.agency, mandate=LONG_AGO)
    make.mandate(user=her, agency=activity.agency, kind="alternate", **LONG_AGO)
    make.focal_point(
        agency=activity.agency,
        mandate={**LONG_AGO, "leave_cover": True, "ends_on": TODAY},
        is_active=False,
    )
    close_rounds(activity.plan, 4)

    assert (access_of(her).is_flagged, access_of(her).should_be_closed) == (True, False)


def test_who_keeps_accounts_besides_is_not_proposed(activity, person):
    close_rounds(activity.plan, 4)
    person.groups.add(make.administrator().groups.get())

    assert access_of(person).should_be_closed is False


def test_a_substitute_can_do_something():
    person = make.user(group=Role.FOCAL_POINT)
    STAND_IN_STEPS.approve(make.stand_in(user=person), by=make.reviewer())

    assert person.username not in " ".join(each.about for each in access_problems())


def test_it_says_who_has_a_second_factor_and_was_last_seen():
    with_factor, without = make.reviewer(), make.reviewer()
    make.totp(with_factor)
    seen = timezone.now()
    User.objects.filter(pk=without.pk).update(last_login=seen)

    accesses = [access_of(with_factor), access_of(without)]
    assert [each.has_factor for each in accesses] == [True, False]
    assert [each.last_seen for each in accesses] == [None, seen]


def test_closed_accounts_cannot_come_in_and_are_left_out():
    make.reviewer(is_active=False)
    make.user(is_staff=False)

    assert people.account_accesses() == []


def test_agencies_without_titular_or_alternate_are_named():
    plan = make.plan()
    full, half, bare, gone = (make.agency() for _number in range(4))
    for agency in (full, half, bare, gone):
        make.participation(plan=plan, agency=agency)
    make.focal_point(agency=full)
    make.focal_point(agency=full)
    make.focal_point(agency=half)
    make.focal_point(agency=bare, is_active=False)
    gone.dissolved_on = TODAY
    gone.save()

    gaps = people.missing_mandates()

    found = {gap.agency: (gap.no_titular, gap.no_alternate) for gap in gaps}
    assert found == {half: (False, True), bare: (True, True)}


def test_only_partners_that_report_something_are_named():
    plan = make.plan()
    works, counts, silent = (make.agency() for _number in range(3))
    for agency in (works, counts, silent):
        make.participation(plan=plan, agency=agency, role="partner")
    make.activity(plan=plan, agency=works)
    make.indicator(plan=plan, agency=counts)
    make.indicator(plan=make.plan(status="in_preparation"), agency=silent)

    assert {gap.agency for gap in people.missing_mandates()} == {works, counts}


def test_the_page_costs_the_same_at_any_size(client):
    client.force_login(make.administrator())

    few, many = costs(lambda: client.get(PAGE), make.focal_point)

    assert few == many <= 40


def review(*arguments):
    said = io.StringIO()
    call_command("review_access", *arguments, stdout=said)
    return said.getvalue().splitlines()


def test_plans_without_a_closed_round_cost_nothing(person, django_assert_num_queries):
    with CaptureQueriesContext(connection) as before:
        people.account_accesses()
    for year in range(2001, 2011):
        make.plan(code=str(year))

    with django_assert_num_queries(len(before)):
        people.account_accesses()


def test_the_command_proposes_and_closes_nothing_and_writes_once(activity, person):
    administrator = make.administrator()
    close_rounds(activity.plan, 3)

    rehearsed = review("--dry-run")
    unwritten = Mail.objects.count()
    said = review()
    review()

    assert unwritten == 0
    for each in (rehearsed, said):
        assert f"close {person}: 3 rounds missed" in each
    assert User.objects.filter(is_active=False).count() == 0
    assert [(mail.to, mail.kind) for mail in Mail.objects.all()] == [
        (administrator.email, "access_review")
    ]


@pytest.mark.parametrize("arguments", [[], ["--dry-run"]])
def test_a_fresh_portal_has_nothing_to_propose(arguments):
    assert review(*arguments) == ["accounts=0 proposed=0 gaps=0"]


# What an administrator should look at


def told(client):
    """What the first page tells an administrator: pairs of whom and what."""
    page = client.get(reverse("admin:index"))
    return [(each.about, each.what) for each in page.context["oddities"]]


def test_an_administrator_lands_on_what_is_odd(client, activity, person):
    make.participation(plan=activity.plan, agency=activity.agency)
    lonely = make.agency()
    make.participation(plan=activity.plan, agency=lonely)
    ends = {"ends_on": TODAY + timedelta(days=5), "leave_cover": True}
    leaving = make.focal_point(agency=activity.agency, mandate=ends)
    idle = make.user(group=Role.FOCAL_POINT)
    expired = make.invitation(email="tarde@example.org")[0]
    yesterday = timezone.now() - timedelta(days=1)
    Invitation.objects.filter(pk=expired.pk).update(expires_at=yesterday)
    make.invitation(email="hoy@example.org")
    close_rounds(activity.plan, 3)
    keeper = make.administrator()
    client.force_login(keeper)

    found = told(client)

    abouts = [about for about, _what in found]
    for odd in (person.username, leaving.username, idle.username, lonely.name):
        assert any(odd in about for about in abouts)
    assert expired.email in abouts
    assert "hoy@example.org" not in abouts
    assert not any(f"({keeper.username})" in about for about in abouts)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("titular", ["titular invited, not in yet", "no alternate"]),
        ("alternate", ["no titular", "alternate invited, not in yet"]),
    ],
)
def test_of_an_invited_person_it_is_told_that_they_are_not_in_yet(client, kind, texts):
    agency = make.agency()
    make.participation(plan=make.plan(), agency=agency)
    make.invitation(agency=agency, kind=kind)
    client.force_login(make.administrator())

    (found,) = [what for about, what in told(client) if agency.acronym in about]
    assert found == ", ".join(map(gettext, texts))
    assert found in client.get(PAGE).text
    assert f"{agency}: {', '.join(texts)}" in review("--dry-run")


@pytest.mark.parametrize("make_actor", [make.reviewer, make.focal_point])
def test_nobody_else_is_told_what_is_odd(client, make_actor):
    make.user(group=Role.FOCAL_POINT)
    client.force_login(make_actor())

    assert told(client) == []


def test_what_is_odd_costs_the_same_for_one_and_for_many():
    def grow():
        make.user(group=Role.FOCAL_POINT)
        make.participation(plan=make.plan(), agency=make.agency())

    few, many = costs(access_problems, grow)

    assert few == many
    assert len(access_problems()) > 8

"""Handover: one step that passes an agency's work on and lets a person go."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import RefusedError, Role
from agencies.accounts.closing import hand_over
from agencies.audit import AuditEntry
from agencies.models import FocalPoint
from strategic_areas import workflow
from strategic_areas.models import ActivityUpdate
from tests import make
from tests.costs import costs
from tests.make.people import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_day")]

TODAY = timezone.localdate()


@pytest.fixture
def agency():
    return make.agency()


@pytest.fixture
def mandate(agency):
    return make.focal_point(agency=agency).mandates.get()


@pytest.fixture
def successor():
    return make.user(group=Role.FOCAL_POINT)


def test_the_work_passes_on_and_keeps_its_author(agency, mandate, successor):
    draft = make.update(activity=make.activity(agency=agency), by=mandate.user)
    stranger = make.update()

    hand_over(mandate, successor, by=make.administrator())

    seen = set(ActivityUpdate.objects.visible_to(successor))
    assert draft in seen
    assert stranger not in seen
    assert list(draft.contributors.all()) == [mandate.user]
    workflow.submit(draft, by=successor)


@pytest.mark.parametrize("days_held", [0, 30])
def test_one_mandate_ends_as_the_other_begins(agency, mandate, successor, days_held):
    FocalPoint.objects.update(starts_on=TODAY - timedelta(days=days_held))

    begun = hand_over(mandate, successor, by=make.administrator())

    mandate.refresh_from_db()
    assert mandate.ends_on == TODAY - timedelta(days=1)
    assert (begun.user, begun.kind, begun.starts_on) == (successor, "titular", TODAY)
    assert list(FocalPoint.objects.current().filter(agency=agency)) == [begun]


def test_the_leaving_person_is_out_at_once(mandate, successor):
    client = Client()
    sign_in(client, mandate.user.username)

    hand_over(mandate, successor, by=make.administrator())

    mandate.user.refresh_from_db()
    assert mandate.user.is_active is False
    assert client.get(reverse("admin:index")).status_code == 302
    assert UserSession.objects.filter(user=mandate.user).count() == 0


def test_who_reviews_or_still_reports_elsewhere_keeps_her_account(mandate, successor):
    make.mandate(user=mandate.user, agency=make.agency())
    of_reviewer = make.mandate(user=make.reviewer(), agency=make.agency())

    for each in (mandate, of_reviewer):
        hand_over(each, successor, by=make.administrator())

        each.user.refresh_from_db()
        assert each.user.is_active is True


def test_an_alternate_who_becomes_titular_is_no_alternate_any_more(agency, mandate):
    alternate = make.focal_point(agency=agency)

    hand_over(mandate, alternate, by=make.administrator())

    current = FocalPoint.objects.current().filter(agency=agency)
    assert [(each.user, each.kind) for each in current] == [(alternate, "titular")]


@pytest.mark.parametrize("case", ["herself", "closed", "no role", "ended"])
def test_a_handover_that_cannot_be_changes_nothing(agency, mandate, successor, case):
    before = list(FocalPoint.objects.values())
    if case == "herself":
        successor = mandate.user
    elif case == "closed":
        successor.is_active = False
        successor.save()
    elif case == "no role":
        successor.groups.clear()
    else:
        FocalPoint.objects.update(ends_on=TODAY - timedelta(days=1))
        before = list(FocalPoint.objects.values())

    with pytest.raises(RefusedError):
        hand_over(mandate, successor, by=make.administrator())

    mandate.user.refresh_from_db()
    assert list(FocalPoint.objects.values()) == before
    assert mandate.user.is_active is True


def test_a_handover_is_recorded(agency, mandate, successor):
    administrator = make.administrator()

    hand_over(mandate, successor, by=administrator)

    entry = AuditEntry.objects.get(event="handover")
    assert (entry.actor, entry.agency) == (administrator, agency.acronym)


def test_the_administrator_hands_over_with_one_press(client, mandate, successor):
    client.force_login(make.administrator())
    address = reverse("admin:hand_over", args=[mandate.pk])

    client.get(address)
    untouched = FocalPoint.objects.current().get()
    client.post(address, {"successor": successor.pk})

    assert untouched == mandate
    assert FocalPoint.objects.current().get().user == successor


def test_the_successor_reads_the_agencys_work(client, agency, mandate, successor):
    activity = make.activity(agency=agency)
    draft = make.update(activity=activity, by=mandate.user)
    make.update()
    hand_over(mandate, successor, by=make.administrator())
    client.force_login(successor)

    page = client.get(reverse("admin:handover", args=[agency.slug]))

    account = page.context["work"]
    assert account["activities"] == (activity,)
    assert account["unfinished"] == (draft,)
    assert [each.to_do_count for each in account["rounds_to_do"]] == [1]


def test_the_page_costs_the_same_for_one_report_and_for_many(client, agency, mandate):
    client.force_login(mandate.user)
    address, plan = reverse("admin:handover", args=[agency.slug]), make.plan()

    def grow():
        make.update(activity=make.activity(agency=agency, plan=plan), by=mandate.user)

    few, many = costs(lambda: client.get(address), grow)

    assert few == many <= 60

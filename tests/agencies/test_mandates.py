"""Mandates and substitutes of the secretariat: who may act, and until when."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from agencies import access, stand_ins
from agencies.access import RefusedError, Role
from agencies.models import Agency, FocalPoint, User
from agencies.stand_ins import STAND_IN_STEPS, StandIn
from strategic_areas import workflow
from tests import make

pytestmark = pytest.mark.django_db


TODAY = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [(-1, None, True), (0, 0, True), (-5, -1, False), (0, -1, False), (1, None, False)],
)
def test_a_mandate_is_current_from_its_first_to_its_last_day(starts, ends, expected):
    mandate = make.mandate(
        user=make.user(),
        agency=make.agency(),
        starts_on=TODAY + timedelta(days=starts),
        ends_on=None if ends is None else TODAY + timedelta(days=ends),
    )

    assert FocalPoint.objects.current(TODAY).contains(mandate) is expected


def test_an_overlap_of_one_kind_is_refused_by_every_path():
    first = make.mandate(
        user=make.user(), agency=make.agency(), starts_on=TODAY, ends_on=TODAY
    )

    with pytest.raises(ValidationError):
        make.mandate(
            user=make.user(), agency=first.agency, starts_on=TODAY, ends_on=None
        )

    assert FocalPoint.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "alternate"},
        {"leave_cover": True, "ends_on": TODAY + timedelta(days=5)},
        {"starts_on": TODAY + timedelta(days=1)},
    ],
)
def test_another_kind_a_cover_or_a_later_mandate_stands_beside(fields):
    first = make.mandate(
        user=make.user(),
        agency=make.agency(),
        starts_on=date(2020, 1, 1),
        ends_on=TODAY,
    )

    second = make.mandate(
        user=make.user(), agency=first.agency, **{"starts_on": TODAY, **fields}
    )

    assert FocalPoint.objects.contains(second)


@pytest.mark.parametrize("fields", [{}, {"kind": "alternate", "leave_cover": True}])
def test_the_database_holds_one_open_ended_mandate_of_a_kind_and_dated_cover(fields):
    first = make.mandate(user=make.user(), agency=make.agency())
    second = FocalPoint(
        **{"user": make.user(), "agency": first.agency, "kind": first.kind} | fields,
        starts_on=TODAY,
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        FocalPoint.objects.bulk_create([second])

    assert FocalPoint.objects.get() == first


def test_no_mandate_ends_two_days_before_it_begins():
    mandate = FocalPoint(
        user=make.user(),
        agency=make.agency(),
        starts_on=TODAY,
        ends_on=TODAY - timedelta(days=2),
    )

    with pytest.raises(ValidationError):
        mandate.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        mandate.save()


def test_scope_is_what_mandates_of_an_open_account_give():
    agency, without = make.agency(), make.user()
    make.mandate(user=without, agency=make.agency())
    inactive = make.focal_point(is_active=False)
    user = make.focal_point(agency=agency)

    scopes = [[*Agency.objects.visible_to(each)] for each in (without, inactive, user)]

    assert scopes == [[], [], [agency]]


def test_a_renamed_agency_keeps_its_former_name():
    agency = make.agency(acronym="MAE", slug="mae", name_es="Ministerio viejo")

    agency.rename(acronym="MNV", slug="mnv", name_es="Ministerio nuevo")

    former = agency.former_names.get()
    assert (former.acronym, former.slug, former.name_es, former.ends_on) == (
        "MAE",
        "mae",
        "Ministerio viejo",
        timezone.localdate(),
    )
    assert Agency.objects.get(slug="mnv").name_es == "Ministerio nuevo"


DAY = timedelta(days=1)


def approved(user, **dates):
    stand_in = make.stand_in(user=user, **dates)
    return STAND_IN_STEPS.approve(stand_in, by=make.reviewer())


@pytest.mark.parametrize("decider", [make.reviewer, make.administrator])
def test_on_the_days_stated_she_reviews_and_approves(decider):
    """Once another reviewer or an administrator has approved it."""
    person, change = make.administrator(), make.change()
    update = make.submitted_update()
    STAND_IN_STEPS.approve(make.stand_in(user=person), by=decider())

    workflow.approve(change, by=make.again(person))
    workflow.publish(update, by=make.again(person))

    assert access.is_reviewer(make.again(person))
    assert make.again(person).has_perm("strategic_areas.change_plan")
    update.refresh_from_db()
    assert update.status == "published"


def not_yet_approved(user, today):
    make.stand_in(user=user)


def declined(user, today):
    STAND_IN_STEPS.decline(make.stand_in(user=user), by=make.reviewer(), reason="No.")


def too_early(user, today):
    approved(user, starts_on=today + DAY, ends_on=today + 9 * DAY)


def too_late(user, today):
    with time_machine.travel(timezone.now() - 9 * DAY):
        approved(user)


def closed_account(user, today):
    approved(user)
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize(
    "case", [not_yet_approved, declined, too_early, too_late, closed_account]
)
def test_else_she_has_no_such_right(case):
    person = make.focal_point()

    case(person, timezone.localdate())

    assert not access.is_reviewer(make.again(person))
    assert not make.again(person).has_perm("strategic_areas.publish_pendingchange")
    assert not stand_ins.reviewers().filter(pk=person.pk).exists()


def test_she_herself_neither_names_nor_approves():
    reviewer, person = make.reviewer(), make.administrator()
    stand_in = make.stand_in(user=person)
    dates = {"starts_on": timezone.localdate(), "ends_on": timezone.localdate()}

    with pytest.raises(RefusedError):
        STAND_IN_STEPS.approve(stand_in, by=person)
    with pytest.raises(RefusedError):
        stand_ins.propose_stand_in(StandIn(user=reviewer, **dates), by=reviewer)
    with pytest.raises(IntegrityError), transaction.atomic():
        StandIn.objects.filter(pk=stand_in.pk).update(
            status="applying", decided_by=person, decided_at=timezone.now()
        )


def test_nobody_prolongs_what_was_approved():
    stand_in = approved(make.administrator())

    with pytest.raises(IntegrityError), transaction.atomic():
        StandIn.objects.filter(pk=stand_in.pk).update(ends_on="2090-01-01")


def test_a_substitute_names_no_other():
    person = make.administrator()
    approved(person)

    with pytest.raises(RefusedError):
        make.stand_in(by=make.again(person))


def test_it_is_done_on_pages_of_the_desk(client):
    person = make.user(group=Role.FOCAL_POINT)
    client.force_login(make.reviewer())
    day = timezone.localdate().isoformat()
    answer = client.post(
        reverse("admin:stand_ins"),
        {"user": person.pk, "starts_on": day, "ends_on": day},
    )

    client.force_login(make.administrator())
    client.post(answer.url, {"approve": "1"})

    assert access.is_reviewer(make.again(person))


def test_the_desk_warns_when_fewer_than_two_can_approve(client):
    reviewer = make.reviewer()
    client.force_login(reviewer)
    alone = client.get(reverse("admin:index")).context["is_alone"]
    approved(make.administrator())  # whose approval takes another reviewer
    User.objects.exclude(pk=reviewer.pk).filter(groups__name="reviewer").update(
        is_active=False
    )

    together = client.get(reverse("admin:index")).context["is_alone"]

    assert (alone, together) == (True, False)

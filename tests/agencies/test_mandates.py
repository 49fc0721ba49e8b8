"""Mandates: who may report for an agency, and until when."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from agencies.models import Agency, FocalPoint
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


def test_the_database_holds_one_open_ended_mandate_of_a_kind():
    first = make.mandate(user=make.user(), agency=make.agency())
    second = FocalPoint(
        user=make.user(), agency=first.agency, kind=first.kind, starts_on=TODAY
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        FocalPoint.objects.bulk_create([second])

    assert FocalPoint.objects.count() == 1


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


def test_cover_for_a_leave_is_dated():
    people = {"user": make.user(), "agency": make.agency()}
    cover = FocalPoint(**people, starts_on=TODAY, leave_cover=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        FocalPoint.objects.bulk_create([cover])

    assert FocalPoint.objects.count() == 0


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

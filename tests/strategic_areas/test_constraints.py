"""The invariants that the database itself holds."""

from datetime import date

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import override

from strategic_areas.models import Activity, ActivityUpdate, Plan
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def refused(row, **change):
    """Whether the database refuses the change, past every form and model."""
    try:
        with transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**change)
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize(
    "change",
    [
        {"percent": 101},
        {"execution": "completed", "percent": 80},
        {"execution": "in_progress", "percent": 100},
        {"narrative_es": ""},
        {"narrative_es": None},
        {"status": "published"},
        {"status": "withdrawn"},
        {"withdrawal_reason": "sin retirar"},
        {"withdrawal_cause": "error"},
        {"provenance": "press"},
    ],
)
def test_an_update_that_contradicts_itself_is_refused(change):
    update = make.update()

    assert refused(update, **change)


@pytest.mark.parametrize(
    "change",
    [
        {"execution": "completed", "percent": 100},
        {"execution": "completed", "percent": None},
        {"percent": 0},
        {"percent": None},
    ],
)
def test_an_update_that_agrees_with_itself_is_stored(change):
    update = make.update()

    assert not refused(update, **change)


def test_one_open_revision_per_activity_and_period():
    update = make.update()
    second = ActivityUpdate(
        activity=update.activity,
        agency=update.agency,
        period=update.period,
        plan=update.plan,
        revision=2,
        execution="in_progress",
        narrative_es="Otra.",
        provenance="reported",
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        ActivityUpdate.objects.bulk_create([second])

    assert ActivityUpdate.objects.count() == 1


def test_one_published_revision_per_activity_and_period():
    first = make.record_update()
    second = make.record_update(activity=first.activity, period=first.period)

    copy = ActivityUpdate.objects.get(pk=second.pk)
    copy.pk, copy.revision = None, 3

    with pytest.raises(IntegrityError), transaction.atomic():
        ActivityUpdate.objects.bulk_create([copy])

    assert ActivityUpdate.objects.published().count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"starts_on": date(2030, 1, 1)},
        {"title_es": ""},
    ],
)
def test_a_plan_has_a_spanish_title_and_dates_in_order(change):
    assert refused(make.plan(), **change)


def test_codes_are_unique_within_a_plan_and_free_between_plans():
    first = make.commitment(code="C-1")
    make.commitment(code="C-1")

    with pytest.raises(IntegrityError), transaction.atomic():
        make.commitment(code="C-1", programme=first.programme)

    assert first.plan.commitments.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"budget": "amount"},
        {"budget_amount": 100},
    ],
)
def test_a_budget_amount_stands_with_its_value_and_source(change):
    assert refused(make.activity(), **change)


def test_a_round_has_a_window():
    assert refused(make.round(), closes_on=None)


def test_a_record_period_has_no_window():
    assert refused(make.period(), opens_on=date(2025, 1, 1))


def test_a_round_lies_within_its_plan():
    period = make.round()
    period.ends_on = date(2040, 1, 1)

    with pytest.raises(ValidationError) as caught:
        period.full_clean()

    assert list(caught.value.error_dict) == ["ends_on"]


def test_a_demonstration_is_exempt_from_the_plans_dates():
    period = make.round(is_demonstration=True)
    period.ends_on = date(2040, 1, 1)

    period.full_clean()

    assert period.ends_on == date(2040, 1, 1)


def test_codes_sort_by_number():
    commitment = make.commitment()
    for code in ("R-1.1.10", "R-1.1.9", "R-1.1.1"):
        make.activity(commitment=commitment, code=code)

    codes = Activity.objects.values_list("code", flat=True)
    assert list(codes) == ["R-1.1.1", "R-1.1.9", "R-1.1.10"]


@pytest.mark.sqlite
def test_a_plan_does_not_take_the_first_word_of_another_page():
    plan = make.plan()
    plan.code = "ayuda"

    with pytest.raises(ValidationError) as caught:
        plan.full_clean()

    assert list(caught.value.error_dict) == ["code"]


def test_a_plan_in_preparation_is_not_public():
    make.plan(status=Plan.Status.IN_PREPARATION)
    public = make.plan()

    assert list(Plan.objects.public()) == [public]


@pytest.mark.parametrize("code", ["1/2", "a\\b", ".", ".."])
@pytest.mark.parametrize("maker", [make.commitment, make.activity])
@pytest.mark.sqlite
def test_a_code_that_cannot_stand_in_an_address_is_refused(maker, code):
    row = maker()
    row.code = code

    with pytest.raises(ValidationError) as caught:
        row.full_clean()

    assert list(caught.value.error_dict) == ["code"]


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_constraint_can_say_what_is_wrong(language):
    with override(language):
        said = [
            constraint.get_violation_error_message()
            for config in ("agencies", "strategic_areas")
            for model in apps.get_app_config(config).get_models()
            for constraint in model._meta.constraints
        ]

    assert [text for text in said if not text or "%(" in text] == []

"""The invariants that the database itself holds."""

from datetime import UTC, date, datetime
from itertools import product

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import override

from strategic_areas import workflow
from strategic_areas.models import Activity, ActivityUpdate, Plan
from tests import make
from tests.strategic_areas.refusing import is_refused

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def refused(row, **change):
    """Whether the database refuses the change, past every form and model."""
    return is_refused(lambda: type(row).objects.filter(pk=row.pk).update(**change))


def step_back():
    update, said = make.submitted_update(), {"reason": "Uno.", "private_note": "Otro."}
    workflow.return_to_agency(update, by=make.reviewer(), **said)
    return update.transitions.get(to_status="returned")


def submission():
    update = make.update()
    about = update.period, update.agency, make.seen_versions(update)
    return workflow.submit_all(*about, by=update.contributors.get())


def work_outside_the_plan():
    return make.off_plan_update().activity


def demonstration():
    return make.round(is_demonstration=True)


#: Whose row the database refuses which changes of.
REFUSED = {
    make.update: [
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
        {"provenance": "documented"},
        {"provenance": "transcribed"},
        {"answer": "no_news"},
        {"is_reserved": True, "reserved_reason": "x"},
        {"is_reserved": True, "reserved_legal_basis": "x"},
        {"reserved_legal_basis": "x"},
    ],
    make.declaration: [{"provenance": "transcribed"}],
    make.published_update: [
        *({"narrative_es": "Otro texto"}, {"percent": 41}),
        *({"published_at": None}, {"plan_id": 0}, {"agency_id": 0}),
    ],
    make.withdrawn_update: [{"withdrawal_reason": "Otra."}],
    step_back: [
        *({"to_status": "published"}, {"reason": "Otra."}, {"private_note": "Otra."}),
        {"reason": "", "private_note": ""},
    ],
    submission: [{"number": 9}, {"sha256": "0"}, {"content": {"x": 1}}],
    make.plan: [{"starts_on": date(2030, 1, 1)}, {"title_es": ""}],
    make.activity: [
        *({"budget": "amount"}, {"budget_amount": 100}),
        *({"code": "F-X-1"}, {"is_in_plan": False}),
    ],
    work_outside_the_plan: [{"is_in_plan": True}, {"code": "A-1"}],
    make.round: [{"closes_on": None}, {"scorecards_public_at": NOW}],
    make.period: [{"opens_on": date(2025, 1, 1)}, {"is_final": True}],
    demonstration: [{"is_demonstration": False}],
    make.published_figure: [{"value": 41}, {"is_protected": True}],
}


@pytest.mark.parametrize("maker", REFUSED, ids=lambda maker: maker.__name__)
def test_the_database_refuses_what_contradicts_its_rules(maker):
    row = maker()

    assert [change for change in REFUSED[maker] if not refused(row, **change)] == []


@pytest.mark.parametrize("maker", [make.published_update, step_back, submission])
def test_the_database_deletes_nothing_that_is_on_record(maker):
    row = maker()

    assert is_refused(type(row).objects.filter(pk=row.pk).delete)


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


def test_codes_are_unique_within_a_plan_and_free_between_plans():
    first = make.commitment(code="C-1")
    make.commitment(code="C-1")

    with pytest.raises(IntegrityError), transaction.atomic():
        make.commitment(code="C-1", programme=first.programme)

    assert first.plan.commitments.count() == 1


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


def test_a_plan_in_preparation_is_not_public():
    make.plan(status=Plan.Status.IN_PREPARATION)
    public = make.plan()

    assert list(Plan.objects.public()) == [public]


@pytest.mark.parametrize(
    ("maker", "field", "value"),
    [
        *product(
            [make.commitment, make.activity], ["code"], ["1/2", "a\\b", ".", ".."]
        ),
        pytest.param(make.plan, "code", "ayuda", id="first word of another page"),
        pytest.param(make.round, "ends_on", date(2040, 1, 1), id="after its plan"),
    ],
)
def test_what_forms_refuse_is_told_beside_its_field(maker, field, value):
    row = maker()
    setattr(row, field, value)

    with pytest.raises(ValidationError) as caught:
        row.full_clean()

    assert list(caught.value.error_dict) == [field]


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

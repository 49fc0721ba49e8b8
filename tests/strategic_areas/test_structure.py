"""The structure of an approved plan, which the database itself keeps."""
# ruff: noqa: S608 - our own names

from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from agencies.fields import models_declaring
from strategic_areas import workflow
from strategic_areas.models import (
    Activity,
    Amendment,
    Commitment,
    PendingChange,
    Plan,
    PlanChange,
    PlanFile,
    Programme,
    StrategicArea,
    Target,
)
from tests import make
from tests.make.plans import close_structure, open_structure
from tests.strategic_areas.refusing import is_refused

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(scope="module")
def plan(lasting):
    """An approved plan with a record of each kind, which nobody may change now."""
    activity = make.activity(due_on="2026-03-31", quantity=3, unit_es="x")
    commitment = activity.commitment
    commitment.supporting.add(make.agency())
    make.commitment(plan=activity.plan).supersedes.add(commitment)
    make.indicator_target(make.indicator(plan=activity.plan))
    close_structure()
    return activity.plan


def sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def closed_to(statement, *values):
    with pytest.raises(IntegrityError, match="structure of an approved plan"):
        sql(statement, *values)
    return True


MODELS = {
    each.__name__: each
    for each in (StrategicArea, Programme, Commitment, Activity, Target)
}


def test_every_kind_of_record_with_a_structure_is_kept():
    declared = {model.__name__ for model in models_declaring(structure=True)}

    assert declared == {*MODELS, "Plan"}


@pytest.mark.parametrize("name", [*MODELS, "Plan"])
def test_raw_sql_changes_no_structure(name, plan):
    model = MODELS.get(name, Plan)
    row = model.objects.earliest("pk")
    table = model._meta.db_table
    fields = [
        model._meta.get_field(column)
        for column in model.fields.first_columns(structure=True)
    ]

    for field in fields:
        if field.many_to_many:
            continue
        new = {"DateField": "'2027-07-07'", "BooleanField": "NOT is_in_plan"}.get(
            field.get_internal_type(), "NULL"
        )
        if field.get_internal_type() in {"CharField", "TextField"}:
            new = "'otro'"
        elif "Decimal" in field.get_internal_type():
            new = "99"
        where = f"WHERE id = {row.pk}"
        assert closed_to(f"UPDATE {table} SET {field.column} = {new} {where}"), field


@pytest.mark.parametrize("name", MODELS)
def test_raw_sql_neither_adds_nor_removes_a_record(name, plan):
    model = MODELS[name]
    table, row = model._meta.db_table, model.objects.earliest("pk")
    columns = [f.column for f in model._meta.concrete_fields if not f.primary_key]
    told = ", ".join(f'"{column}"' for column in columns)
    copied = told.replace('"code"', "'otro'").replace('"ends_on"', "'2027-07-07'")

    assert closed_to(f"DELETE FROM {table} WHERE id = {row.pk}")
    assert closed_to(
        f"INSERT INTO {table} ({told}) SELECT {copied} FROM {table} WHERE id = {row.pk}"
    )
    assert closed_to(f"UPDATE {table} SET provenance = 'press' WHERE id = {row.pk}")


@pytest.mark.parametrize("field", [Commitment.supporting, Commitment.supersedes])
def test_raw_sql_changes_no_link_of_the_structure(field, plan):
    through = field.through._meta
    table, columns = through.db_table, [f.column for f in through.concrete_fields[1:]]
    other = make.agency().pk
    if field is Commitment.supersedes:
        other = Commitment.objects.latest("pk").pk
    one = Commitment.objects.earliest("pk").pk

    assert closed_to(f"DELETE FROM {table}")
    assert closed_to(f"UPDATE {table} SET {columns[1]} = {other}")
    assert closed_to(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({one}, {other})"
    )


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        # Not structure; a reconstruction; work outside the plan; in preparation.
        (lambda: Activity.objects.get(), {"note_es": "Nota", "title_en": "Other"}),
        (lambda: Commitment.objects.latest("pk"), {"baseline_es": "Ninguna"}),
        (lambda: Plan.objects.get(), {"summary_es": "Otro", "title_es": "Otro"}),
        (
            lambda: make.activity(
                commitment=Commitment.objects.latest("pk"), provenance="press"
            ),
            {"title_es": "Otro", "due_on": "2026-09-09"},
        ),
        (
            lambda: make.activity(
                commitment=Commitment.objects.latest("pk"), is_in_plan=False, code="F-1"
            ),
            {"title_es": "Otro"},
        ),
    ],
)
def test_what_is_no_structure_may_change(record, fields, plan):
    row = record()

    type(row).objects.filter(pk=row.pk).update(**fields)

    row.refresh_from_db()
    assert {name: str(getattr(row, name)) for name in fields} == fields


def test_a_plan_in_preparation_is_free():
    plan = make.plan(status="in_preparation")
    activity = make.activity(plan=plan, due_on="2026-03-31")
    close_structure()

    make.activity(commitment=activity.commitment)
    table, day = Activity._meta.db_table, "2027-07-07"
    sql(f"UPDATE {table} SET due_on = %s WHERE plan_id = %s", day, plan.pk)

    assert Activity.objects.filter(due_on="2027-07-07").count() == 2


@pytest.mark.parametrize("way", ["no act", "another plan's act", "not applied yet"])
def test_the_door_opens_to_an_applying_amendment_of_the_plan_alone(way, plan):
    open_structure()
    other = make.plan()
    close_structure()
    change = PendingChange.objects.create(
        proposed_by=make.reviewer(), proposed_at="2026-01-01T00:00Z"
    )
    if way != "no act":
        act = make.act(other if way == "another plan's act" else plan)
        act.change, act.proposed_by, act.kind = change, change.proposed_by, "redate"
        act.save()
    status = "pending" if way == "not applied yet" else "applying"
    table = PendingChange._meta.db_table
    if status == "applying":
        PendingChange.objects.filter(pk=change.pk).update(
            status=status, decided_by=make.reviewer(), decided_at="2026-01-02T00:00Z"
        )

    assert closed_to(f"UPDATE {Activity._meta.db_table} SET due_on = NULL")
    assert PendingChange.objects.get().status == status, table


def amended(**fields):
    """An approved amendment that moves the activity's due date, and its change."""
    activity = Activity.objects.get()
    activity.due_on = fields.pop("due_on", None)
    change = workflow.propose(
        activity, by=make.reviewer(), amendment=make.act(activity.plan, **fields)
    )
    return workflow.approve(change, by=make.reviewer())


def test_after_an_amendment_was_applied_the_structure_is_closed_again(plan):
    change = amended()

    assert (change.status, Activity.objects.get().due_on) == ("approved", None)
    assert closed_to(f"UPDATE {Activity._meta.db_table} SET kind = 'x'")


def test_what_was_told_of_an_amendment_stays(plan):
    amended()
    act, told = Amendment._meta.db_table, PlanChange._meta.db_table

    for statement in (
        f"UPDATE {told} SET old_value_es = 'otro'",
        f"DELETE FROM {told}",
        f"UPDATE {act} SET reason_es = 'otra'",
        f"UPDATE {act} SET approved_at = NULL, approved_by_id = NULL",
        f"DELETE FROM {act}",
    ):
        assert is_refused(partial(sql, statement)), statement


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {PlanFile._meta.db_table} SET status = 'applying'",
        f"UPDATE {PlanFile._meta.db_table} SET sha256 = ''",
        f"DELETE FROM {PlanFile._meta.db_table}",
    ],
)
def test_a_loaded_file_stays_as_it_was_told(statement, plan):
    make.plan_file(plan)

    with pytest.raises(IntegrityError, match="stays on record"):
        sql(statement)

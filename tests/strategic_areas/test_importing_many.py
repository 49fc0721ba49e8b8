"""Rows stored by the hundred: the same rows, versions and faults as one by one."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.db.models.signals import m2m_changed, post_save, pre_save

from agencies.models import Agency
from strategic_areas import figures
from strategic_areas.importing import PlanFileError, load_plan_file
from strategic_areas.models import Activity, Indicator, Source
from strategic_areas.models.records import CodeMixin
from strategic_areas.plan_document import records
from strategic_areas.plan_document.records import COMPLETED
from strategic_areas.plan_document.stored_plan import StoredPlan
from strategic_areas.plan_document.tables import REVISED, TABLES
from tests.deep import DEEP
from tests.strategic_areas.plans import (
    load_small,
    part_of_shipped,
    shipped_content,
    small,
    write,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

FILLED = [table.model for table in TABLES.values() if table.name not in REVISED]


def stored():
    """Every row, version and link of the tables that a file fills, times aside."""
    found = {}
    for model in FILLED:
        tables = [many.remote_field.through for many in model._meta.many_to_many]
        if hasattr(model, "history"):
            tables.append(model.history.model)
        for each in [model, *tables]:
            found[each.__name__] = Counter(said(each))
    return found


def said(model):
    """What each row says; keys by their order, since another load gives others."""
    columns = model._meta.concrete_fields
    keys = {each.attname: each.related_model for each in columns if each.is_relation}
    keys |= {"id": getattr(model, "instance_type", model)}
    unsaid = {"id"} if model._meta.auto_created else {"history_id", "history_date"}
    orders = {each: order_of(each) for each in {*keys.values()}}
    for row in model._default_manager.values(*(each.attname for each in columns)):
        yield tuple(
            (name, orders[keys[name]].get(value) if name in keys else str(value))
            for name, value in row.items()
            if name not in unsaid
        )


def order_of(model):
    pks = model._default_manager.order_by("pk").values_list("pk", flat=True)
    return {pk: place for place, pk in enumerate(pks)}


#: The sections whose records have a title or a name.
NAMED = (
    *("activities", "agencies", "areas", "commitments", "frameworks", "indicators"),
    *("later_activities", "legal_instruments", "other_plans", "periods", "programmes"),
)


def refuse_many(rows):
    raise IntegrityError("too many at once")


def with_other_words(value, name=""):
    """What a plan's file says, with other titles and names."""
    if isinstance(value, list):
        return [with_other_words(each) for each in value]
    if isinstance(value, dict):
        return {name: with_other_words(each, name) for name, each in value.items()}
    is_word = name.startswith(("title_", "name_")) and value
    return f"Newly {value}" if is_word else value


def test_rows_and_versions_are_those_of_rows_saved_one_by_one(tmp_path, monkeypatch):
    content = {**(shipped_content() if DEEP else part_of_shipped()), "updates": []}
    first = write(tmp_path, content)
    later = write(tmp_path, with_other_words(content), "later.yaml")
    # So few at once that most tables take several statements.
    monkeypatch.setattr(records, "AT_ONCE", 10)
    with transaction.atomic():
        load_plan_file(first)
        told = load_plan_file(later)
        together = stored()
        transaction.set_rollback(True)
    monkeypatch.setattr(records, "_create_rows", refuse_many)
    monkeypatch.setattr(records, "_add_lists", refuse_many)

    load_plan_file(first)
    again = load_plan_file(later)
    assert replace(again, touched=[]) == replace(told, touched=[])
    # PostgreSQL gives no key twice, of rows that were rolled back either.
    assert [model for model, _pk in again.touched] == [
        model for model, _pk in told.touched
    ]
    assert stored() == together
    lists = content["classification"]["lists"]
    assert Counter(record.split()[0] for record, _changes in told.changed) == {
        **{section: len(content[section]) for section in NAMED},
        **{"plan": 1, "classification": len(lists)},
    }
    versions = together["HistoricalActivity"].total()
    assert versions == 2 * len(content["activities"])


def test_the_one_row_that_the_database_refuses_is_named(tmp_path, monkeypatch):
    first = small()["activities"][0]
    activities = [{**first, "code": f"C1.{number}"} for number in range(600)]
    whole = CodeMixin.complete

    def refuse(row):
        if row.code == "C1.555":
            raise IntegrityError("no room")
        whole(row)

    monkeypatch.setattr(CodeMixin, "complete", refuse)

    with pytest.raises(PlanFileError) as refused:
        load_small(tmp_path, small(activities=activities, updates=[]))

    assert [(each.place, each.message) for each in refused.value.faults] == [
        ("activities C1.555", "what the database takes (no room)")
    ]
    assert not Activity.objects.exists()


def test_the_one_change_that_the_database_refuses_is_named(tmp_path, monkeypatch):
    first = small()["activities"][0]
    activities = [{**first, "code": f"C1.{number}"} for number in range(20)]
    load_small(tmp_path, small(activities=activities, updates=[]))
    later = [{**each, "title_es": f"Curso {each['code']}"} for each in activities]
    whole = CodeMixin.complete

    def refuse(row):
        if row.code == "C1.15":
            raise IntegrityError("no room")
        whole(row)

    monkeypatch.setattr(CodeMixin, "complete", refuse)

    with pytest.raises(PlanFileError) as refused:
        load_small(tmp_path, small(activities=later, updates=[]))

    assert [(each.place, each.message) for each in refused.value.faults] == [
        ("activities C1.15", "what the database takes (no room)")
    ]
    assert not Activity.objects.filter(title_es__startswith="Curso").exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("open_record")
def test_nobody_saves_a_row_that_is_about_to_be_written_whole(tmp_path, monkeypatch):
    load_small(tmp_path, small(updates=[]))
    [first] = small()["activities"]
    later = [{**first, "title_es": "Otro curso"}]
    refused, locked = [], StoredPlan.lock_for_change

    def save_a_note():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '50ms'")
                Activity.objects.update(note_es="Lo dice una persona.")
        except OperationalError as error:
            refused.append(error.__cause__.pgcode)
        finally:
            connection.close()

    def locked_beside_somebody(stored, row):
        found = locked(stored, row)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(save_a_note).result(20)
        return found

    monkeypatch.setattr(StoredPlan, "lock_for_change", locked_beside_somebody)
    load_small(tmp_path, small(activities=later, updates=[]))

    assert refused == ["55P03"]
    assert Activity.objects.get().title_es == "Otro curso"


def test_what_one_row_gives_up_another_one_takes(tmp_path):
    """Rows are stored in the order of the file, whether they are new or changed."""
    agency = small()["agencies"][0]
    load_small(tmp_path, small())
    agencies = [
        {**agency, "slug": "bbb"},
        {**agency, "acronym": "CCC", "slug": "aaa", "role": "member"},
    ]

    outcome = load_small(tmp_path, small(agencies=agencies))

    assert (outcome.created["agencies"], len(outcome.changed)) == (1, 1)
    slugs = dict(Agency.objects.values_list("acronym", "slug"))
    assert slugs == {"AAA": "bbb", "CCC": "aaa"}


def fills_itself(column):
    """True for a column whose value a save finds out, such as the time."""
    is_of_time = isinstance(column, models.DateField)
    if is_of_time and not (column.auto_now or column.auto_now_add):
        return False
    return type(column).pre_save is not models.Field.pre_save


@pytest.mark.parametrize("model", FILLED)
def test_nothing_but_the_history_waits_for_a_new_row(model):
    """What else ``save`` did, ``create`` would have to do as well."""
    saving = {each for each in model.__mro__ if "save" in vars(each)}
    listening = [
        each
        for signal in (pre_save, post_save)
        for each in signal._live_receivers(model)[0]
        if getattr(each, "__func__", each).__qualname__ != "HistoricalRecords.post_save"
    ]
    # The end of a load publishes every indicator of the plan.
    known = {
        Indicator: [figures.publish_indicator],
        Source: [figures.publish_source],
    }.get(model, [])

    assert saving <= {models.Model, *COMPLETED}
    assert listening == known
    assert [
        each.name for each in model._meta.concrete_fields if fills_itself(each)
    ] == []
    for many in model._meta.many_to_many:
        assert not m2m_changed.has_listeners(many.remote_field.through)

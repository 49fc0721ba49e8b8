"""New rows stored by the hundred: the same rows, versions and faults as one by one."""

from collections import Counter

import pytest
from django.db import IntegrityError, models, transaction
from django.db.models.signals import m2m_changed, post_save, pre_save

from strategic_areas import figures
from strategic_areas.importing import Refused, applying, load
from strategic_areas.importing.database import COMPLETED
from strategic_areas.importing.tables import REVISED, TABLES
from strategic_areas.models import Activity, Indicator
from strategic_areas.models.records import Coded
from tests.strategic_areas.plans import SHIPPED, load_small, small

pytestmark = pytest.mark.django_db

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


def one_by_one(add, each):
    each()


def test_rows_and_versions_are_those_of_rows_saved_one_by_one(monkeypatch):
    with transaction.atomic():
        load(SHIPPED)
        together = stored()
        transaction.set_rollback(True)
    monkeypatch.setattr(applying, "together", one_by_one)

    load(SHIPPED)

    assert stored() == together
    assert together["HistoricalActivity"].total() > 50


def test_the_one_row_that_the_database_refuses_is_named(tmp_path, monkeypatch):
    first = small()["activities"][0]
    activities = [{**first, "code": f"C1.{number}"} for number in range(600)]
    whole = Coded.complete

    def refuse(row):
        if row.code == "C1.555":
            raise IntegrityError("no room")
        whole(row)

    monkeypatch.setattr(Coded, "complete", refuse)

    with pytest.raises(Refused) as refused:
        load_small(tmp_path, small(activities=activities, updates=[]))

    assert [(each.record, each.expected) for each in refused.value.faults] == [
        ("activities C1.555", "what the database takes (no room)")
    ]
    assert not Activity.objects.exists()


@pytest.mark.parametrize("model", FILLED)
def test_nothing_but_the_history_waits_for_a_new_row(model):
    """What else ``save`` did, ``database.create`` would have to do as well."""
    saving = {each for each in model.__mro__ if "save" in vars(each)}
    listening = [
        each
        for signal in (pre_save, post_save)
        for each in signal._live_receivers(model)[0]
        if getattr(each, "__func__", each).__qualname__ != "HistoricalRecords.post_save"
    ]
    # The end of a load publishes every indicator of the plan.
    known = [figures.publish_indicator] if model is Indicator else []

    assert saving <= {models.Model, *COMPLETED}
    assert listening == known
    for many in model._meta.many_to_many:
        assert not m2m_changed.has_listeners(many.remote_field.through)

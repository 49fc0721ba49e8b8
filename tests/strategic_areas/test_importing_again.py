"""Files loaded again, changed and beside each other: what is stored of them."""

import copy
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.db.models.signals import m2m_changed, post_save, pre_save

from agencies.models import Agency
from strategic_areas import figures
from strategic_areas.importing import PlanFileError, load_plan_file
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    Indicator,
    Participation,
    PublicationVersion,
    Source,
    StrategicArea,
)
from strategic_areas.models.records import CodeMixin
from strategic_areas.plan_document import records
from strategic_areas.plan_document.records import COMPLETED_ON_SAVE
from strategic_areas.plan_document.stored_plan import StoredPlan
from strategic_areas.plan_document.tables import REVISED, TABLES
from tests import make
from tests.deep import DEEP
from tests.make.plans import close_structure, open_structure
from tests.strategic_areas.plans import (
    footprint,
    load_small,
    part_of_shipped,
    run,
    shipped_content,
    small,
    write,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def counts(outcome):
    return outcome.created.total(), len(outcome.changed), len(outcome.kept)


def kept(outcome):
    return [
        (each.place, each.header, each.old, each.new, each.reason)
        for each in outcome.kept
    ]


def with_update(**values):
    content = small()
    content["updates"][0].update(values)
    return content


def test_a_second_load_of_any_file_changes_nothing(tmp_path):
    load_small(tmp_path, small())
    before = footprint()

    outcome = load_small(tmp_path, small())

    assert counts(outcome) == (0, 0, 0)
    assert outcome.unchanged == 15
    assert footprint() == before


def test_a_changed_field_is_shown_and_applied(tmp_path):
    load_small(tmp_path, small())
    content = small()
    content["commitments"][0]["title_es"] = "Formar a todo el personal"
    path = write(tmp_path, content)

    dry = run(path, "--dry-run")
    title_after_dry_run = Commitment.objects.get().title_es
    real = run(path)

    line = (
        "changed: commitments C1, title_es: "
        "Formar al personal → Formar a todo el personal"
    )
    last = "created=0 changed=1 unchanged=14 kept=0 faults=0"
    assert dry == (0, [line, "Dry run: nothing was written.", last], [])
    assert title_after_dry_run == "Formar al personal"
    assert real == (0, [line, last], [])
    assert Commitment.objects.get().title_es == "Formar a todo el personal"


def test_a_list_is_complete_and_what_it_leaves_out_is_taken_off(tmp_path):
    content = small()
    content["commitments"][0]["sources"] = ["matrix", "note"]
    load_small(tmp_path, content)
    content["commitments"][0]["sources"] = ["note"]

    outcome = load_small(tmp_path, content)

    assert counts(outcome) == (0, 1, 0)
    assert [each.key for each in Commitment.objects.get().sources.all()] == ["note"]


def test_an_absent_key_says_nothing_and_null_empties(tmp_path):
    content = small()
    content["commitments"][0] |= {"note_es": "Nota", "due_on": "2031-01-01"}
    content["activities"][0] |= {"kind": "continuing"}
    content["updates"] = []
    load_small(tmp_path, content)

    silent = load_small(tmp_path, small(updates=[]))
    content["commitments"][0] |= {"note_es": None, "due_on": None}
    content["activities"][0] |= {"kind": None}
    emptied = load_small(tmp_path, content)
    again = load_small(tmp_path, content)

    commitment = Commitment.objects.get()
    assert counts(silent) == (0, 0, 0)
    assert counts(emptied) == (0, 2, 0)
    assert counts(again) == (0, 0, 0)
    assert (commitment.note_es, commitment.due_on) == (None, None)
    assert Activity.objects.get().kind == "one_off"


def test_a_changed_update_becomes_a_new_revision(tmp_path):
    load_small(tmp_path, small())

    outcome = load_small(tmp_path, with_update(percent=60, sources=["note"]))
    again = load_small(tmp_path, with_update(percent=60, sources=["note"]))

    rows = ActivityUpdate.objects.order_by("revision").values_list(
        "revision", "status", "percent", "provenance", "narrative_es", "origin"
    )
    text = "Primer taller."
    assert list(rows) == [
        (1, "replaced", 40, "documented", text, "record"),
        (2, "published", 60, "press", text, "record"),
    ]
    fields = {change.header for change in outcome.changed[0][1]}
    assert fields == {"percent", "provenance", "sources"}
    assert counts(again) == (0, 0, 0)


@pytest.mark.parametrize(
    ("provenance", "follows"), [("reconstructed", True), ("plan", False)]
)
def test_a_reconstructions_update_follows_its_agency(provenance, follows, tmp_path):
    content = small()
    content["activities"][0]["provenance"] = provenance
    load_small(tmp_path, content)
    other = make.agency()
    open_structure()
    Activity.objects.update(agency=other)
    close_structure()

    outcome = load_small(tmp_path, content)

    told = [(name, change.header) for name, (change,) in outcome.changed]
    newest = ActivityUpdate.objects.get(status="published")
    assert told == ([("updates C1.a 2030-S1", "agency")] if follows else [])
    assert (newest.agency == other) is follows


def other_plan(code, **agency):
    content = small(indicators=[])
    content["plan"] |= {"code": code, "title_es": f"Plan {code}"}
    content["agencies"][0] |= {"mandate_es": f"En {code}", **agency}
    line = {"label_es": "Línea", "numbers": ["911", "*212"], "sources": ["note"]}
    target = {"code": "SDG-8.7", "family": "SDG", "kind": "target"}
    content["hotlines"] = [line]
    content["frameworks"] = [{**target, "name_es": "Meta"}]
    return content


def test_files_that_share_agencies_are_stable_in_any_order(tmp_path):
    first = other_plan("uno", name_es="Nombre uno", website="https://uno.example.org")
    second = other_plan("dos", name_es="Nombre dos", dissolved_on="2031-01-01")
    second["frameworks"][0]["name_es"] = "Otra meta"
    load_small(tmp_path, first)
    load_small(tmp_path, second)

    outcomes = [load_small(tmp_path, each) for each in (first, second, first, second)]

    agency = Agency.objects.get()
    by_first = "set by the file of plan uno"
    assert [counts(outcome)[:2] for outcome in outcomes] == [(0, 0)] * 4
    assert kept(outcomes[0]) == []
    assert kept(outcomes[1]) == [
        ("agencies AAA", "name_es", "Nombre uno", "Nombre dos", by_first),
        ("frameworks SDG-8.7", "name_es", "Meta", "Otra meta", by_first),
    ]
    assert (agency.name_es, agency.website) == ("Nombre uno", "https://uno.example.org")
    assert agency.dissolved_on == date(2031, 1, 1)
    assert [
        (part.plan.code, part.mandate_es)
        for part in Participation.objects.order_by("plan__code")
    ] == [("dos", "En dos"), ("uno", "En uno")]


def test_a_record_continues_one_of_another_plan(tmp_path):
    load_small(tmp_path, other_plan("uno"))
    second = other_plan("dos")
    before = {"plan": "uno", "code": "C1"}
    second["commitments"][0]["continues"] = before
    second["activities"][0]["continues"] = {**before, "code": "C1.a"}
    load_small(tmp_path, second)

    outcome = load_small(tmp_path, second)

    for model in (Commitment, Activity):
        later = model.objects.get(plan__code="dos")
        assert later.continues == model.objects.get(plan__code="uno")
    assert counts(outcome) == (0, 0, 0)


def test_an_agency_is_succeeded_by_one_further_down(tmp_path):
    content = small()
    first = content["agencies"][0]
    content["agencies"] = [
        {**first, "succeeded_by": "BBB", "dissolved_by": "Decreto"},
        {**first, "acronym": "BBB", "slug": "bbb", "role": "member"},
    ]

    load_small(tmp_path, content)

    old = Agency.objects.get(acronym="AAA")
    assert (old.succeeded_by.acronym, old.dissolved_by) == ("BBB", "Decreto")
    assert counts(load_small(tmp_path, content)) == (0, 0, 0)


def test_loading_moves_the_publication_version_only_when_it_changes(tmp_path):
    load_small(tmp_path, small())
    first = PublicationVersion.current()
    load_small(tmp_path, small())
    second = PublicationVersion.current()
    content = copy.deepcopy(small())
    content["areas"][0]["name_es"] = "Otra"
    load_small(tmp_path, content)

    assert first == second
    assert StrategicArea.objects.get().name_es == "Otra"


# Rows stored by the hundred: the same rows, versions and faults as one by one

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
    monkeypatch.setattr(records, "BATCH_SIZE", 10)
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

    assert together["HistoricalActivity"].total() == 2 * len(content["activities"])


@pytest.mark.parametrize(("number", "is_change"), [(600, False), (20, True)])
def test_the_one_row_that_the_database_refuses_is_named(
    tmp_path, monkeypatch, number, is_change
):
    first = small()["activities"][0]
    activities = [{**first, "code": f"C1.{each}"} for each in range(number)]
    if is_change:
        load_small(tmp_path, small(activities=activities, updates=[]))
    later = [{**each, "title_es": f"Curso {each['code']}"} for each in activities]
    bad, whole = activities[-5]["code"], CodeMixin.complete

    def refuse(row):
        if row.code == bad:
            raise IntegrityError("no room")
        whole(row)

    monkeypatch.setattr(CodeMixin, "complete", refuse)

    with pytest.raises(PlanFileError) as refused:
        load_small(tmp_path, small(activities=later, updates=[]))

    assert [(each.place, each.message) for each in refused.value.faults] == [
        (f"activities {bad}", "what the database takes (no room)")
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

    assert saving <= {models.Model, *COMPLETED_ON_SAVE}
    assert listening == known
    assert [
        each.name for each in model._meta.concrete_fields if fills_itself(each)
    ] == []
    for many in model._meta.many_to_many:
        assert not m2m_changed.has_listeners(many.remote_field.through)


def test_links_that_changed_since_they_were_read_are_read_again():
    commitment = make.commitment()
    stored, agency = StoredPlan(commitment.plan.code), make.agency()
    make.participation(plan=commitment.plan, agency=agency)
    table = stored.tables["commitments"]
    (row,) = table.row_of_key.values()
    before = stored.plain(row, "supporting")

    row.supporting.add(agency)
    stored.forget_links(row)
    new = make.commitment(plan=commitment.plan)
    new.supporting.add(agency)
    table.put(new, new.code)

    assert before == []
    assert stored.plain(row, "supporting") == [agency.acronym]
    assert stored.plain(new, "supporting") == [agency.acronym]

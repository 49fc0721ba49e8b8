"""Files loaded again, changed and beside each other: what is stored of them."""

import copy
from datetime import date

import pytest
from django.apps import apps

from agencies.models import Agency
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    Participation,
    PublicationVersion,
    StrategicArea,
)
from tests import make
from tests.make.plans import close_structure, open_structure
from tests.strategic_areas.plans import (
    footprint,
    load_small,
    run,
    small,
    write,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

EVERY = [*apps.get_app_config("strategic_areas").get_models(), Agency]


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
    before = footprint(*EVERY)

    outcome = load_small(tmp_path, small())

    assert counts(outcome) == (0, 0, 0)
    assert outcome.unchanged == 15
    assert footprint(*EVERY) == before


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
    """A second plan that shares the agency, a help line and an international target."""
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
    assert (agency.name_es, agency.website) == (
        "Nombre uno",
        "https://uno.example.org",
    )
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

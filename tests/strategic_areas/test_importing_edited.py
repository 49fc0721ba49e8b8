"""What a file may change of what people edited here, and of what other files said."""

from datetime import date
from hashlib import sha256

import pytest

from agencies.models import Agency
from strategic_areas import models, workflow
from strategic_areas.importing import load_plan_file
from tests import make
from tests.make.plans import open_structure
from tests.strategic_areas.plans import load_small, run, small, write
from tests.strategic_areas.test_importing_again import (
    counts,
    kept,
    other_plan,
    with_update,
)

# Python decides all of this, so these tests run on SQLite only.
pytestmark = pytest.mark.django_db


def test_what_a_file_says_of_victims_replaces_what_nobody_has_said(tmp_path):
    """As in a portal that loaded its plan before files said it."""
    load_small(tmp_path, small())
    before = models.Activity.objects.get()
    content = small()
    content["activities"][0] |= {"counts_victims": False, "reaches_victims": False}

    outcome = load_small(tmp_path, content)

    after = models.Activity.objects.get()
    assert (before.counts_victims, before.reaches_victims) == (True, True)
    assert (after.counts_victims, after.reaches_victims) == (False, False)
    assert counts(outcome) == (0, 1, 0)


def test_a_long_changed_text_is_shown_where_it_differs(tmp_path):
    content = small()
    content["commitments"][0]["title_es"] = "a" * 200 + "uno" + "b" * 90
    load_small(tmp_path, content)
    content["commitments"][0]["title_es"] = "a" * 200 + "dos" + "b" * 90

    lines = run(write(tmp_path, content))[1]

    old, new = ("…" + "a" * 40 + word + "b" * 77 + "…" for word in ("uno", "dos"))
    assert lines[0] == f"changed: commitments C1, title_es: {old} → {new}"


def test_a_file_that_changed_something_is_told_with_its_sum(tmp_path):
    content = small()
    content["commitments"][0]["title_es"] = "Del archivo"

    load_small(tmp_path, small())
    path = write(tmp_path, content)
    changed, _again = load_plan_file(path), load_plan_file(path)

    assert [(file.name, file.status) for file in models.PlanFile.objects.all()] == [
        (path.name, "loaded")
    ] * 2
    last = models.PlanFile.objects.latest("pk")
    assert last.sha256 == sha256(path.read_bytes()).hexdigest()
    assert (last.plan.code, last.created, last.changed, last.kept) == (
        content["plan"]["code"],
        *counts(changed),
    )


def test_a_field_edited_here_is_kept_and_listed_until_it_is_set_back(tmp_path):
    open_structure()
    load_small(tmp_path, small())
    models.Commitment.objects.update(title_es="Editado")
    content = small()
    content["commitments"][0]["title_es"] = "Del archivo"

    unchanged_file = load_small(tmp_path, small())
    changed_file = load_small(tmp_path, content)

    edited = "edited here"
    assert kept(unchanged_file) == [
        ("commitments C1", "title_es", "Editado", "Formar al personal", edited)
    ]
    assert kept(changed_file) == [
        ("commitments C1", "title_es", "Editado", "Del archivo", edited)
    ]
    assert models.Commitment.objects.get().title_es == "Editado"
    models.Commitment.objects.update(title_es="Formar al personal")
    assert counts(load_small(tmp_path, content)) == (0, 1, 0)


def test_a_link_edited_here_is_kept(tmp_path):
    content = small()
    content["commitments"][0]["sources"] = ["matrix"]
    load_small(tmp_path, content)
    models.Commitment.objects.get().sources.clear()

    outcome = load_small(tmp_path, content)

    assert kept(outcome) == [
        ("commitments C1", "sources", [], ["matrix"], "edited here")
    ]


def test_a_key_new_in_the_file_fills_what_nobody_has_filled(tmp_path):
    load_small(tmp_path, small())
    content = small()
    content["commitments"][0]["note_es"] = "Nota"
    content["activities"][0]["budget"] = "none_assigned"

    assert counts(load_small(tmp_path, content)) == (0, 2, 0)


def test_what_a_file_no_longer_has_is_named_and_stays(tmp_path):
    load_small(tmp_path, small())

    outcome = load_small(tmp_path, small(activities=[], updates=[]))

    assert counts(outcome) == (0, 0, 0)
    assert outcome.absent == [("activities", "C1.a"), ("updates", "C1.a/2030-S1")]
    assert models.Activity.objects.get().code == "C1.a"
    assert models.ActivityUpdate.objects.published().count() == 1


def test_a_row_whose_code_was_edited_here_is_found_again(tmp_path):
    open_structure()
    load_small(tmp_path, small())
    commitment = models.Commitment.objects.get()
    commitment.code = "C-1"
    commitment.save()

    outcome = load_small(tmp_path, small())

    assert counts(outcome) == (0, 0, 1)
    assert kept(outcome) == [("commitments C1", "code", "C-1", "C1", "edited here")]
    assert models.Commitment.objects.count() == 1


def test_an_agency_renamed_here_is_found_by_its_former_name(tmp_path):
    load_small(tmp_path, small())
    Agency.objects.get().rename(acronym="AA2", name_es="Nombre nuevo")
    other = small(indicators=[])
    other["plan"]["code"] = "otro"

    own = load_small(tmp_path, small())
    of_another_plan = load_small(tmp_path, other)

    assert [(each.header, each.old) for each in own.kept] == [
        ("acronym", "AA2"),
        ("name_es", "Nombre nuevo"),
    ]
    assert len(of_another_plan.kept) == 2
    assert Agency.objects.count() == 1


def test_a_changed_update_keeps_what_the_file_no_longer_says(tmp_path):
    load_small(tmp_path, with_update(people_reached=12, note_es="Nota"))

    load_small(tmp_path, with_update(percent=60))

    update = models.ActivityUpdate.objects.published().get()
    assert (update.revision, update.people_reached, update.note_es) == (2, 12, "Nota")


def test_an_update_that_was_withdrawn_here_is_not_published_again(tmp_path):
    load_small(tmp_path, small())
    update = models.ActivityUpdate.objects.get()
    workflow.withdraw(update, by=make.reviewer(), cause="error")

    outcome = load_small(tmp_path, with_update(percent=60))

    assert kept(outcome) == [
        ("updates C1.a 2030-S1", "", "no record", "an update", "withdrawn here")
    ]
    assert models.ActivityUpdate.objects.published().count() == 0


def test_a_disputed_update_waits_for_the_decision(tmp_path):
    load_small(tmp_path, small())
    dispute = make.approved_dispute(models.ActivityUpdate.objects.get())

    before = load_small(tmp_path, with_update(percent=60))
    decided = {
        "outcome": "corrected",
        "resolved_on": date(2030, 8, 1),
        "resolution_es": "La cifra era otra.",
    }
    workflow.approve(make.change(dispute, **decided), by=make.reviewer())
    after = load_small(tmp_path, with_update(percent=60))

    record = "updates C1.a 2030-S1"
    assert kept(before) == [(record, "percent", 40, 60, "disputed here")]
    assert counts(after) == (0, 1, 0)


def make_draft(update, **fields):
    return models.ActivityUpdate.objects.create(
        activity=update.activity,
        agency=update.agency,
        period=update.period,
        revision=2,
        origin="entered",
        provenance="reported",
        execution="in_progress",
        narrative_es="De la institución.",
        **fields,
    )


def test_an_update_that_the_agency_works_on_is_kept(tmp_path):
    load_small(tmp_path, small())
    make_draft(models.ActivityUpdate.objects.get())

    same = load_small(tmp_path, small())
    changed = load_small(tmp_path, with_update(percent=60))

    record = "updates C1.a 2030-S1"
    assert counts(same) == (0, 0, 0)
    assert kept(changed) == [(record, "percent", 40, 60, "reported here")]
    assert models.ActivityUpdate.objects.published().get().percent == 40


def test_an_update_that_only_the_agency_has_begun_is_kept(tmp_path):
    load_small(tmp_path, small())
    update = models.ActivityUpdate.objects.get()
    content = small()
    content["activities"].append({**content["activities"][0], "code": "C1.b"})
    content["updates"].append({**content["updates"][0], "activity": "C1.b"})
    load_small(tmp_path, {**content, "updates": []})
    update.activity = models.Activity.objects.get(code="C1.b")
    make_draft(update)

    outcome = load_small(tmp_path, content)

    assert kept(outcome) == [
        ("updates C1.b 2030-S1", "", "no record", "an update", "reported here")
    ]


def test_codes_and_sources_of_several_files_stand_side_by_side(tmp_path):
    load_small(tmp_path, other_plan("uno"))
    load_small(tmp_path, other_plan("dos"))

    outcome = load_small(tmp_path, other_plan("uno"))

    sources = models.HelpLine.objects.get().sources.order_by("plan__code")
    commitments = models.Commitment.objects.order_by("plan__code")
    areas = models.StrategicArea.objects.order_by("plan__code")
    assert [
        [*sources.values_list("plan__code", "key")],
        [*commitments.values_list("plan__code", "code")],
        [*areas.values_list("plan__code", "slug_es", "slug_en")],
    ] == [
        [("dos", "note"), ("uno", "note")],
        [("dos", "C1"), ("uno", "C1")],
        [("dos", "prevencion", None), ("uno", "prevencion", None)],
    ]
    assert counts(outcome) == (0, 0, 0)


def test_only_the_file_that_set_a_shared_field_changes_it(tmp_path):
    load_small(tmp_path, other_plan("uno"))
    load_small(tmp_path, other_plan("dos"))

    by_second = load_small(tmp_path, other_plan("dos", name_es="Nombre dos"))
    by_first = load_small(tmp_path, other_plan("uno", name_es="Nombre uno"))

    assert counts(by_second) == (0, 0, 1)
    assert counts(by_first) == (0, 1, 0)
    assert Agency.objects.get().name_es == "Nombre uno"


def test_a_plan_knows_best_of_itself(tmp_path):
    first = other_plan("uno")
    days = {"starts_on": "2031-01-01", "ends_on": "2032-12-31"}
    first["other_plans"] = [{"code": "dos", "title_es": "De oídas", **days}]
    load_small(tmp_path, first)

    own = load_small(tmp_path, other_plan("dos"))
    again = load_small(tmp_path, first)

    assert own.changed[0][0] == "plan"
    assert models.Plan.objects.get(code="dos").title_es == "Plan dos"
    assert [(each.place, each.header, each.reason) for each in again.kept] == [
        ("other_plans dos", field, "set by the file of plan dos")
        for field in ("title_es", "starts_on", "ends_on")
    ]


def test_a_classification_without_entities_keeps_its_note(tmp_path):
    content = small(classification={"note_es": "Nota", "sources": ["note"]})

    load_small(tmp_path, content)

    entities = models.CodeList.objects.get()
    assert (entities.code, entities.note_es) == ("entities", "Nota")
    assert counts(load_small(tmp_path, content)) == (0, 0, 0)

"""Public rows hold what the public reads, and nothing of what it does not."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.desk.changes import protection
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Commitment,
    Indicator,
    Plan,
    PlanFile,
    Programme,
    StrategicArea,
)
from strategic_areas.public_paths import public_path
from strategic_areas.queries.public_rows import (
    RowDifference,
    affected_records,
    read_public_rows,
    row_differences,
)
from tests import make
from tests.make.plans import close_structure, open_structure
from tests.strategic_areas.plans import load_small, run, small, write
from tests.strategic_areas.test_search import HIDDEN as NEVER_FOUND, WORD as HIDDEN

pytestmark = pytest.mark.django_db

#: Stands, like HIDDEN, in what nobody outside may read.
NUMBER = 7331
MODELS = (Plan, StrategicArea, Programme, Commitment, Activity, Indicator)


def everything():
    return read_public_rows(
        affected_records(
            (model, pk)
            for model in MODELS
            for pk in model._default_manager.values_list("pk", flat=True)
        )
    )


def hidden_plan():
    return make.plan(code="2099", title_es=HIDDEN, status=Plan.Status.IN_PREPARATION)


def hidden_indicator():
    indicator = make.indicator(plan=hidden_plan(), name_es=HIDDEN)
    make.published_figure(indicator=indicator, value=NUMBER)


def corrected(narrative):
    update = make.published_update(narrative_es=narrative)
    return make.publish(make.correction(update, narrative_es="Ahora."))


def taken_back():
    correction = corrected(HIDDEN)
    workflow.withdraw(correction, by=make.reviewer(), cause="error")


def withdrawn():
    make.withdrawn_update(narrative_es=HIDDEN, people_reached=NUMBER)


def reserved():
    make.published_update(
        narrative_es=HIDDEN,
        people_reached=NUMBER,
        internal_note=HIDDEN,
        is_reserved=True,
        reserved_reason=HIDDEN,
        reserved_legal_basis="Ley 200-04, art. 17",
    )


def counted_victims():
    activity = make.activity(counts_victims=True, quantity=NUMBER, provenance="press")
    make.published_update(activity=activity, quantity=NUMBER, percent=None)


def reached_victims():
    activity = make.activity(reaches_victims=True)
    make.published_update(activity=activity, people_reached=NUMBER)


def taken_away():
    make.published_figure(
        value=NUMBER, is_hidden=True, note_es=HIDDEN, cells={"sexual": NUMBER}
    )


def taken_away_before():
    earlier = make.published_figure(value=NUMBER, is_hidden=True, is_latest=False)
    make.published_figure(indicator=earlier.indicator, revises=earlier)


def told_before_it_was_protected():
    earlier = make.published_figure(value=NUMBER, is_latest=False)
    make.published_figure(
        indicator=earlier.indicator, is_protected=True, revises=earlier
    )


def baseline_of_people():
    make.indicator(
        sensitive=True,
        baseline_value=NUMBER,
        baseline_starts_on=date(2020, 1, 1),
        baseline_ends_on=date(2020, 12, 31),
    )


def noted_by_staff():
    make.indicator(sensitive=False, why_not_sensitive=HIDDEN)


def handed_in():
    make.reported_value(value=NUMBER, note=HIDDEN)


PLANTED = [
    *(hidden_plan, hidden_indicator, taken_back, withdrawn, reserved),
    *(counted_victims, reached_victims, taken_away, taken_away_before),
    *(told_before_it_was_protected, baseline_of_people, handed_in),
]


@pytest.mark.parametrize("plant", PLANTED)
def test_what_the_public_does_not_read_is_in_no_row(plant):
    plant()

    said = repr(everything())

    assert HIDDEN not in said
    assert not re.search(rf"(?<!\d){NUMBER}(?!\d)", said)


def plant_what_is_never_found(*told):
    """What the search never finds, but these, which rows tell."""
    for name in NEVER_FOUND.keys() - set(told):
        NEVER_FOUND[name]()


def test_nor_is_what_the_search_never_finds():
    plant_what_is_never_found("replaced")

    assert HIDDEN not in repr(everything())


def test_what_the_public_reads_is_in_them():
    update = make.published_update(narrative_es="Se hizo.", people_reached=40)
    activity, commitment = update.activity, update.activity.commitment
    figure = make.published_figure(
        indicator=make.indicator(plan=update.plan), cells={"sexual": 30}
    )

    rows = everything()

    plan = update.plan.code
    assert rows["plans"][plan]["title_es"] == update.plan.title_es
    assert rows["commitments"][f"{plan}/{commitment.code}"]["state"] == "in_progress"
    assert rows["activities"][f"{plan}/{activity.code}"]["agency"] == (
        activity.agency.acronym
    )
    told = rows["reports"][ActivityUpdate.objects.get().public_id]
    assert (told["text_es"], told["people_reached"]) == ("Se hizo.", 40)
    (value,), (part,) = rows["values"].values(), rows["breakdowns"].values()
    assert (value["indicator"], value["value"]) == (figure.indicator.code, 40)
    assert (part["categories"], part["value"]) == (("sexual",), 30)


def test_an_earlier_revision_is_told_beside_its_correction():
    corrected("Antes.")

    told = everything()["reports"].values()

    assert {(each["status"], each["text_es"]) for each in told} == {
        ("replaced", "Antes."),
        ("published", "Ahora."),
    }


def test_a_number_that_is_not_told_is_named():
    counted_victims()

    rows = everything()

    (activity,), (report,) = rows["activities"].values(), rows["reports"].values()
    assert (activity["quantity"], activity["protected"]) == (None, ("quantity",))
    assert {"quantity", "percent"} <= {*report["protected"]}


def test_only_what_is_touched_and_what_depends_on_it_is_read():
    update = make.published_update()
    beside = make.activity(commitment=update.activity.commitment)
    other = make.published_update(activity=make.activity(plan=update.plan))

    rows = read_public_rows(affected_records([(Activity, update.activity.pk)]))

    assert {each["code"] for each in rows["activities"].values()} == {
        update.activity.code,
        beside.code,
    }
    assert len(rows["commitments"]) == 1
    assert other.public_id not in rows["reports"]
    assert (rows["plans"], rows["areas"], rows["indicators"]) == ({}, {}, {})


def test_the_difference_tells_what_follows_and_where():
    day = timezone.localdate() - timedelta(days=1)
    activity = make.activity(due_on=day, due_provenance="plan")
    make.round(plan=activity.plan)
    keys = affected_records([(Activity, activity.pk)])
    before = read_public_rows(keys)
    open_structure()
    Activity.objects.update(due_on=day + timedelta(days=400))
    close_structure()

    (found,) = row_differences(before, read_public_rows(keys))

    assert (found.dataset, found.row["code"]) == ("activities", activity.code)
    names = [name for name, _before, _after in found.columns]
    assert names == ["due_on", "punctuality"]
    page = activity.commitment.get_absolute_url()
    own, listed = (public_path(*words) for words in found.pages)
    assert own == page
    assert page.startswith(listed)


def test_whoever_decides_reads_what_follows_and_nothing_is_kept(client, reviewer):
    day = timezone.localdate() - timedelta(days=1)
    activity = make.activity(due_on=day, due_provenance="plan", plan=make.plan())
    make.round(plan=activity.plan)
    close_structure()
    activity.due_on = activity.plan.ends_on
    change = workflow.propose(
        activity, by=make.reviewer(), amendment=make.act(activity.plan)
    )

    page = client.get(reverse("admin:approval", args=[change.pk]))

    (line,) = page.context["altered"].lines
    assert line.label == f"{activity.code} · Puntualidad"
    assert (line.before, line.label in page.text) == ("Atrasada", True)
    assert Activity.objects.get().due_on == day
    assert not PlanFile.objects.exists()
    client.force_login(change.proposed_by)
    page = client.get(reverse("admin:approval", args=[change.pk]))
    assert page.context["altered"].lines == [line]


def test_a_change_of_what_is_in_no_row_is_not_tried(monkeypatch):
    change = make.change(make.help_line(), label_es="Otra.")
    monkeypatch.setattr(workflow.CHANGE_STEPS, "save_parts", None)

    assert protection.effect_of_change(change, make.reviewer()).lines == []


def test_what_nobody_told_but_the_proposal_has_no_such_table(client, reviewer):
    change = make.change(make.activity(), note_es="Otra nota.")

    page = client.get(reverse("admin:approval", args=[change.pk]))

    assert page.context["altered"].lines == []
    assert "Lo que el público lee ahora" not in page.text


def test_rows_that_come_and_go_are_differences_too():
    before, after = {"plans": {"a": {"code": "a"}}}, {"plans": {"b": {"code": "b"}}}

    found = row_differences(before, after)

    assert found == [
        RowDifference("plans", "a", {"code": "a"}, None),
        RowDifference("plans", "b", None, {"code": "b"}),
    ]
    assert [each.kind for each in found] == ["gone", "added"]
    assert row_differences(before, before) == []


def test_a_column_that_one_reading_lacks_changes_no_row():
    """The file of an older reading has fewer columns; its rows are the same."""
    before = {"areas": {"a": {"code": "a"}, "b": {"code": "b"}}}
    after = {
        "areas": {
            "a": {"code": "a", "name_es": "A"},
            "b": {"code": "B", "name_es": "B"},
        }
    }

    (found,) = row_differences(before, after)

    assert (found.key, found.kind) == ("b", "changed")
    assert found.columns == [("code", "b", "B")]


def test_a_dry_run_says_what_follows_in_public(tmp_path):
    content = small()
    load_small(tmp_path, content)
    content["updates"][0] |= {"status": "completed", "percent": 100}
    path = write(tmp_path, content)

    dry, real = run(path, "--dry-run")[1], run(path)[1]

    plan = content["plan"]["code"]
    told = [line for line in dry if line.startswith("the public reads: ")]
    assert any(f"commitments {plan}/C1, state: in_progress → " in line for line in told)
    assert f"/{plan}/compromisos/C1/" in told[0]
    assert not any(line.startswith("the public reads: ") for line in real)


def test_a_dry_run_says_so_too_beside_another_plan_that_is_new(tmp_path):
    content = small()
    load_small(tmp_path, content)
    content["updates"][0] |= {"status": "completed", "percent": 100}
    content["other_plans"] = [{**content["plan"], "code": "2020-2021"}]

    dry = run(write(tmp_path, content), "--dry-run")[1]

    assert "created: 1 plans" in dry
    assert any(line.startswith("the public reads: commitments ") for line in dry)


def test_a_dry_run_says_what_follows_for_what_an_activity_leaves(tmp_path):
    content = small()
    content["commitments"].append({**content["commitments"][0], "code": "C2"})
    load_small(tmp_path, content)
    content["activities"][0]["commitment"] = "C2"

    dry = run(write(tmp_path, content), "--dry-run")[1]

    told = {line.split(",")[0] for line in dry if line.startswith("the public reads: ")}
    plan = content["plan"]["code"]
    assert told == {
        f"the public reads: commitments {plan}/{code}" for code in ("C1", "C2")
    }

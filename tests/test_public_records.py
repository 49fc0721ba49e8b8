"""Pages of records other than commitments: what each shows and never shows."""

import pytest
from django.utils import timezone

from strategic_areas.commitment_states import StateFamily
from strategic_areas.models import PlanChange
from strategic_areas.public_paths import public_path
from strategic_areas.sentences import FAMILIES
from tests import make
from tests.make.plans import put_back_in_preparation
from tests.test_public_pages import read

pytestmark = pytest.mark.django_db


def shown(client, name, *args, language="es"):
    """The page as a test reads it, and what its view gave the template."""
    path = public_path(name, *args, language=language)
    return read(client, path), client.get(path).context


# International targets


def test_a_target_tells_how_what_answers_it_stands(client):
    plan, target = make.plan(), make.target()
    done, silent = (make.commitment(plan=plan) for _ in range(2))
    make.activity(commitment=done)
    make.published_declaration(commitment=done)
    elsewhere = make.commitment()
    replaced = make.commitment(plan=plan)
    silent.supersedes.add(replaced)
    for commitment in (done, silent, elsewhere, replaced):
        commitment.frameworks.add(target)
    unanswered = make.target(family="PALERMO", kind="article")

    page, context = shown(client, "frameworks", plan.code)

    answered, *rest = context["targets"]
    assert {
        family: [row.commitment for row in rows] for family, rows in answered.by_family
    } == {StateFamily.MET: [done], StateFamily.NO_NEWS: [silent]}
    assert [(each.target, each.total) for each in rest] == [(unanswered, 0)]
    families = [str(FAMILIES[each.family]) for each in (target, unanswered)]
    places = [page.text.index(each) for each in families]
    assert places == sorted(places)


# Legal base and discrepancies


def test_discrepancies_of_a_plan_in_preparation_stay_hidden(client):
    hidden = make.discrepancy()
    put_back_in_preparation(hidden.plan)
    public = make.discrepancy()

    _, context = shown(client, "discrepancies")

    assert [each for each, _lines in context["discrepancies"]] == [public]


# Amendments and later activities


def test_only_approved_amendments_are_told_the_latest_first(client):
    plan = make.plan()
    commitment = make.commitment(plan=plan)
    activity = make.activity(commitment=commitment)
    first = make.amendment(commitment=commitment, decided_on="2025-03-01")
    last = make.amendment(activity=activity, decided_on="2025-10-01")
    proposed = make.amendment(
        commitment=commitment, is_approved=False, reason_es="Nadie lo ha aprobado"
    )
    make.amendment(commitment=make.commitment())

    page, context = shown(client, "amendments", plan.code)
    own, on_commitment = shown(client, "commitment", plan.code, commitment.code)

    told = [lines for each in context["changes"] for lines in each.records]
    assert told == [[last], [first]]
    assert [first.old_value_es in page.text, first.new_value_es in page.text] == [
        True
    ] * 2
    steps = on_commitment["page"].steps
    amended = [step.lines for step in steps if step.kind == "amendment"]
    assert amended == [(last,), (first,)]
    assert on_commitment["page"].activities[0].row.activity.approved == [last]
    for each in (page, own):
        assert proposed.reason_es not in each.text
        assert first.amendment.deciding_act_es in each.text


def test_plan_files_are_told_by_their_day_and_never_by_their_sum(client):
    plan = make.plan()
    file = make.plan_file(plan)
    make.plan_file(make.plan())

    page, _context = shown(client, "amendments", plan.code)

    days = [each["datetime"] for each in page.every("time")]
    assert days == [timezone.localdate(file.loaded_at).isoformat()]
    assert [told in page.text for told in (file.name, file.sha256)] == [False, False]


def test_the_fields_that_one_change_changed_stand_together(client):
    activity = make.activity()
    first = make.amendment(activity=activity)
    PlanChange.objects.create(
        plan=activity.plan,
        amendment=first.amendment,
        model="activity",
        activity=activity,
        name_es=first.name_es,
        field="quantity",
        new_value_es="8",
        decided_on=first.decided_on,
    )
    commitment = activity.commitment

    _page, context = shown(client, "amendments", activity.plan.code)
    own, on_commitment = shown(
        client, "commitment", activity.plan.code, commitment.code
    )

    (change,) = context["changes"]
    (lines,) = change.records
    assert [line.field for line in lines] == ["due_on", "quantity"]
    steps = on_commitment["page"].steps
    (step,) = [step for step in steps if step.kind == "amendment"]
    assert list(step.lines) == lines
    # Beside the activity; the time line tells only what changed.
    assert own.text.count(first.amendment.reason_es) == 1


def test_no_person_of_an_amendment_is_named(client):
    plan = make.plan()
    commitment = make.commitment(plan=plan)
    person = {"first_name": "zanahoria", "last_name": "zanahoria"}
    make.amendment(
        commitment=commitment,
        proposed_by=make.reviewer(**person),
        approved_by=make.reviewer(**person),
    )

    for name in ("amendments", "commitments", "plan"):
        page, _ = shown(client, name, plan.code)
        assert "zanahoria" not in page.text


@pytest.mark.parametrize("has_any", [True, False])
def test_a_plan_links_to_its_amendments_and_later_work(client, has_any):
    plan = make.plan()
    commitment = make.commitment(plan=plan)
    if has_any:
        make.amendment(commitment=commitment)
        make.later_activity(plan=plan)
    else:
        make.amendment(commitment=commitment, is_approved=False)

    linked = {
        each.get("href")
        for args in (("plan", plan.code), ("site_map",))
        for each in shown(client, *args)[0].every("a")
    }

    for name in ("amendments", "later_activities"):
        assert (public_path(name, plan.code, language="es") in linked) is has_any

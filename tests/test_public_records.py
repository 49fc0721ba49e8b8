"""Pages of records other than commitments: what each shows and never shows."""

import pytest
from django.utils import timezone

from strategic_areas.addresses import address
from strategic_areas.models import PlanChange
from strategic_areas.sentences import FAMILIES
from strategic_areas.states import Family
from tests import factories
from tests.test_public_pages import read

pytestmark = pytest.mark.django_db


def shown(client, name, *args, language="es"):
    """The page as a test reads it, and what its view gave the template."""
    path = address(name, *args, language=language)
    return read(client, path), client.get(path).context


# International targets


def test_a_target_tells_how_what_answers_it_stands(client):
    plan, target = factories.make_plan(), factories.make_target()
    done, silent = (factories.make_commitment(plan=plan) for _ in range(2))
    factories.make_activity(commitment=done)
    factories.make_published_declaration(commitment=done)
    elsewhere = factories.make_commitment()
    replaced = factories.make_commitment(plan=plan)
    silent.supersedes.add(replaced)
    for commitment in (done, silent, elsewhere, replaced):
        commitment.frameworks.add(target)
    unanswered = factories.make_target(family="PALERMO", kind="article")

    page, context = shown(client, "frameworks", plan.code)

    answered, *rest = context["targets"]
    assert {
        family: [row.commitment for row in rows] for family, rows in answered.by_family
    } == {Family.MET: [done], Family.SILENT: [silent]}
    assert [(each.target, each.total) for each in rest] == [(unanswered, 0)]
    families = [str(FAMILIES[each.family]) for each in (target, unanswered)]
    places = [page.text.index(each) for each in families]
    assert places == sorted(places)


# Legal base and discrepancies


def test_discrepancies_of_a_plan_in_preparation_stay_hidden(client):
    hidden = factories.make_discrepancy()
    factories.put_back_in_preparation(hidden.plan)
    public = factories.make_discrepancy()

    _, context = shown(client, "discrepancies")

    assert [each for each, _lines in context["discrepancies"]] == [public]


# Amendments and later activities


def test_only_approved_amendments_of_the_plan_are_told_the_latest_first(client):
    plan = factories.make_plan()
    commitment = factories.make_commitment(plan=plan)
    activity = factories.make_activity(commitment=commitment)
    first = factories.make_amendment(commitment=commitment, decided_on="2025-03-01")
    last = factories.make_amendment(activity=activity, decided_on="2025-10-01")
    proposed = factories.make_amendment(
        commitment=commitment, is_approved=False, reason_es="Nadie lo ha aprobado"
    )
    factories.make_amendment(commitment=factories.make_commitment())

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
    plan = factories.make_plan()
    file = factories.make_plan_file(plan)
    factories.make_plan_file(factories.make_plan())

    page, _context = shown(client, "amendments", plan.code)

    days = [each["datetime"] for each in page.every("time")]
    assert days == [timezone.localdate(file.loaded_at).isoformat()]
    assert [told in page.text for told in (file.name, file.sha256)] == [False, False]


def test_the_fields_that_one_change_changed_stand_together(client):
    activity = factories.make_activity()
    first = factories.make_amendment(activity=activity)
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
    plan = factories.make_plan()
    commitment = factories.make_commitment(plan=plan)
    person = {"first_name": "zanahoria", "last_name": "zanahoria"}
    factories.make_amendment(
        commitment=commitment,
        proposed_by=factories.make_reviewer(**person),
        approved_by=factories.make_reviewer(**person),
    )

    for name in ("amendments", "commitments", "plan"):
        page, _ = shown(client, name, plan.code)
        assert "zanahoria" not in page.text


@pytest.mark.parametrize("has_any", [True, False])
def test_a_plan_links_to_its_amendments_and_later_work_where_there_are_any(
    client, has_any
):
    plan = factories.make_plan()
    commitment = factories.make_commitment(plan=plan)
    if has_any:
        factories.make_amendment(commitment=commitment)
        factories.make_later_activity(plan=plan)
    else:
        factories.make_amendment(commitment=commitment, is_approved=False)

    linked = {
        each.get("href")
        for args in (("plan", plan.code), ("site_map",))
        for each in shown(client, *args)[0].every("a")
    }

    for name in ("amendments", "later_activities"):
        assert (address(name, plan.code, language="es") in linked) is has_any

"""A plan as a tree: what its forms save, propose, move and delete."""

import copy
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from strategic_areas import models, workflow
from strategic_areas.desk.plan_tree.levels import node_key
from strategic_areas.models.drafts import DraftLine
from tests import make
from tests.costs import costs
from tests.make.plans import close_structure, open_structure, propose_plan
from tests.strategic_areas.drafts import (
    NO_VICTIMS,
    add,
    edit,
    form_at,
    node,
    propose,
    send,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(db):
    return make.plan(code="n", status="in_preparation")


@pytest.fixture(scope="module")
def kept_branched(lasting):
    return branch(make.plan(code="p", status="in_preparation"))


@pytest.fixture
def branched(db, kept_branched):
    """
    A plan in preparation with two commitments, one activity each.

    Shared by all tests.
    """
    return copy.deepcopy(kept_branched)


def step(client, record, word):
    address = reverse("admin:plan_node_step", args=node(record))
    return client.post(address, {"step": word})


def test_a_code_that_the_plan_has_already_is_refused(client, branched, reviewer):
    one, another = models.Commitment.objects.filter(plan=branched)[:2]

    typed = {"title_es": "Otro", "lead": one.lead_id, "code": one.code}
    added = add(client, "compromiso", one.programme, **typed)
    changed = edit(client, another, code=one.code)

    assert (added.status_code, changed.status_code) == (422, 422)
    assert [*added.context["form"].errors] == ["code"]
    assert [*changed.context["form"].errors] == ["code"]
    assert models.Commitment.objects.filter(plan=branched, code=one.code).count() == 1


def test_a_branch_is_built_with_codes_and_words_proposed(client, plan, reviewer):
    agency = make.agency()

    add(client, "eje", plan, name_es="Prevención y educación")
    area = plan.areas.get()
    add(client, "programa", area, name_es="Escuelas")
    programme = area.programmes.get()
    add(client, "compromiso", programme, title_es="Formar", lead=agency.pk)
    commitment = programme.commitments.get()
    for title in ("Talleres", "Guías"):
        typed = {"title_es": title, "agency": agency.pk, "due_on": "2026-12-31"}
        add(client, "actividad", commitment, **typed)

    assert (area.code, area.slug_es) == ("1", "prevencion-y-educacion")
    assert [programme.code, commitment.code] == ["1.1", "1.1.1"]
    activities = commitment.activities.order_by("sort_code")
    assert [each.code for each in activities] == ["1.1.1.1", "1.1.1.2"]
    assert {each.due_provenance for each in activities} == {"plan"}
    assert {each.provenance for each in activities} == {"plan"}
    assert not models.PendingChange.objects.exists()


def test_of_an_approved_plan_an_edit_is_kept_in_the_draft(client, reviewer):
    activity = make.activity(code="1.1.1.1", title_es="Talleres")
    close_structure()

    edit(client, activity, title_es="Cursos")

    [line] = lines(reviewer)
    assert (line.table, line.record) == ("activities", activity.pk)
    assert line.new_values == {"title_es": "Cursos"}
    assert line.values_before == {"title_es": "Talleres"}
    activity.refresh_from_db()
    assert activity.title_es == "Talleres"
    assert not models.PendingChange.objects.exists()
    page = client.get(reverse("admin:plan_tree", args=[activity.plan.code]))
    [shown] = [each for each in page.context["tree"].root if each.draft_line_pk]
    assert [(each.old, each.new) for each in shown.changes] == [("Talleres", "Cursos")]


def lines(person):
    return list(DraftLine.objects.filter(draft__person=person))


def test_what_is_set_back_leaves_the_draft(client, reviewer):
    activity = make.activity(title_es="Talleres")
    close_structure()

    edit(client, activity, title_es="Cursos")
    edit(client, activity, title_es="Talleres")

    assert lines(reviewer) == []


def test_a_line_stands_in_the_draft_and_is_not_dropped_while_others_hang_on_it(
    client, reviewer
):
    programme = make.programme(code="1.1")
    close_structure()
    agency, code = make.agency(), programme.plan.code

    add(client, "compromiso", programme, title_es="Formar", lead=agency.pk)
    [above] = lines(reviewer)
    address = reverse("admin:plan_node_new", args=[code, "actividad", f"n{above.pk}"])
    for title in ("Talleres", "Guías"):
        send(client, address, title_es=title, agency=agency.pk, **NO_VICTIMS)

    page = client.get(reverse("admin:plan_tree", args=[code]))
    found = [f"{each.level.slug} {each.code}" for each in page.context["tree"].root]
    assert found[-3:] == ["compromiso 1.1.1", "actividad 1.1.1.1", "actividad 1.1.1.2"]
    assert not programme.commitments.exists()
    _above, first, second = lines(reviewer)
    for word, line, left in (
        ("compromiso", above, 3),
        ("actividad", first, 2),
        ("actividad", second, 1),
        ("compromiso", above, 0),
    ):
        args = [code, word, f"n{line.pk}"]
        client.post(reverse("admin:plan_node_step", args=args), {"step": "drop"})
        assert len(lines(reviewer)) == left


def branch(plan):
    """1 and 1.1, below it 1.1.1 with an activity and 1.1.2 with another; then 1.2."""
    area = make.area(plan=plan, code="1")
    programme = make.programme(area=area, code="1.1")
    make.programme(area=area, code="1.2")
    for number in ("1.1.1", "1.1.2"):
        named = {"code": number, "title_es": f"Fue {number}"}
        commitment = make.commitment(programme=programme, **named)
        named = {"code": f"{number}.1", "title_es": f"Fue {number}.1"}
        make.activity(commitment=commitment, **named)
    return plan


def codes(records):
    return list(records.order_by("title_es").values_list("code", flat=True))


def test_up_and_down_change_the_codes_of_all_below_too(client, branched, reviewer):
    step(client, models.Commitment.objects.get(code="1.1.2"), "up")
    step(client, models.Commitment.objects.get(code="1.1.1"), "up")  # the first stays

    assert codes(branched.commitments) == ["1.1.2", "1.1.1"]
    assert codes(branched.activities) == ["1.1.2.1", "1.1.1.1"]
    moved = models.Activity.objects.get(code="1.1.2.1")
    assert moved.sort_code == "000001.000001.000002.000001"


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_commitment_moves(client, branched, reviewer, is_approved):
    if is_approved:
        open_structure()
        models.Plan.objects.update(status="approved")
        close_structure()
    there = models.Programme.objects.get(code="1.2")
    moved = models.Commitment.objects.get(code="1.1.1")

    answer = edit(client, moved, programme=there.pk)
    if is_approved:
        assert codes(branched.commitments) == ["1.1.1", "1.1.2"]
        propose(client, branched)
        workflow.approve(models.PendingChange.objects.get(), by=make.reviewer())

    assert answer.status_code == 302
    assert models.Commitment.objects.get(programme=there).code == "1.2.1"
    assert codes(branched.commitments) == ["1.2.1", "1.1.2"]
    assert codes(branched.activities) == ["1.2.1.1", "1.1.2.1"]


def test_a_record_of_a_plan_in_preparation_is_deleted(client, branched, reviewer):
    commitment = models.Commitment.objects.get(code="1.1.1")

    step(client, commitment, "delete")
    assert models.Commitment.objects.filter(pk=commitment.pk).exists()
    step(client, commitment.activities.get(), "delete")
    step(client, commitment, "delete")

    assert codes(branched.commitments) == ["1.1.2"]
    assert codes(branched.activities) == ["1.1.2.1"]


def test_nothing_of_an_approved_plan_is_deleted_or_swapped(client, reviewer):
    plan = make.plan()
    branch(plan)
    # A reconstruction, which no trigger of the database keeps.
    plan.activities.update(provenance="documented")
    plan.commitments.update(provenance="documented")

    step(client, plan.activities.get(code="1.1.1.1"), "delete")
    step(client, plan.commitments.get(code="1.1.1"), "down")

    assert codes(plan.activities) == ["1.1.1.1", "1.1.2.1"]
    assert codes(plan.commitments) == ["1.1.1", "1.1.2"]


def test_while_it_waits_a_plan_changes_by_two_people(client, branched, reviewer):
    propose_plan(branched)
    activity = models.Activity.objects.get(code="1.1.1.1")

    edit(client, activity, title_es="Otra cosa")
    step(client, activity, "delete")

    activity.refresh_from_db()
    assert activity.title_es == "Fue 1.1.1.1"
    assert models.PendingChange.objects.count() == 1
    assert [each.new_values for each in lines(reviewer)] == [{"title_es": "Otra cosa"}]
    propose(client, branched)
    assert models.PendingChange.objects.count() == 2


def test_what_waits_stands_in_the_tree(client, reviewer):
    commitment = make.commitment()
    activity = make.activity(commitment=commitment)
    close_structure()
    typed = {"title_es": "Nueva", "agency": commitment.lead_id, "due_on": "2026-12-31"}

    add(client, "actividad", commitment, **typed, **NO_VICTIMS)
    propose(client, commitment.plan)
    edit(client, activity, title_es="Cursos")
    propose(client, commitment.plan)

    page = client.get(reverse("admin:plan_tree", args=[commitment.plan.code]))
    nodes = {each.record: each for each in page.context["tree"].root}
    added, edited = models.PendingChange.objects.order_by("pk")
    [addition] = nodes[commitment].pending_additions
    assert addition.change_id == added.pk
    assert nodes[activity].pending_change_pk == edited.pk
    assert commitment.activities.get() == activity


def test_a_code_that_waits_is_not_proposed_again(client, reviewer):
    commitment = make.commitment(code="1.1.1")
    close_structure()
    typed = {"title_es": "Nueva", "agency": commitment.lead_id, "due_on": "2026-12-31"}
    add(client, "actividad", commitment, **typed, **NO_VICTIMS)
    propose(client, commitment.plan)

    args = [commitment.plan.code, "actividad", commitment.pk]
    form = form_at(client, reverse("admin:plan_node_new", args=args))

    assert form["code"].value() == "1.1.1.2"


@pytest.mark.parametrize(
    ("name", "word"),
    [("Prevención", "prevencion-2"), ("¿?", "eje"), ("A" * 90, "a" * 60)],
)
def test_an_address_word_is_free_and_fits(client, plan, reviewer, name, word):
    make.area(plan=plan, code="1", slug_es="prevencion")

    add(client, "eje", plan, name_es=name)

    assert models.StrategicArea.objects.get(code="2").slug_es == word


def test_a_form_offers_what_is_possible_in_the_plan(client, branched, reviewer):
    make.programme()
    gone = make.agency(dissolved_on="2020-01-01")
    taking_part = make.agency(acronym="ZZZ")
    make.participation(plan=branched, agency=taking_part)
    commitment = models.Commitment.objects.get(code="1.1.1")

    form = form_at(client, reverse("admin:plan_node", args=node(commitment)))

    [_none, (_heading, members), (_others, others)] = form.fields["lead"].choices
    assert [place for place, _label in members] == [str(taking_part.pk)]
    assert str(gone.pk) not in dict(others)
    offered = {place for place, _label in form.fields["programme"].choices if place}
    own = models.Programme.objects.filter(plan=branched).values_list("pk", flat=True)
    assert offered == set(map(str, own))
    assert edit(client, commitment, due_on="2031-01-01").status_code == 422


def test_a_record_of_another_plan_is_not_found(client, branched, reviewer):
    address = reverse("admin:plan_node", args=["p", "actividad", make.activity().pk])

    assert client.get(address).status_code == 404


def test_the_second_of_two_who_save_is_told(client, branched, reviewer):
    commitment = models.Commitment.objects.get(code="1.1.1")
    address = reverse("admin:plan_node", args=node(commitment))
    form = form_at(client, address)
    values = {name: form[name].value() for name in form.fields}
    seen = {name: value for name, value in values.items() if value not in (None, [])}
    edit(client, commitment, title_es="Primera")

    answer = client.post(address, seen | {"title_es": "Segunda"})

    assert answer.status_code == 422
    commitment.refresh_from_db()
    assert commitment.title_es == "Primera"


def test_a_tree_of_many_takes_as_many_queries(client, branched, reviewer):
    address = reverse("admin:plan_tree", args=["p"])
    programme = models.Programme.objects.get(code="1.2")

    few, many = costs(
        lambda: client.get(address), lambda: make.commitment(programme=programme)
    )

    assert many <= few <= 40


def previews(client, plan):
    """By code where the tree leads to show how the public will read a record."""
    page = client.get(reverse("admin:plan_tree", args=[plan.code]))
    return {
        each.record.code: each.public_page_preview_url
        for each in page.context["tree"].root
    }


@pytest.mark.parametrize(
    ("code", "said"),
    [("1", "Fue 1.1.2"), ("1.1", "Fue 1.1.2"), ("1.1.1", "Fue 1.1.1.1")],
)
def test_only_staff_read_a_preview(client, branched, reviewer, code, said):
    commitment = models.Commitment.objects.get(code="1.1.1")
    address = previews(client, branched)[code]

    page = client.get(address).content.decode()

    assert said in page
    assert client.get(commitment.get_absolute_url()).status_code == 404
    client.force_login(make.focal_point(agency=commitment.lead))
    assert client.get(address).status_code == 404


def test_an_activitys_preview_is_its_place_on_the_page(client, branched, reviewer):
    found = previews(client, branched)

    assert found["1.1.1.1"] == f"{found['1.1.1']}#1.1.1.1"
    assert 'id="1.1.1.1"' in client.get(found["1.1.1"]).content.decode()


def test_a_preview_counts_the_days_of_a_delay_until_today(client, branched, reviewer):
    today = timezone.localdate()
    models.Plan.objects.update(ends_on=today)
    branched.activities.update(due_on=today - timedelta(days=30), due_provenance="plan")

    page = client.get(previews(client, branched)["1"]).content.decode()

    assert "30 días de atraso" in page


def test_no_preview_of_another_plan_or_level(client, branched, reviewer):
    other = make.area()
    own = models.Programme.objects.first()

    for kind, record in (("eje", other), ("programa", own)):
        address = reverse("admin:plan_preview", args=["p", kind, record.pk])
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_level_offers_what_stands_below_it(client, branched, reviewer, language):
    reviewer.language = language
    reviewer.save()

    page = client.get(reverse("admin:plan_tree", args=["p"]))

    offered = {
        each.level.slug: [level.slug for level, _address in each.addable_levels]
        for each in page.context["tree"].root
    }
    assert offered == {
        "plan": ["eje", "participacion", "indicador"],
        "eje": ["programa"],
        "programa": ["compromiso"],
        "compromiso": ["actividad", "indicador"],
        "actividad": [],
    }


def test_what_is_no_branch_is_edited_in_place_too(client, branched, reviewer):
    """The plan itself, who takes part, an indicator below a commitment, its target."""
    agency = make.agency()
    commitment = models.Commitment.objects.get(code="1.1.1")
    named = {"name_es": "Talleres", "unit_es": "talleres", "counts": "events"}
    days = {"starts_on": "2027-01-01", "ends_on": "2027-12-31"}

    edit(client, branched, title_es="Plan nuevo")
    add(client, "participacion", branched, agency=agency.pk, role="member")
    args = ["p", "indicador", node_key(commitment)]
    send(client, reverse("admin:plan_node_new", args=args), **named, code="T-1")
    indicator = commitment.indicators.get()
    for value in ("12", "13"):
        args = ["p", "meta", indicator.pk]
        send(client, reverse("admin:plan_node_new", args=args), **days, value=value)

    branched.refresh_from_db()
    assert branched.title_es == "Plan nuevo"
    assert branched.participations.get().agency == agency
    assert indicator.introduced_by == branched
    target = indicator.targets.get()
    assert (target.plan, target.value, target.provenance) == (branched, 12, "plan")
    step(client, indicator, "delete")
    step(client, target, "delete")
    step(client, indicator, "delete")
    assert not commitment.indicators.exists()
    assert not lines(reviewer)

"""A plan in preparation is kept by one person, until two approve it as a whole."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.urls import reverse

from agencies.access import RefusedError
from strategic_areas import workflow
from strategic_areas.models import PendingChange, Plan, Source
from strategic_areas.models.drafts import DraftLine
from tests import make
from tests.make.plans import propose_plan, read_plan
from tests.strategic_areas import drafts

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def plan():
    return make.plan(status="in_preparation")


def save(client, record, **changed):
    name = f"admin:{record._meta.app_label}_{record._meta.model_name}_change"
    address = reverse(name, args=[record.pk])
    page = client.get(address).context
    form = page["adminform"].form
    if "status" not in changed and page.get("tree_address"):
        return drafts.edit(client, record, **changed)
    values = {name: form[name].value() for name in form.fields}
    posted = {
        name: value
        for name, value in values.items()
        if value is not None and value != []
    }
    return client.post(address, posted | changed)


MAKERS = {
    "plan": lambda plan: (plan, "title_es"),
    "area": lambda plan: (make.area(plan=plan), "name_es"),
    "programme": lambda plan: (make.programme(plan=plan), "name_es"),
    "commitment": lambda plan: (make.commitment(plan=plan), "title_es"),
    "activity": lambda plan: (make.activity(plan=plan), "title_es"),
    "indicator": lambda plan: (make.indicator(plan=plan), "name_es"),
    "source": lambda plan: (make.source(plan=plan), "title"),
    "discrepancy": lambda plan: (make.discrepancy(plan=plan), "topic_es"),
}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.sqlite
def test_its_records_are_saved_at_once(client, plan, reviewer, name):
    record, column = MAKERS[name](plan)

    save(client, record, **{column: "Otra cosa"})

    record.refresh_from_db()
    assert getattr(record, column) == "Otra cosa"
    assert not PendingChange.objects.exists()


@pytest.mark.sqlite
def test_even_there_personal_data_is_refused(client, plan, reviewer):
    answer = save(client, plan, title_es="La cédula 001-1234567-8")

    assert "title_es" in answer.context["form"].errors


def test_a_plan_is_public_when_another_reviewer_approves(client, plan, reviewer):
    change = propose_plan(plan, by=reviewer)
    before = Plan.objects.get(pk=plan.pk).status

    with pytest.raises(RefusedError):
        workflow.approve(change, by=reviewer, **read_plan(plan))
    workflow.approve(change, by=make.reviewer(), **read_plan(plan))

    after = Plan.objects.get(pk=plan.pk).status
    assert (before, after) == ("in_preparation", "approved")


def test_while_it_waits_nobody_changes_it_alone(client, plan, reviewer):
    commitment = make.commitment(plan=plan)
    propose_plan(plan, by=reviewer)

    save(client, commitment, title_es="Otra cosa")

    commitment.refresh_from_db()
    assert commitment.title_es != "Otra cosa"
    assert DraftLine.objects.get().new_values == {"title_es": "Otra cosa"}


@pytest.mark.sqlite
def test_one_person_changes_no_public_source_and_moves_none_into_it(
    client, plan, reviewer
):
    cited, other = make.source(plan=plan), make.source()
    make.help_line().sources.add(cited)
    stored = [*Source.objects.order_by("pk").values()]

    for each in (cited, other):
        save(client, each, plan=plan.pk, title="Otra cosa")

    assert [*Source.objects.order_by("pk").values()] == stored


@pytest.mark.sqlite
def test_it_takes_no_place_of_a_public_record_by_one_person(client, plan, reviewer):
    public, new = make.commitment(), make.commitment(plan=plan)

    save(client, new, supersedes=[public.pk])

    assert not public.superseded_by.exists()


BACK = [
    ("approved", "in_preparation"),
    ("ended", "approved"),
    ("ended", "in_preparation"),
]


@pytest.mark.parametrize(("status", "earlier"), BACK)
def test_a_status_never_goes_back(client, reviewer, status, earlier):
    plan = make.plan(status=status)

    answer = save(client, plan, status=earlier)

    assert "status" in answer.context["adminform"].form.errors
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(status=earlier)


def test_a_code_proposed_before_the_approval_is_refused_after_it(plan):
    change = make.change(plan, code="otro")
    Plan.objects.filter(pk=plan.pk).update(status="approved")

    with pytest.raises(RefusedError):
        workflow.approve(change, by=make.reviewer())

    assert not Plan.objects.filter(code="otro").exists()


@pytest.mark.sqlite
def test_a_new_plan_begins_in_preparation(client, reviewer):
    answer = client.post(
        reverse("admin:strategic_areas_plan_add"),
        {
            "code": "nuevo",
            "title_es": "Un plan nuevo",
            "status": "approved",
            "starts_on": "2027-01-01",
            "ends_on": "2028-01-01",
        },
    )

    assert Plan.objects.get().status == "in_preparation"
    assert answer.url == reverse("admin:plan_tree", args=["nuevo"])


def propose_approval(plan, reviewer):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        return propose_plan(plan, by=reviewer)
    finally:
        connection.close()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_its_approval_is_not_proposed_while_one_of_its_records_is_saved(plan):
    activity, reviewer = make.activity(plan=plan), make.reviewer()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert workflow.needs_no_approval(activity, ["title_es"])
        asked = pool.submit(propose_approval, Plan.objects.get(pk=plan.pk), reviewer)
        with pytest.raises(OperationalError, match="lock timeout"):
            asked.result()


@pytest.mark.parametrize("status", ["in_preparation", "approved"])
def test_what_a_public_plan_names_of_it_needs_a_second_person(plan, status):
    indicator = make.indicator(plan=plan)
    make.indicator_target(indicator, plan=make.plan(status=status))

    found = (
        workflow.needs_no_approval(indicator, ["name_es"]),
        workflow.none_needs_approval(plan, [(indicator, {})]),
    )

    assert set(found) == {status == "in_preparation"}

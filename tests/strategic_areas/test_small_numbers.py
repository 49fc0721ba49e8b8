"""A number of victims, from the row where it is typed to its publication."""

import pytest
from django.urls import reverse

from strategic_areas import workflow
from strategic_areas.desk.review import review_queue
from strategic_areas.models import RevisionStatus
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import revision_token
from tests import make
from tests.strategic_areas.drafts import form_at

pytestmark = pytest.mark.django_db


OF_VICTIMS = {"counts_victims": True, "reaches_victims": True}
#: A text that the guard warns of, and the words of it that the warning shows.
WARNED, SHOWN = "Se reunió en la calle El Conde 105.", "calle El Conde 105"


def of_victims(**fields):
    return make.update(activity=make.activity(reaches_victims=True), **fields)


@pytest.mark.parametrize("number", [0, 3, 12])
def test_a_number_of_victims_costs_no_warning(number):
    counting = make.activity(counts_victims=True, kind="continuing", quantity=10)
    update = make.update(activity=counting, percent=None, quantity=number)

    assert guard.warnings_about(of_victims(people_reached=number)) == []
    assert guard.warnings_about(update) == []


def test_its_numbers_tell_that_only_staff_read_them(client):
    for_victims = make.activity(counts_victims=True, reaches_victims=True, quantity=40)
    period = make.round(plan=for_victims.plan)
    other = make.activity(commitment=for_victims.commitment)
    client.force_login(make.focal_point(agency=for_victims.agency))

    sheet = client.get(reverse("admin:sheet", args=[period.pk, other.agency.slug]))

    page = sheet.content.decode()
    assert {
        (activity, name)
        for activity in (for_victims, other)
        for name in ("percent", "people_reached")
        if _is_for_staff(page, f"fila-{activity.pk}_{name}")
    } == {(for_victims, "percent"), (for_victims, "people_reached")}


def _is_for_staff(page, id_of_field):
    field = page.split(f'id="{id_of_field}"')[0].rpartition('<div class="form-field')[2]
    return "este número solo lo lee" in field


def test_the_warning_stays_until_a_reviewer_ticks_it(client):
    update = of_victims(narrative_es=WARNED)
    author, period = update.contributors.get(), update.period
    keys = [period.pk, update.agency.slug]
    row, check = (
        reverse(f"admin:{name}", args=keys) for name in ("sheet", "sheet_check")
    )
    client.force_login(author)

    def shown(path):
        return SHOWN in client.get(path).content.decode()

    assert (shown(row), shown(check)) == (True, True)
    seen = {"seen": revision_token(update)}
    assert client.post(check, seen).context["form"].errors.keys() == {"warnings_read"}
    client.post(check, {**seen, "warnings_read": "on"})
    update.refresh_from_db()
    assert (update.status, shown(row)) == (RevisionStatus.SUBMITTED, True)

    client.force_login(make.reviewer())
    (row_of_list,) = client.get(reverse("admin:index")).context["rows"]
    item = row_of_list.items[0]
    many = reverse("admin:review_many")
    publish = reverse("admin:review_publish", args=["avance", update.pk])
    posted = {"seen_version": update.version, "checked": "on"}
    assert (item.warning_and_block_count, item.may_be_batched) == (1, False)
    client.post(many, {"pick": item.token, "checked": "on", "page_was_shown": "on"})
    assert shown(review_queue.review_url(update))
    assert client.post(publish, {**posted, "checked": ""}).status_code == 422
    update.refresh_from_db()
    assert update.status == RevisionStatus.SUBMITTED
    client.post(publish, posted)
    update.refresh_from_db()
    assert update.status == RevisionStatus.PUBLISHED


def test_the_author_ticks_nothing_for_the_reviewer(client):
    update = of_victims(narrative_es=WARNED)
    both = update.contributors.get()
    workflow.submit(update, by=both)
    both.groups.set(make.reviewer().groups.all())
    client.force_login(both)

    client.post(
        reverse("admin:review_publish", args=["avance", update.pk]),
        {"seen_version": update.version, "checked": "on"},
    )

    update.refresh_from_db()
    assert update.status == RevisionStatus.SUBMITTED


def test_what_staff_are_told_that_the_public_reads_is_what_it_reads():
    update = of_victims(people_reached=3, narrative_es="Se atendió en el albergue.")
    label = update.fields["people_reached"].label

    assert label not in dict(update.public_field_values)
    assert dict(update.field_values)[label] == "3"


@pytest.mark.parametrize("number", [4, 5])
def test_whether_a_number_of_victims_moved_is_not_told(number):
    """“Unchanged since” follows from what the public reads alone."""
    said = {"narrative_es": "Se atendió.", "percent": None, "execution": "in_progress"}
    counting = make.activity(**OF_VICTIMS, kind="continuing")
    earlier = make.earlier_report(counting, quantity=4, people_reached=4, **said)

    update = make.submitted_update(
        activity=counting,
        period=make.round(plan=counting.plan),
        by=earlier.contributors.get(),
        quantity=number,
        people_reached=number,
        **said,
    )

    assert update.unchanged_since == earlier.period.ends_on


def test_staff_read_every_number(client, reviewer):
    counting = make.activity(**OF_VICTIMS, kind="continuing", quantity=9143)
    update = make.submitted_update(
        activity=counting, percent=None, quantity=7431, people_reached=8267
    )
    author = update.contributors.get()
    receipt = [update.period_id, update.agency.slug]

    review = client.get(review_queue.review_url(update)).content.decode()
    activity = reverse("admin:strategic_areas_activity_change", args=[counting.pk])
    planned = client.get(activity).content.decode()
    client.force_login(author)
    sheet = client.get(reverse("admin:sheet", args=receipt)).content.decode()

    assert ("7,431" in review, "8267" in review) == (True, True)
    assert "9143" in planned
    assert ("7,431" in sheet, "8267" in sheet) == (True, True)


def test_adding_an_activity_asks_whether_it_is_of_victims(client, reviewer):
    commitment = make.commitment()
    place = [commitment.plan.code, "actividad", commitment.pk]

    fields = form_at(client, reverse("admin:plan_node_new", args=place)).fields

    asked = [fields["counts_victims"], fields["reaches_victims"]]
    assert [(each.required, each.initial) for each in asked] == [(True, None)] * 2

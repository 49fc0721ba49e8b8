"""A small number of victims, from the row where it is typed to its publication."""

import pytest
from django.urls import reverse

from strategic_areas import workflow
from strategic_areas.desk.review import review_queue
from strategic_areas.models import Province, Region, Status
from strategic_areas.workflow import guard
from tests.factories import (
    make_activity,
    make_focal_point,
    make_reviewer,
    make_round,
    make_update,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    region = Region.objects.create(code="DO-98", name="Región")
    return Province.objects.create(code="DO-99", name="Azuay", region=region)


def few_victims(place, **fields):
    """A draft that tells of three victims in a province."""
    activity = make_activity(reaches_victims=True)
    fields.setdefault("people_reached", 3)
    update = make_update(activity=activity, **fields)
    update.places.add(place)
    return update


@pytest.mark.parametrize(
    ("activity", "said", "number"),
    [
        ({"reaches_victims": True}, {"people_reached": 3}, "3"),
        (
            {"counts_victims": True, "kind": "continuing"},
            {"quantity": "2.50"},
            "2.50",
        ),
        ({"counts_victims": True, "quantity": 10}, {"percent": 40}, "40 %"),
        ({"counts_victims": True, "quantity": 100}, {"percent": 40}, None),
        ({"reaches_victims": True}, {"people_reached": 12}, None),
        ({"reaches_victims": True}, {"people_reached": 0}, None),
        ({}, {"people_reached": 3}, None),
    ],
)
def test_what_the_public_will_not_read_is_warned_of(place, activity, said, number):
    update = make_update(activity=make_activity(**activity), **said)
    update.refresh_from_db()
    update.places.add(place)

    found = [warned.excerpt for warned in guard.warnings(update)]

    assert found == ([f"{number} · Azuay"] if number else [])


def test_its_numbers_tell_that_they_are_of_victims(client):
    for_victims = make_activity(counts_victims=True, reaches_victims=True, quantity=40)
    period = make_round(plan=for_victims.plan)
    other = make_activity(commitment=for_victims.commitment)
    client.force_login(make_focal_point(agency=for_victims.agency))

    sheet = client.get(reverse("admin:sheet", args=[period.pk, other.agency.slug]))

    page = sheet.content.decode()
    assert {
        (activity, name)
        for activity in (for_victims, other)
        for name in ("percent", "people_reached")
        if _is_marked(page, f"r{activity.pk}_{name}")
    } == {(for_victims, "percent"), (for_victims, "people_reached")}


def _is_marked(page, id_of_field):
    (start,) = [part for part in page.split("<input") if f'id="{id_of_field}"' in part]
    return "data-victims" in start.split(">")[0]


def test_the_warning_stays_until_a_reviewer_ticks_it(client, place):
    update = few_victims(place)
    author, period = update.contributors.get(), update.period
    keys = [period.pk, update.agency.slug]
    row, check = (
        reverse(f"admin:{name}", args=keys) for name in ("sheet", "sheet_check")
    )
    client.force_login(author)

    def shown(path):
        return "3 · Azuay" in client.get(path).content.decode()

    assert (shown(row), shown(check)) == (True, True)
    seen = {"seen": f"{update.pk}:{update.version}", "declared": ""}
    assert client.post(check, seen).context["form"].errors.keys() == {"warnings_read"}
    client.post(check, {**seen, "warnings_read": "on"})
    update.refresh_from_db()
    assert (update.status, shown(row)) == (Status.SUBMITTED, True)

    client.force_login(make_reviewer())
    (item,) = client.get(reverse("admin:review_queue")).context["rows"]
    many = reverse("admin:review_many")
    publish = reverse("admin:review_publish", args=["avance", update.pk])
    posted = {"seen_version": update.version, "checked": "on"}
    assert (item.count, item.is_plain) == (1, False)
    client.post(many, {"pick": item.token, "checked": "on"})
    assert shown(review_queue.address_of(update))
    assert client.post(publish, posted).status_code == 422
    update.refresh_from_db()
    assert update.status == Status.SUBMITTED
    client.post(publish, {**posted, "warnings_read": "on"})
    update.refresh_from_db()
    assert update.status == Status.PUBLISHED


def test_the_author_ticks_nothing_for_the_reviewer(client, place):
    update = few_victims(place)
    both = update.contributors.get()
    workflow.submit(update, by=both)
    both.groups.set(make_reviewer().groups.all())
    client.force_login(both)

    client.post(
        reverse("admin:review_publish", args=["avance", update.pk]),
        {"seen_version": update.version, "checked": "on", "warnings_read": "on"},
    )

    update.refresh_from_db()
    assert update.status == Status.SUBMITTED


def test_what_staff_are_told_that_the_public_reads_is_what_it_reads(place):
    update = few_victims(place, narrative_es="Se atendió en el albergue.")

    told = dict(update.public_field_values)

    assert told[update.fields["people_reached"].label] == "Dato protegido"
    assert dict(update.field_values)[update.fields["people_reached"].label] == "3"


def test_adding_an_activity_asks_whether_it_is_of_victims(client):
    client.force_login(make_reviewer())

    form = client.get(reverse("admin:strategic_areas_activity_add")).context[
        "adminform"
    ]
    fields = form.form.fields

    asked = [fields["counts_victims"], fields["reaches_victims"]]
    assert [(each.required, each.initial) for each in asked] == [(True, None)] * 2

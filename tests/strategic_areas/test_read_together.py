"""Decisions of a few lines that are read on one page and approved by one press."""

import pytest
from django.urls import reverse

from strategic_areas import triggers
from strategic_areas.models import Translation
from tests import make

pytestmark = pytest.mark.django_db

INDEX, MANY = reverse("admin:index"), reverse("admin:review_many")


def make_translation(text="Part was done.", **fields):
    update = make.published_update()
    return make.change(Translation(activity_update=update), text=text, **fields)


def token(decision):
    return f"{decision._meta.model_name}-{decision.pk}-1"


def status(decision):
    decision.refresh_from_db()
    return decision.status


def picks(client):
    rows = client.get(INDEX).context["rows"]
    return [row.picks for row in rows if row.picks]


def test_related_decisions_are_shown_whole_and_approved_by_one_press(client, reviewer):
    by = make.reviewer()
    made = [
        make.account_change(by=by),
        make.account_change(by=by),
        make_translation(by=by),
    ]
    asked = {"pick": picks(client)}

    page = client.get(MANY, asked)
    before = [status(each) for each in made]
    client.post(MANY, {**asked, "checked": "on"})

    assert {*asked["pick"]} == {token(each) for each in made}
    text = page.content.decode()
    assert all(each.user.username in text for each in made[:2])
    assert "Part was done." in text
    assert before == ["pending"] * 3
    assert [(status(each), each.decided_by) for each in made] == [
        ("approved", reviewer)
    ] * 3


def test_they_are_decided_on_beside_reports(client, reviewer):
    change, update = make.account_change(), make.submitted_update()

    client.post(MANY, {"pick": picks(client), "checked": "on"})

    update.refresh_from_db()
    assert (status(change), update.status) == ("approved", "published")


def test_what_needs_its_own_page_is_never_approved_together(client, reviewer):
    change = make.change(make.activity(), reaches_victims=True)

    offered = picks(client)
    client.post(MANY, {"pick": token(change), "checked": "on"})

    assert (offered, status(change)) == ([], "pending")


def test_nobody_approves_her_own_among_others(client, reviewer):
    own, other = make_translation(by=reviewer), make_translation()

    offered = picks(client)
    client.post(MANY, {"pick": [token(own), token(other)], "checked": "on"})

    assert offered == [token(other)]
    assert (status(own), status(other)) == ("pending", "approved")


def test_what_is_marked_asks_that_nobody_can_be_recognised(client, reviewer):
    change = make_translation(text="It was Yubelkis in Villa Jaragua.")

    refused = client.post(MANY, {"pick": token(change)})

    assert (refused.status_code, status(change)) == (422, "pending")
    client.post(MANY, {"pick": token(change), "checked": "on"})
    assert status(change) == "approved"


def test_what_holds_personal_data_is_left_to_its_own_page(client, reviewer):
    change = make_translation()
    (part,) = change.records.all()
    after = {**part.after, "text": "Her card is 001-1234567-8."}
    triggers.drop()  # they refuse every edit of what was proposed
    change.records.update(after=after)

    client.post(MANY, {"pick": token(change), "checked": "on"})

    assert status(change) == "pending"

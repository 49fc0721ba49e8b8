"""The one list of what waits for a decision, and what is decided on together."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from strategic_areas import triggers
from strategic_areas.models import Translation
from tests import make

pytestmark = pytest.mark.django_db


INDEX = reverse("admin:index")


def waiting_for(days, maker):
    with time_machine.travel(timezone.now() - timedelta(days=days)):
        return maker()


def make_one_of_each():
    """One of each kind that reviewers decide on, the longest waiting first."""
    makers = [
        make.proposal,
        make.submitted_update,
        make.change,
        lambda: make.dispute(make.activity(provenance="press")),
        make.purge,
        make.submitted_update,
    ]
    made = [waiting_for(20 - place, maker) for place, maker in enumerate(makers)]
    make.published_update()
    make.factor_reset()
    return made


def subject_of(row):
    return getattr(row.items[0], "record", None) or row.items[0].decision


def test_everything_stands_on_one_list_by_its_age(client, reviewer):
    made = make_one_of_each()

    rows = client.get(INDEX).context["rows"]

    assert [(subject_of(row), row.items[0].days_waiting) for row in rows] == [
        (record, 20 - place) for place, record in enumerate(made)
    ]


def test_each_filter_leads_to_as_many_as_it_tells(client, reviewer):
    make_one_of_each()

    groups = client.get(INDEX).context["groups"]

    listed = {
        word: len(client.get(INDEX, {"que": word}).context["rows"])
        for word, _name, _number in groups
    }
    assert {word: number for word, _name, number in groups} == listed
    assert listed == {
        "reportes": 2,
        "valores": 0,
        "plan": 3,
        "personas": 0,
        "ocultado": 1,
    }


def test_reports_of_one_sheet_stand_on_one_row(client, reviewer):
    commitment, agency = make.commitment(), make.agency()
    author = make.focal_point(agency=agency)
    period = make.round(plan=commitment.plan)
    for _ in range(3):
        activity = make.activity(commitment=commitment, agency=agency)
        make.submitted_update(activity=activity, period=period, by=author)
    another = make.submitted_update(
        period=period, activity=make.activity(commitment=commitment)
    )

    page = client.get(INDEX)

    sheet, alone = page.context["rows"]
    assert (len(sheet.items), sheet.examined.findings) == (3, ())
    assert sheet.picks == " ".join(item.token for item in sheet.items)
    assert subject_of(alone) == another
    assert len(page.context["queue"].items) == 4


def test_what_somebody_proposed_herself_is_told_and_not_offered(client):
    made, reviewer = make.change(), make.reviewer()
    own = make.change(by=reviewer)
    client.force_login(reviewer)

    page, others = client.get(INDEX), client.get(INDEX, {"que": "ajenas"})

    assert [subject_of(row) for row in page.context["rows"]] == [made]
    assert len(page.context["queue"].items) == 1
    assert [subject_of(row) for row in others.context["rows"]] == [own]


@pytest.mark.parametrize(
    ("name", "query"), [("review_queue", "?que=reportes"), ("decisions", "")]
)
def test_the_addresses_of_the_former_lists_lead_to_it(client, reviewer, name, query):
    answer = client.get(reverse(f"admin:{name}"))

    assert answer["Location"] == f"../{query}#decisiones"


def test_an_administrator_has_what_she_decides_and_no_report(client):
    make_one_of_each()
    client.force_login(make.administrator())

    rows = client.get(INDEX).context["rows"]

    kinds = [type(subject_of(row)).__name__ for row in rows]
    assert kinds == ["Purge", "FactorReset"]


# Decisions of a few lines that are read on one page and approved by one press

MANY = reverse("admin:review_many")
TICKED = {"checked": "on", "page_was_shown": "on"}


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
    client.post(MANY, {**asked, **TICKED})

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

    client.post(MANY, {"pick": picks(client), "page_was_shown": "on"})

    update.refresh_from_db()
    assert (status(change), update.status) == ("approved", "published")


def test_one_too_many_is_named_as_on_its_page(client, reviewer, monkeypatch):
    monkeypatch.setattr("strategic_areas.desk.review.views.MAX_AT_ONCE", 0)
    change = make_translation()

    page = client.get(MANY, {"pick": token(change)})

    ((label, _reason),) = page.context["left_out"]
    assert label == change
    assert f"<li>{change}: " in page.text


def test_what_needs_its_own_page_is_never_approved_together(client, reviewer):
    change = make.change(make.activity(), reaches_victims=True)

    offered = picks(client)
    client.post(MANY, {"pick": token(change), **TICKED})

    assert (offered, status(change)) == ([], "pending")


def test_nobody_approves_her_own_among_others(client, reviewer):
    own, other = make_translation(by=reviewer), make_translation()

    offered = picks(client)
    client.post(MANY, {"pick": [token(own), token(other)], **TICKED})

    assert offered == [token(other)]
    assert (status(own), status(other)) == ("pending", "approved")


def test_what_is_marked_asks_that_nobody_can_be_recognised(client, reviewer):
    change = make_translation(text="It was Yubelkis in Villa Jaragua.")

    refused = client.post(MANY, {"pick": token(change), "page_was_shown": "on"})

    assert (refused.status_code, status(change)) == (422, "pending")
    client.post(MANY, {"pick": token(change), **TICKED})
    assert status(change) == "approved"


def test_what_holds_personal_data_is_left_to_its_own_page(client, reviewer):
    change = make_translation()
    (part,) = change.records.all()
    after = {**part.after, "text": "Her card is 001-1234567-8."}
    triggers.drop()  # they refuse every edit of what was proposed
    change.records.update(after=after)

    client.post(MANY, {"pick": token(change), **TICKED})

    assert status(change) == "pending"

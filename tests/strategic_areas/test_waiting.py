"""The one list of what waits for a decision, and its number on every screen."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from tests import make

# They are about pages: no database changes what they test.
pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")


def waiting_for(days, maker):
    """Make a report or a proposal that waits for so many days."""
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


def test_everything_stands_on_one_list_by_its_age(client):
    made = make_one_of_each()
    client.force_login(make.reviewer())

    rows = client.get(INDEX).context["rows"]

    assert [(subject_of(row), row.items[0].days) for row in rows] == [
        (record, 20 - place) for place, record in enumerate(made)
    ]


def test_each_filter_leads_to_as_many_as_it_tells(client):
    make_one_of_each()
    client.force_login(make.reviewer())

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


def test_reports_of_one_sheet_stand_on_one_row(client):
    commitment, agency = make.commitment(), make.agency()
    author = make.focal_point(agency=agency)
    period = make.round(plan=commitment.plan)
    for _ in range(3):
        activity = make.activity(commitment=commitment, agency=agency)
        make.submitted_update(activity=activity, period=period, by=author)
    another = make.submitted_update(
        period=period, activity=make.activity(commitment=commitment)
    )
    client.force_login(make.reviewer())

    page = client.get(INDEX)

    sheet, alone = page.context["rows"]
    assert (len(sheet.items), sheet.examined.findings) == (3, ())
    assert sheet.picks == " ".join(item.token for item in sheet.items)
    assert subject_of(alone) == another
    assert len(page.context["waits"].items) == 4


def test_what_somebody_proposed_herself_is_told_and_not_offered(client):
    made, reviewer = make.change(), make.reviewer()
    own = make.change(by=reviewer)
    client.force_login(reviewer)

    page, others = client.get(INDEX), client.get(INDEX, {"que": "ajenas"})

    assert [subject_of(row) for row in page.context["rows"]] == [made]
    assert len(page.context["waits"].items) == 1
    assert [subject_of(row) for row in others.context["rows"]] == [own]


@pytest.mark.parametrize(
    ("name", "query"), [("review_queue", "?que=reportes"), ("decisions", "")]
)
def test_the_addresses_of_the_former_lists_lead_to_it(client, name, query):
    client.force_login(make.reviewer())

    answer = client.get(reverse(f"admin:{name}"))

    assert answer["Location"] == f"../{query}#decisiones"


def test_an_administrator_has_what_she_decides_and_no_report(client):
    make_one_of_each()
    client.force_login(make.administrator())

    rows = client.get(INDEX).context["rows"]

    kinds = [type(subject_of(row)).__name__ for row in rows]
    assert kinds == ["Purge", "FactorReset"]

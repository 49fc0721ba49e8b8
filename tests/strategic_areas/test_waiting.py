"""The one list of what waits for a decision, and its number on every screen."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from tests.factories import (
    make_activity,
    make_administrator,
    make_change,
    make_dispute,
    make_factor_reset,
    make_proposal,
    make_published_update,
    make_purge,
    make_reviewer,
    make_submitted_update,
)

# They are about pages: no database changes what they test.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

LIST, INDEX = reverse("admin:review_queue"), reverse("admin:index")


def waiting_for(days, make):
    """Make a report or a proposal that waits for so many days."""
    with time_machine.travel(timezone.now() - timedelta(days=days)):
        return make()


def make_one_of_each():
    """One of each kind that reviewers decide on, the longest waiting first."""
    makers = [
        make_proposal,
        make_submitted_update,
        make_change,
        lambda: make_dispute(make_activity(provenance="press")),
        make_purge,
        make_submitted_update,
    ]
    made = [waiting_for(20 - place, make) for place, make in enumerate(makers)]
    make_published_update()
    make_factor_reset()
    return made


def subject_of(item):
    return getattr(item, "record", None) or item.decision


def test_everything_stands_on_one_list_by_its_age(client):
    made = make_one_of_each()
    client.force_login(make_reviewer())

    rows = client.get(LIST).context["rows"]

    assert [(subject_of(row), row.days) for row in rows] == [
        (record, 20 - place) for place, record in enumerate(made)
    ]


def test_every_screen_tells_the_same_number(client):
    made = make_one_of_each()
    client.force_login(make_reviewer())

    pages = [client.get(address) for address in (INDEX, LIST)]

    told = [page.context["waits"] for page in pages]
    assert [waits.total for waits in told] == [len(made)] * 2
    assert [(waits.reports, waits.decisions) for waits in told] == [(2, 4)] * 2
    assert all(str(len(made)) in page.content.decode() for page in pages)


def test_an_administrator_has_what_she_decides_and_no_report(client):
    make_one_of_each()
    client.force_login(make_administrator())

    rows = client.get(INDEX).context["waiting"]

    kinds = [type(subject_of(row)).__name__ for row in rows]
    assert kinds == ["Purge", "FactorReset"]

"""A practice works like a sheet and leaves nothing outside one's own session."""

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests import make
from tests.uploads import make_pdf
from tests.world import TEXT

pytestmark = pytest.mark.django_db


class Practice:
    def __init__(self, client):
        self.client, self.agency = client, make.agency()
        client.force_login(make.focal_point(agency=self.agency))

    def open(self, name="", *args):
        return self.client.get(reverse(f"admin:practice{name}", args=args))

    def post(self, name, *args, follow=True, **data):
        address = reverse(f"admin:practice{name}", args=args)
        return self.client.post(address, data, follow=follow)

    def report(self, number=1, **told):
        report = {"answer": "reported", "percent": "60", "narrative_es": TEXT}
        return self.post("_row", number, **report | told)

    def say_no_news(self, number=2):
        reason = "Se espera el servidor."
        told = {"answer": "no_news", "no_news_reason_es": reason}
        return self.post("_row", number, **told)

    def send(self):
        form = self.open("_check").context["form"]
        return self.post("_check", seen=form.initial["seen"])

    def states(self):
        return [row.state for row in self.open().context["sheet"].rows]

    def done(self):
        return [is_done for *_step, is_done in self.open().context["steps"]]


@pytest.fixture
def practice(client):
    return Practice(client)


def stored():
    """Every row of every table but those of sessions."""
    return {
        model: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
        if model not in {Session, UserSession}
    }


def test_a_whole_practice_leaves_every_table_as_it_was(practice):
    before = stored()

    practice.report(internal_note="Sala de lectura")
    file = SimpleUploadedFile("salas.pdf", make_pdf(), "application/pdf")
    practice.post("_row_attach", 1, title_es="Salas", upload=file)
    practice.say_no_news()
    practice.send()
    practice.report(narrative_es="Hay dos salas.")
    practice.send()

    assert practice.done() == [True, True, True, True]
    assert stored() == before


def test_of_a_file_it_keeps_the_name(practice):
    practice.report()
    file = SimpleUploadedFile("salas.pdf", make_pdf(), "application/pdf")

    practice.post("_row_attach", 1, title_es="Salas", upload=file)

    (row, *_others) = practice.open().context["sheet"].rows
    (item,) = row.update.evidences.all()
    assert (item.title_es, item.original_name, item.file.name) == (
        "Salas",
        "salas.pdf",
        "",
    )


def test_what_was_saved_stands_in_the_row_again(practice):
    practice.report(percent="60", execution="in_progress", obstacle_es="Falta luz.")

    (row, *_others) = practice.open().context["sheet"].rows
    update = row.update
    assert (update.percent, update.execution) == (60, "in_progress")
    assert (update.narrative_es, update.obstacle_es) == (TEXT, "Falta luz.")


def test_a_percent_and_an_execution_stand_as_they_were_saved(practice):
    practice.report(percent="100", execution="in_progress")

    (row, *_others) = practice.open().context["sheet"].rows
    assert (row.update.percent, row.update.execution) == (100, "completed")


@pytest.mark.parametrize("field", ["narrative_es", "internal_note"])
def test_the_guard_stops_what_it_stops_in_every_sheet(practice, field):
    answer = practice.report(**{field: "Cédula 001-1234567-8."})

    assert answer.status_code == 422
    assert practice.states() == ["todo", "todo", "todo"]


def test_one_row_comes_back_by_itself_and_is_mended(practice):
    practice.say_no_news()
    practice.report()

    practice.send()

    assert practice.states() == ["returned", "submitted", "todo"]
    assert practice.done() == [True, True, True, False]
    practice.report(narrative_es="Hay dos salas.")
    assert practice.states() == ["ready", "submitted", "todo"]
    practice.send()
    assert practice.states() == ["submitted", "submitted", "todo"]


def test_what_was_sent_is_not_written_any_more(practice):
    practice.say_no_news()
    practice.report()
    practice.send()

    assert practice.say_no_news().status_code == 404
    assert practice.post("_row_attach", 2).status_code == 404
    assert practice.post("_row", 4).status_code == 404


def test_its_receipt_names_a_library_and_not_the_institution(practice):
    practice.report()

    page = practice.send()

    assert page.context["receipt"].reference == "P-BIB-1"
    assert practice.agency.name_es not in page.content.decode()


def test_every_page_of_it_says_that_it_is_one(practice):
    practice.report()

    pages = [practice.open(), practice.open("_check"), practice.send()]

    bands = [page.content.decode().count('class="practice-band"') for page in pages]
    assert bands == [1, 1, 1]


def test_a_press_deletes_it(practice):
    practice.report()

    practice.post("_delete")

    assert practice.states() == ["todo", "todo", "todo"]
    assert "practice" not in practice.client.session


def test_nobody_else_sees_it(practice):
    practice.report()

    other = Practice(Client())

    assert other.states() == ["todo", "todo", "todo"]


def test_with_nothing_ready_nothing_is_sent(practice):
    practice.post("_check", seen="avance-1-1")

    assert practice.done() == [False, False, False, False]

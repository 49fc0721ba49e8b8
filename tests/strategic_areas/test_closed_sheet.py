"""A closed round has nothing to fill in; the agency asks to have it opened again."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.mail import Mail
from strategic_areas import workflow
from strategic_areas.models import ActivityUpdate, RoundReopening
from tests.factories import (
    make_activity,
    make_agency,
    make_commitment,
    make_focal_point,
    make_indicator,
    make_published_update,
    make_reviewer,
    make_round,
    make_submitted_update,
    make_update,
)
from tests.strategic_areas.filling import TEXT

pytestmark = pytest.mark.django_db


class Desk:
    """A focal point, an activity of hers, and a round that closed ten days ago."""

    def __init__(self, client):
        self.client, self.agency = client, make_agency(acronym="MIP")
        self.commitment = make_commitment(lead=self.agency)
        self.activity = self.another()
        self.period = make_round(plan=self.activity.plan)
        self.user = make_focal_point(agency=self.agency)
        client.force_login(self.user)

    def another(self):
        return make_activity(commitment=self.commitment, agency=self.agency)

    def close(self):
        today = timezone.localdate()
        self.period.opens_on = today - timedelta(days=40)
        self.period.due_on = today - timedelta(days=20)
        self.period.closes_on = today - timedelta(days=10)
        self.period.save()

    def address(self, name="sheet"):
        return reverse(f"admin:{name}", args=[self.period.pk, self.agency.slug])

    def open(self):
        return self.client.get(self.address())

    def ask(self, reason="El contrato se firmó el día 12."):
        return self.client.post(self.address("sheet_reopen"), {"reason": reason})


@pytest.fixture
def desk(client):
    return Desk(client)


def forms_of(page):
    rows = [row for _question, rows in page.context["sections"] for row in rows]
    return [bool(shown.form or shown.quick or shown.evidence.form) for shown in rows]


def test_an_open_round_is_filled_in(desk):
    page = desk.open()

    assert forms_of(page) == [True, True]
    assert "Pedir que se reabra" not in page.content.decode()


def test_the_desk_leads_to_the_sheet_of_the_round_that_closed_last(desk):
    before = desk.client.get("/gestion/").content.decode()
    desk.close()

    after = desk.client.get("/gestion/").content.decode()

    link = f'href="{desk.address()}"'
    assert "cerró el" not in before
    assert link in after
    assert "cerró el" in after


def test_a_closed_round_is_read_only(desk):
    second = desk.another()
    make_update(activity=second, period=desk.period, by=desk.user, narrative_es=TEXT)
    desk.close()

    page = desk.open()

    text = page.content.decode()
    assert forms_of(page) == [False, False, False]
    assert TEXT in text
    assert "Guardado aquí y nunca enviado:" in text
    assert "Pedir que se reabra" in text
    assert desk.address("workbook") not in text
    assert desk.address("sheet_off_plan") not in text
    check = desk.client.get(desk.address("sheet_check"))
    assert check.context["sheet"].sendable == []


def test_what_came_back_and_what_is_published_is_mended_all_the_same(desk):
    second, reviewer = desk.another(), make_reviewer()
    about = {"period": desk.period, "by": desk.user}
    returned = make_submitted_update(activity=desk.activity, **about)
    workflow.give_back(returned, by=reviewer, reason="Aclare.")
    published = make_published_update(activity=second, **about)
    draft = workflow.correct(published, by=desk.user)
    desk.close()

    page = desk.open()

    assert forms_of(page) == [True, True, False]
    sheet = page.context["sheet"]
    assert [row.update for row in sheet.sendable] == [draft]
    assert [row.update for row in sheet.unanswered] == [returned]


def test_a_round_opened_again_is_filled_in(desk):
    desk.close()
    RoundReopening.objects.create(
        period=desk.period,
        agency=desk.agency,
        until=timezone.localdate(),
        reason="Lo pidió.",
        by=make_reviewer(),
    )

    assert forms_of(desk.open()) == [True, True]


def test_the_secretariat_is_asked_to_open_it_again_by_mail(desk, client):
    reviewer = make_reviewer()
    desk.close()

    page = desk.client.get(desk.ask().url)

    mail = Mail.objects.get(kind="reopening")
    assert [str(each) for each in page.context["messages"]] == [
        "Se pidió a la Coordinación que la reabra."
    ]
    assert mail.to == reviewer.email
    assert "El contrato se firmó el día 12." in mail.text
    address = urlsplit(mail.text.split()[-1])
    assert parse_qs(address.query) == {
        "period": [str(desk.period.pk)],
        "agency": [str(desk.agency.pk)],
        "reason": ["El contrato se firmó el día 12."],
    }
    client.force_login(reviewer)
    form = client.get(f"{address.path}?{address.query}").context["adminform"].form
    assert [form[name].value() for name in ("period", "agency", "reason")] == [
        str(desk.period.pk),
        str(desk.agency.pk),
        "El contrato se firmó el día 12.",
    ]


def test_it_is_asked_once_a_day(desk):
    make_reviewer()
    desk.close()

    desk.ask()
    desk.ask("Otra vez.")

    assert Mail.objects.filter(kind="reopening").count() == 1


@pytest.mark.parametrize("reason", ["", "Lo lleva la víctima, cédula 001-1234567-8."])
def test_it_is_not_asked_without_a_reason_or_with_a_person(desk, reason):
    make_reviewer()
    desk.close()

    desk.ask(reason)

    assert not Mail.objects.filter(kind="reopening").exists()


def test_an_open_round_is_not_asked_to_be_opened(desk):
    make_reviewer()

    desk.ask()

    assert not Mail.objects.filter(kind="reopening").exists()


def test_a_post_to_a_closed_round_is_refused_as_before(desk):
    desk.close()
    keys = [desk.period.pk, desk.agency.slug, desk.activity.pk]

    response = desk.client.post(
        reverse("admin:sheet_row", args=keys),
        {"answer": "reported", "percent": "60", "narrative_es": TEXT},
    )

    assert (response.status_code, ActivityUpdate.objects.count()) == (422, 0)


def test_a_closed_round_asks_to_send_only_what_can_be_sent(desk):
    update = make_published_update(
        activity=desk.another(), period=desk.period, by=desk.user
    )
    make_indicator(plan=desk.period.plan, agency=desk.agency)
    button = f'href="{desk.address("sheet_check")}"'
    desk.close()
    nothing = desk.open().content.decode()

    workflow.correct(update, by=desk.user)

    correction = desk.open().content.decode()
    assert f"{button} hidden" in nothing
    assert button in correction
    assert f"{button} hidden" not in correction

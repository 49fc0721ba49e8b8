"""A practice works like a sheet and leaves nothing outside one's own session."""

import json
import shutil
import stat
from datetime import date, timedelta
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from agencies.accounts.closing import hand_over
from agencies.mail import DEMONSTRATION_MAIL_DOMAIN, Mail, queue_mail
from agencies.models import FocalPoint, User
from strategic_areas.models import Commitment, ReportingPeriod
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
        return [row.state for row in self.open().context["sheet"].asked_rows]

    def done(self):
        return [is_done for *_step, is_done in self.open().context["steps"]]


@pytest.fixture
def practice(client):
    return Practice(client)


def stored():
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
    (row, *_others) = practice.open().context["sheet"].asked_rows
    practice.say_no_news()
    practice.send()
    practice.report(narrative_es="Hay dos salas.")
    practice.send()

    assert practice.done() == [True, True, True, True]
    assert stored() == before
    # Of a file it keeps the name.
    (item,) = row.update.evidences.all()
    kept = (item.title_es, item.original_name, item.file.name)
    assert kept == ("Salas", "salas.pdf", "")


@pytest.mark.parametrize(
    ("percent", "execution"), [("60", "in_progress"), ("100", "completed")]
)
def test_what_was_saved_stands_in_the_row_again(practice, percent, execution):
    said = {"execution": "in_progress", "obstacle_es": "Falta luz."}
    practice.report(percent=percent, **said)

    (row, *_others) = practice.open().context["sheet"].asked_rows
    update = row.update
    assert (update.percent, update.execution) == (int(percent), execution)
    assert (update.narrative_es, update.obstacle_es) == (TEXT, "Falta luz.")


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


def test_its_receipt_says_what_comes_next_and_leads_back(practice):
    practice.report()

    page = practice.send()

    _title, what_comes_next, _is_done = page.context["sheet"].steps[-1]
    band = page.content.decode().partition('class="practice-band"')[2]
    told, _form, _rest = band.partition("<form")
    assert str(what_comes_next) in told
    assert f'href="{reverse("admin:practice")}"' in told


def test_every_page_of_it_says_that_it_is_one(practice):
    practice.report()

    pages = [practice.open(), practice.open("_check"), practice.send()]

    bands = [page.content.decode().count('class="practice-band"') for page in pages]
    assert bands == [1, 1, 1]


def test_nobody_else_sees_it_and_a_press_deletes_it(practice):
    practice.report()
    of_another = Practice(Client()).states()

    practice.post("_delete")

    assert of_another == practice.states() == ["todo", "todo", "todo"]
    assert "practice" not in practice.client.session


def test_with_nothing_ready_nothing_is_sent(practice):
    practice.post("_check", seen="avance-1-1")

    assert practice.done() == [False, False, False, False]


# The demonstration round and its accounts: only on the embedded database


@pytest.fixture(scope="module")
def opened(lasting, tmp_path_factory):
    folder = tmp_path_factory.mktemp("var")
    plan = make.plan()
    partner, first, second, done = (
        make.agency(acronym=acronym, name_es=name)
        for acronym, name in (("SOC", "M"), ("UNO", "Z"), ("DOS", "A"), ("FIN", "B"))
    )
    make.participation(plan=plan, agency=partner, role="partner")
    for number, agency in enumerate([partner, done, first, second]):
        make.activity(plan=plan, agency=agency, code=f"A-{number}")
    plan.commitments.update(provenance="reconstructed")
    finished = plan.activities.get(agency=done)
    make.record_update(
        activity=finished,
        period=make.period(plan=plan),
        execution="completed",
        percent=100,
    )
    with override_settings(EMBEDDED_DATABASE=True, VAR_DIR=folder):
        call_command("open_demonstration")
    return folder / "demo-accounts.json"


@pytest.fixture
def demonstration(opened, settings, tmp_path):
    """The file of its accounts, a copy for each test with the same rights."""
    settings.EMBEDDED_DATABASE = True
    settings.VAR_DIR = tmp_path
    return Path(shutil.copy(opened, tmp_path))


def test_two_members_two_reviewers_two_administrators_are_made(demonstration):
    accounts = json.loads(demonstration.read_text())

    assert [(entry["role"], entry["agency"]) for entry in accounts] == [
        ("focal_point", "UNO"),
        ("focal_point", "DOS"),
        *[("reviewer", None)] * 2,
        *[("administrator", None)] * 2,
    ]


def test_the_file_is_for_the_person_who_runs_the_portal_only(demonstration):
    assert stat.S_IMODE(demonstration.stat().st_mode) == 0o600


def test_its_passwords_open_the_accounts(demonstration):
    accounts = json.loads(demonstration.read_text())

    opened = [
        User.objects.get(username=entry["username"]).check_password(entry["password"])
        for entry in accounts
    ]
    assert opened == [True] * 6


def test_only_its_invented_people_are_reminded(demonstration):
    invented = User.objects.filter(username__startswith="demo-", mandates__isnull=False)
    agency = FocalPoint.objects.first().agency
    make.focal_point(agency=agency, mandate={"kind": "alternate"})
    reminded = Mail.objects.filter(kind="asked")
    assert {each.to for each in reminded} == {each.email for each in invented}
    reminded.delete()

    call_command("open_demonstration")
    call_command("open_demonstration")

    assert sorted(each.to for each in reminded.all()) == [
        "casimiro.muestra@demostracion.example.org",
        "prudencia.ejemplo@demostracion.example.org",
    ]


@pytest.fixture
def mails(demonstration):
    for name, kind in (("a", "asked"), ("b", "invitation"), ("c", "asked")):
        ends = "@example.org" if name == "c" else DEMONSTRATION_MAIL_DOMAIN
        queue_mail(
            to=f"{name}{ends}", language="es", kind=kind, subject=name, text="dentro"
        )
    rows = Mail.objects.filter(text="dentro").order_by("subject")
    return [reverse("admin:agencies_mail_change", args=[row.pk]) for row in rows]


def readable(client, mails):
    """Of each mail the status of its page, and whether its text is read there."""
    pages = [client.get(mail) for mail in mails]
    return [(page.status_code, "dentro" in page.content.decode()) for page in pages]


def test_staff_read_what_invented_people_would_be_sent(client, reviewer, mails):
    reviewed = readable(client, mails)
    client.force_login(make.administrator())

    assert reviewed == [(200, True), (200, False), (404, False)]
    assert readable(client, mails) == [(200, True), (200, False), (200, False)]


@pytest.mark.parametrize(
    "setting", [{"OFFICIAL_SITE": True}, {"EMBEDDED_DATABASE": False}]
)
def test_nobody_reads_a_mail_where_there_is_no_demonstration(client, mails, setting):
    with override_settings(**setting):
        client.force_login(make.reviewer())
        reviewed = readable(client, mails)
        client.force_login(make.administrator())
        administered = readable(client, mails)

    assert {status for status, _text in reviewed} <= {403, 404}
    assert administered == [(200, False)] * 3


def test_a_second_run_changes_nothing(demonstration):
    before = demonstration.read_text()

    call_command("open_demonstration")

    assert demonstration.read_text() == before
    assert (User.objects.filter(is_staff=True).count(), FocalPoint.objects.count()) == (
        6,
        2,
    )


@pytest.mark.parametrize("to_another", [True, False])
def test_it_survives_a_handover_of_a_demonstrated_mandate(demonstration, to_another):
    begun = timezone.localdate() - timedelta(days=1)
    FocalPoint.objects.update(starts_on=begun)
    mandate, other = FocalPoint.objects.order_by("pk")
    successor = make.user(group="focal_point") if to_another else other.user
    hand_over(mandate, successor, by=make.administrator())

    call_command("open_demonstration")

    accounts = json.loads(demonstration.read_text())
    assert FocalPoint.objects.current().get(agency=mandate.agency).user == successor
    shown = [each["agency"] for each in accounts if each["role"] == "focal_point"]
    assert shown == (["DOS"] if to_another else ["DOS, UNO"])


def test_a_closed_account_of_the_secretariat_stays_closed(demonstration):
    User.objects.filter(username="demo-revision").update(is_active=False)

    call_command("open_demonstration")

    accounts = json.loads(demonstration.read_text())
    assert [each["username"] for each in accounts].count("demo-revision") == 0
    assert not User.objects.get(username="demo-revision").is_active


def test_the_accounts_stay_with_their_agencies_when_work_is_finished(demonstration):
    before = demonstration.read_text()
    finished = make.activity(
        plan=ReportingPeriod.objects.get(is_demonstration=True).plan,
        agency=make.agency(acronym="AAA"),
        code="A",
    )

    call_command("open_demonstration")

    assert finished.agency.acronym not in demonstration.read_text()
    assert demonstration.read_text() == before


def test_the_round_is_open_marked_and_outside_the_plans_dates(demonstration):
    period = ReportingPeriod.objects.get(is_demonstration=True)

    assert (period.is_open(), period.code) == (True, "demostracion")


def test_a_round_that_closed_opens_again(demonstration):
    period = ReportingPeriod.objects.get(is_demonstration=True)
    gone = timezone.localdate() - timedelta(days=90)
    period.opens_on = period.due_on = period.closes_on = gone
    period.save()

    call_command("open_demonstration")

    period.refresh_from_db()
    assert period.is_open() is True


def test_a_plan_that_the_secretariat_built_gets_no_demonstration(demonstration):
    built = make.plan(starts_on=date(2026, 1, 1))
    make.activity(plan=built)

    call_command("open_demonstration")

    assert not ReportingPeriod.objects.filter(plan=built).exists()
    assert ReportingPeriod.objects.get(is_demonstration=True).is_open() is True


def test_a_portal_without_a_reconstruction_starts_without_one(settings, tmp_path):
    settings.EMBEDDED_DATABASE, settings.VAR_DIR = True, tmp_path
    built = make.activity(plan=make.plan()).plan
    Commitment.objects.update(provenance="plan")

    call_command("open_demonstration")

    assert not ReportingPeriod.objects.filter(plan=built).exists()
    assert list(tmp_path.iterdir()) == []


def test_no_demonstration_beside_a_configured_database(settings, tmp_path):
    settings.EMBEDDED_DATABASE = False
    settings.VAR_DIR = tmp_path
    make.activity(plan=make.plan()).plan.commitments.update(provenance="reconstructed")
    before = User.objects.count(), ReportingPeriod.objects.count()

    with pytest.raises(CommandError, match="DATABASE_URL"):
        call_command("open_demonstration")

    assert (User.objects.count(), ReportingPeriod.objects.count()) == before
    assert list(tmp_path.iterdir()) == []

"""The desk of a focal point: what is owed, what is sent, and what follows."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from agencies.access import RefusedError, Role
from agencies.audit import AuditEntry
from agencies.mail import Mail
from agencies.models import User
from strategic_areas import workflow
from strategic_areas.desk.sheet.forms import NOTHING_CHANGED
from strategic_areas.models import (
    ActivityUpdate,
    PendingChange,
    RevisionStatus,
    RoundReopening,
)
from tests import make
from tests.world import TEXT

pytestmark = pytest.mark.django_db

HOME = reverse("admin:index")
DAY = timedelta(days=1)


def home(desk):
    return desk.client.get(HOME)


def open_sheet(desk):
    (found,) = home(desk).context["sheets"]
    return found


def test_what_is_owed_is_sent_and_then_the_desk_is_empty(desk):
    def buttons(page):
        (open_sheet,) = page.context["sheets"]
        text = page.text.replace("&amp;", "&")
        return [
            each in text for each in (f'default" href="{open_sheet.url}"', "enviar/")
        ]

    assert buttons(home(desk)) == [True, False]
    update = make.update(**desk.about)
    assert buttons(home(desk)) == [False, True]
    kept = workflow.submit_all(
        desk.period, desk.agency, make.seen_versions(update), by=desk.user
    )

    page = home(desk)
    (open_sheet,) = page.context["sheets"]
    assert buttons(page) == [False, False]
    assert reverse("admin:receipt", args=[kept.pk]) in page.text
    assert open_sheet.to_do == []


def test_a_returned_declaration_is_still_to_do(desk):
    commitment = desk.commitment
    about = {"commitment": commitment, "period": desk.period, "by": desk.user}
    make.submitted_update(**desk.about)
    declaration = make.submitted_declaration(**about)
    assert open_sheet(desk).to_do == []

    workflow.return_to_agency(declaration, by=make.reviewer(), reason="¿Cómo se sabe?")

    assert [row.subject for row in open_sheet(desk).to_do] == [commitment]


def test_what_was_sent_is_taken_back_in_one_press_until_the_round_closes(desk):
    update = make.submitted_update(**desk.about)
    page = home(desk)
    (row,) = page.context["sheets"][0].handed_in
    assert row.recall_url in page.text

    response = desk.client.post(row.recall_url)

    update.refresh_from_db()
    assert (response.url, update.status) == (row.page_url, RevisionStatus.DRAFT)
    workflow.submit(update, by=desk.user)
    desk.close()
    sheet = reverse("admin:sheet", args=[desk.period.pk, desk.agency.slug])
    assert row.recall_url not in desk.client.get(sheet).text
    desk.client.post(row.recall_url)
    update.refresh_from_db()
    assert update.status == RevisionStatus.SUBMITTED


def test_an_alternate_takes_nothing_back_where_only_a_titular_sends(desk):
    make.submitted_update(**desk.about)
    desk.agency.only_titular_submits = True
    desk.agency.save()
    alternate = make.focal_point(agency=desk.agency, mandate={"kind": "alternate"})
    (row,) = open_sheet(desk).handed_in
    desk.client.force_login(alternate)

    assert row.recall_url not in home(desk).text


def test_published_work_is_corrected_in_two_steps(desk):
    update = make.published_update(**desk.about, percent=40, narrative_es="Algo.")
    page = home(desk)
    (row,) = page.context["sheets"][0].handed_in
    assert row.correct_url.replace("&", "&amp;") in page.text

    page = desk.client.get(row.correct_url)
    (shown,) = page.context["rows"]
    values = {name: shown.form[name].value() for name in shown.form.fields}
    posted = {name: "" if each is None else each for name, each in values.items()}
    posted["answer"] = "reported"
    assert (shown.is_correction, posted["percent"]) == (True, "40")

    unchanged = desk.client.post(row.url(), posted)
    assert unchanged.status_code == 422
    assert str(NOTHING_CHANGED) in unchanged.text
    assert ActivityUpdate.objects.get() == update

    desk.client.post(row.url(), posted | {"percent": "50"})
    correction = ActivityUpdate.objects.latest("revision")
    assert (correction.revision, correction.status) == (2, RevisionStatus.DRAFT)
    assert (correction.percent, correction.narrative_es) == (50, "Algo.")

    stale = desk.client.post(row.url(), posted | {"percent": "60"})
    assert stale.status_code == 409
    correction.refresh_from_db()
    assert correction.percent == 50


def test_a_published_declaration_is_corrected_in_the_same_way(desk):
    commitment = desk.commitment
    make.published_declaration(commitment=commitment, period=desk.period, by=desk.user)
    (row,) = open_sheet(desk).handed_in

    desk.client.post(
        row.url(),
        {"seen_version": 0, "result": "in_part", "statement_es": "Falta una parte."},
    )

    assert [each.status for each in commitment.updates.order_by("revision")] == [
        RevisionStatus.PUBLISHED,
        RevisionStatus.DRAFT,
    ]


def test_what_was_withdrawn_says_why_beside_it(desk):
    make.withdrawn_update(**desk.about)

    page = home(desk)
    (row,) = page.context["sheets"][0].to_do
    pages = [page, desk.client.get(row.page_url)]

    assert ["Tenía un error de hecho." in page.text for page in pages] == [True, True]


def test_a_round_opened_again_shows_its_day_and_never_one_that_is_over(desk):
    desk.close()
    until = timezone.localdate() + 5 * DAY
    desk.reopen(until - DAY)
    desk.reopen(until)
    page = home(desk)
    pages = [page, desk.client.get(page.context["sheets"][0].url)]

    day = date_format(until, "SHORT_DATE_FORMAT")
    over = date_format(desk.period.closes_on, "SHORT_DATE_FORMAT")
    assert [day in page.text for page in pages] == [True, True]
    assert [over in page.text for page in pages] == [False, False]


# A closed round has nothing to fill in; the agency asks to have it opened again


def ask(desk, reason="El contrato se firmó el día 12.", until=None):
    until = until or timezone.localdate() + timedelta(days=5)
    return desk.post("sheet_reopen", reason=reason, until=until)


def forms_of(page):
    rows = [row for _question, rows in page.context["sections"] for row in rows]
    return [
        bool(shown.form or shown.quick_forms or shown.evidence.form) for shown in rows
    ]


def test_a_closed_sheet_says_that_all_was_sent_only_if_it_was(desk):
    make.submitted_update(**desk.about)
    owed = desk.another()
    desk.close()
    before = "data-done" in desk.open().content.decode()
    owed.delete()

    assert (before, "data-done" in desk.open().content.decode()) == (False, True)


def test_an_open_round_and_one_opened_again_is_filled_in(desk):
    page = desk.open()

    assert forms_of(page) == [True, True]
    assert "Pedir que se reabra" not in page.content.decode()
    desk.close()
    desk.reopen(timezone.localdate())
    assert forms_of(desk.open()) == [True, True]


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
    make.update(activity=second, period=desk.period, by=desk.user, narrative_es=TEXT)
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
    second, reviewer = desk.another(), make.reviewer()
    about = {"period": desk.period, "by": desk.user}
    returned = make.submitted_update(activity=desk.activity, **about)
    workflow.return_to_agency(returned, by=reviewer, reason="Aclare.")
    published = make.published_update(activity=second, **about)
    draft = workflow.begin_correction(published, by=desk.user)
    desk.close()

    page = desk.open()

    assert forms_of(page) == [True, True, False]
    sheet = page.context["sheet"]
    assert [row.update for row in sheet.sendable] == [draft]
    assert [row.update for row in sheet.unanswered] == [returned]


def test_the_secretariat_opens_it_again_and_who_asked_hears_of_it(desk, client):
    reviewer = make.reviewer()
    desk.close()
    until = timezone.localdate() + timedelta(days=5)

    page = desk.client.get(ask(desk).url)

    change = PendingChange.objects.get()
    address = reverse("admin:approval", args=[change.pk])
    asked = Mail.objects.get(kind="reopening")
    assert asked.to == reviewer.email
    assert "El contrato se firmó el día 12." in asked.text
    assert asked.text.split()[-1].endswith(address)
    assert page.context["pending_reopening"] == change
    assert forms_of(page) == [False, False]
    client.force_login(reviewer)
    told = client.get(address).context["records"][0]["opening"]
    assert [row.subject for row in told["rows"]] == [desk.activity]
    client.post(address, {"approve": "1"})
    stored = RoundReopening.objects.get()
    assert (stored.by, stored.until) == (reviewer, until)
    assert desk.period.accepted_until(desk.agency) == until
    answer = Mail.objects.get(kind="reopened")
    assert answer.to == desk.user.email
    assert f"{until:%d/%m/%Y}" in answer.text
    entry = AuditEntry.objects.get(event="round_reopened")
    assert (entry.actor, entry.agency) == (reviewer, desk.agency.acronym)
    desk.client.force_login(desk.user)
    assert forms_of(desk.open()) == [True, True]


def test_it_is_not_opened_again_where_the_secretariat_says_why_not(desk, client):
    desk.close()
    ask(desk)
    address = reverse("admin:approval", args=[PendingChange.objects.get().pk])
    client.force_login(make.reviewer())

    client.post(address, {"decline": "1", "reason": "Ya se publicó la ficha."})

    assert not RoundReopening.objects.exists()
    assert not desk.period.accepts(desk.agency)
    assert "Ya se publicó la ficha." in Mail.objects.get(kind="reopened").text
    desk.client.force_login(desk.user)
    assert not desk.open().context["pending_reopening"]


def test_nobody_opens_a_round_again_for_their_own_request(desk):
    desk.close()
    desk.user.groups.add(Group.objects.get(name=Role.REVIEWER))
    ask(desk)
    change = PendingChange.objects.get()

    with pytest.raises(RefusedError):
        workflow.approve(change, by=User.objects.get(pk=desk.user.pk))

    assert not RoundReopening.objects.exists()


def test_one_request_waits_at_a_time_and_none_while_the_round_is_open(desk):
    make.reviewer()
    ask(desk)
    while_open = Mail.objects.filter(kind="reopening").count()
    desk.close()

    ask(desk)
    again = ask(desk, "Otra vez.")

    assert again.status_code == 422
    assert (while_open, Mail.objects.filter(kind="reopening").count()) == (0, 1)


@pytest.mark.parametrize(
    "asked",
    [
        {"reason": ""},
        {"reason": "Lo lleva la víctima, cédula 001-1234567-8."},
        {"until": "2020-01-01"},
    ],
)
def test_it_is_not_asked_without_a_reason_or_with_a_person_or_a_past_day(desk, asked):
    make.reviewer()
    desk.close()

    answer = ask(desk, **asked)

    assert answer.status_code == 422
    assert not PendingChange.objects.exists()
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
    update = make.published_update(
        activity=desk.another(), period=desk.period, by=desk.user
    )
    make.indicator(plan=desk.period.plan, agency=desk.agency)
    button = f'href="{desk.address("sheet_check")}"'
    desk.close()
    nothing = desk.open().content.decode()

    workflow.begin_correction(update, by=desk.user)

    correction = desk.open().content.decode()
    assert f"{button} hidden" in nothing
    assert button in correction
    assert f"{button} hidden" not in correction

"""The desk of a focal point: what is owed, what is sent, and what follows."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from strategic_areas import workflow
from strategic_areas.desk.sheet.forms import NOTHING_CHANGED
from strategic_areas.models import ActivityUpdate, RevisionStatus
from strategic_areas.workflow.questions import seen_versions
from tests import make

pytestmark = pytest.mark.django_db

HOME = reverse("admin:index")
DAY = timedelta(days=1)


def home(desk):
    return desk.client.get(HOME)


def part(desk):
    (found,) = home(desk).context["parts"]
    return found


def test_what_is_owed_is_sent_and_then_the_desk_is_empty(desk):
    def buttons(page):
        (part,) = page.context["parts"]
        text = page.text.replace("&amp;", "&")
        return [each in text for each in (f'default" href="{part.url}"', "enviar/")]

    assert buttons(home(desk)) == [True, False]
    update = make.update(**desk.about)
    assert buttons(home(desk)) == [False, True]
    kept = workflow.submit_all(
        desk.period, desk.agency, seen_versions(update), by=desk.user
    )

    page = home(desk)
    (part,) = page.context["parts"]
    assert buttons(page) == [False, False]
    assert reverse("admin:receipt", args=[kept.pk]) in page.text
    assert part.to_do == []


def test_a_returned_declaration_is_still_to_do(desk):
    commitment = desk.activity.commitment
    commitment.lead = desk.agency
    commitment.save()
    about = {"commitment": commitment, "period": desk.period, "by": desk.user}
    make.submitted_update(**desk.about)
    declaration = make.declaration(**about)
    workflow.submit(declaration, by=desk.user)
    assert part(desk).to_do == []

    workflow.return_to_agency(declaration, by=make.reviewer(), reason="¿Cómo se sabe?")

    assert [row.subject for row in part(desk).to_do] == [commitment]


def test_what_was_sent_is_taken_back_in_one_press_until_the_round_closes(desk):
    update = make.submitted_update(**desk.about)
    page = home(desk)
    (row,) = page.context["parts"][0].handed_in
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
    (row,) = part(desk).handed_in
    desk.client.force_login(alternate)

    assert row.recall_url not in home(desk).text


def test_published_work_is_corrected_in_two_steps(desk):
    update = make.published_update(**desk.about, percent=40, narrative_es="Algo.")
    page = home(desk)
    (row,) = page.context["parts"][0].handed_in
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
    commitment = desk.activity.commitment
    commitment.lead = desk.agency
    commitment.save()
    make.published_declaration(commitment=commitment, period=desk.period, by=desk.user)
    (row,) = part(desk).handed_in

    desk.client.post(
        row.url(),
        {"seen_version": 0, "result": "in_part", "statement_es": "Falta una parte."},
    )

    assert [each.status for each in commitment.updates.order_by("revision")] == [
        RevisionStatus.PUBLISHED,
        RevisionStatus.DRAFT,
    ]


def test_what_was_withdrawn_says_why_beside_it(desk):
    update = make.published_update(**desk.about)
    workflow.withdraw(update, by=make.reviewer(), cause="error")

    page = home(desk)
    (row,) = page.context["parts"][0].to_do
    pages = [page, desk.client.get(row.page_url)]

    assert ["Tenía un error de hecho." in page.text for page in pages] == [True, True]


def test_a_round_opened_again_shows_its_day_and_never_one_that_is_over(desk):
    desk.close()
    until = timezone.localdate() + 5 * DAY
    desk.reopen(until - DAY)
    desk.reopen(until)
    page = home(desk)
    pages = [page, desk.client.get(page.context["parts"][0].url)]

    day = date_format(until, "SHORT_DATE_FORMAT")
    over = date_format(desk.period.closes_on, "SHORT_DATE_FORMAT")
    assert [day in page.text for page in pages] == [True, True]
    assert [over in page.text for page in pages] == [False, False]

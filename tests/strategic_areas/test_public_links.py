"""From a screen of staff to the public page of what it shows, and back."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from strategic_areas.desk.public_pages import record_behind_page
from tests import make
from tests.make.plans import put_back_in_preparation

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")


def test_each_screen_leads_to_the_public_page_of_what_it_shows(client, reviewer):
    update = make.submitted_update()
    proposal = make.proposal()
    commitment = make.commitment()
    change = make.change(commitment, title_en="Another title")
    period = update.period

    found = {
        reverse("admin:review", args=["avance", update.pk]): update.activity,
        reverse("admin:proposal", args=[proposal.pk]): proposal.commitment,
        reverse("admin:approval", args=[change.pk]): commitment,
        reverse("admin:round", args=[period.pk]): period.plan,
        f"{reverse('admin:rounds')}?plan={period.plan.code}": period.plan,
    }

    lacking = [
        address
        for address, record in found.items()
        if f'href="{record.get_absolute_url()}"'
        not in client.get(address).content.decode()
    ]
    assert lacking == []


def test_a_plan_in_preparation_has_no_public_page(client, reviewer):
    commitment = make.commitment()
    put_back_in_preparation(commitment.plan)
    change = make.change(type(commitment).objects.get(pk=commitment.pk), title_en="A")

    page = client.get(reverse("admin:approval", args=[change.pk]))

    assert commitment.get_absolute_url() not in page.content.decode()


def came_from(person, page):
    """The record that the first page of staff offers to whoever comes from a page."""
    request = RequestFactory().get(INDEX, headers={"referer": page})
    request.user = person
    found = record_behind_page(request)
    return found and found.record


def test_the_first_page_of_staff_offers_the_record_behind_the_page(client, reviewer):
    commitment = make.commitment()
    page = f"http://testserver{commitment.get_absolute_url()}"

    html = client.get(INDEX, headers={"referer": page}).text

    change = "admin:strategic_areas_commitment_change"
    assert f'href="{reverse(change, args=[commitment.pk])}">Abrir' in html


def test_a_public_page_leads_back_to_the_record_behind_it(reviewer):
    plan = make.plan()
    area, indicator = make.area(plan=plan), make.indicator(plan=plan)
    commitment = make.commitment(plan=plan)
    part = make.participation(plan=plan, agency=commitment.lead)
    update = make.published_update(activity=make.activity(commitment=commitment))
    account = reverse("es:update", args=[plan.code, update.public_id])

    for record, page in [
        (plan, plan.get_absolute_url()),
        (area, area.get_absolute_url(language="en")),
        (commitment, commitment.get_absolute_url()),
        (commitment.lead, part.get_absolute_url()),
        (indicator, reverse("es:indicator", args=[indicator.code])),
        (update, account),
    ]:
        assert came_from(reviewer, f"http://testserver{page}?page=2") == record


def test_any_other_page_leads_to_no_record(reviewer):
    address = make.commitment().get_absolute_url()

    for page in (
        "",
        "http://testserver/nada/de/esto/",
        f"https://example.org{address}",
        "http://testserver/planes/",
    ):
        assert came_from(reviewer, page) is None, page


def test_nobody_is_led_to_what_she_may_not_open():
    update = make.published_update()
    account = reverse("es:update", args=[update.plan.code, update.public_id])

    found = [
        came_from(person, f"http://testserver{account}")
        for person in (update.contributors.get(), make.focal_point())
    ]

    assert found == [update, None]

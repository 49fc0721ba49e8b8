"""The address of a public page leads to what may be hidden of it."""

import pytest
from django.conf import settings
from django.urls import reverse

from agencies.models import Agency
from strategic_areas import models
from strategic_areas.public_paths import public_path
from tests import make
from tests.test_public_pages import LANGUAGES, make_world

pytestmark = pytest.mark.django_db

PAGE = "admin:hide_by_address"


@pytest.fixture(scope="module")
def world(lasting):
    commitment = make_world()
    return commitment, make.reviewer(), make.administrator()


@pytest.fixture
def reviewer(world, client):
    client.force_login(world[1])
    return client


def led_to(client, typed):
    """Where the address leads: one page at once, or the pages that are offered."""
    response = client.get(reverse(PAGE), {"address": typed})
    if response.status_code == 302:
        return [response.url]
    return [each["address"] for each in response.context["found"]]


def hide(record):
    return reverse("admin:hide", args=[record._meta.model_name, record.pk])


def report(record):
    name = f"admin:strategic_areas_{record._meta.model_name}_change"
    return f"{reverse(name, args=[record.pk])}#steps"


def pages(commitment):
    plan, agency = commitment.plan, commitment.lead
    activity, area = commitment.activities.first(), commitment.programme.area
    indicator = models.Indicator.objects.first()
    update = activity.updates.get(status="published")
    return [
        (("plan", plan.code), hide(plan)),
        (("plan_feed", plan.code), hide(plan)),
        (("area", plan.code, area.slug_es), hide(area)),
        (("area", plan.code, area.slug_es), hide(commitment.programme)),
        (("commitment", plan.code, commitment.code), hide(commitment)),
        (("commitment", plan.code, commitment.code), hide(activity)),
        (("commitment", plan.code, commitment.code), report(update)),
        (("commitment_picture", plan.code, commitment.code), hide(commitment)),
        (("agency", plan.code, agency.slug), hide(agency)),
        (("indicator", indicator.code), hide(indicator)),
        (
            ("indicator", indicator.code),
            hide(indicator.figures.latest_revisions().first()),
        ),
        (("update", plan.code, update.public_id), report(update)),
        (("help",), hide(models.HelpLine.objects.first())),
        (("legal_base",), hide(models.LegalInstrument.objects.first())),
        (("discrepancies",), hide(models.Discrepancy.objects.first())),
        (("corrections",), hide(models.Correction.objects.first())),
        (("glossary",), hide(models.Term.objects.first())),
        (("amendments", plan.code), hide(models.Amendment.objects.first())),
        (("frameworks", plan.code), hide(models.TargetLink.objects.first())),
        (
            ("recommendations_csv", plan.code),
            hide(models.FrameworkTarget.objects.first()),
        ),
        (
            ("recommendations_of", plan.code, "us-tip"),
            hide(models.FrameworkTarget.objects.first()),
        ),
        (("later_activities", plan.code), hide(models.LaterActivity.objects.first())),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_public_page_leads_to_what_stands_there(world, reviewer, language):
    missed = []
    for (name, *words), expected in pages(world[0]):
        path = public_path(name, *words, language=language)
        for typed in (path, f"{settings.SITE_URL}{path}", f"testserver{path}?x=1"):
            if expected not in led_to(reviewer, typed):
                missed.append((typed, expected))

    assert missed == []


def test_one_place_of_a_page_leads_straight_to_its_form(world, reviewer):
    commitment = world[0]
    activity = commitment.activities.order_by("pk").last()
    activity.updates.all().update(status="replaced")
    path = commitment.get_absolute_url("es")

    assert led_to(reviewer, f"{path}#{activity.code}") == [hide(activity)]


@pytest.mark.parametrize(
    "typed", ["", "zanahoria", "/no/hay/", "https://example.org/ayuda/", "//[", "\x00"]
)
def test_what_is_no_page_of_the_portal_is_told_so(world, reviewer, typed):
    response = reviewer.get(reverse(PAGE), {"address": typed})

    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["address"]


def test_an_administrator_is_led_to_what_she_may_hide_alone(world, client):
    commitment, _reviewer, administrator = world
    client.force_login(administrator)
    agency = commitment.lead
    page = public_path("agency", commitment.plan.code, agency.slug, language="es")

    assert led_to(client, page) == [hide(Agency.objects.get(pk=agency.pk))]
    assert led_to(client, commitment.get_absolute_url("es")) == []


def test_the_desk_and_every_page_of_a_record_have_the_button(world, reviewer):
    commitment = world[0]
    update = commitment.activities.first().updates.get(status="published")
    tree = reverse("admin:plan_tree", args=[commitment.plan.code])
    change = reverse("admin:strategic_areas_commitment_change", args=[commitment.pk])

    desk, record, sent, node = (
        reviewer.get(each).text
        for each in (reverse("admin:index"), change, report(update), tree)
    )

    assert f'href="{reverse(PAGE)}"' in desk
    button = 'class="button takes-away"'
    assert f'class="takes-away" href="{hide(commitment)}"' in record
    assert 'class="takes-away" href="#steps"' in sent
    assert f'{button} href="{hide(commitment)}"' in node


def test_from_a_public_page_one_press_leads_to_its_form(world, reviewer):
    commitment = world[0]
    referer = f"http://testserver{commitment.get_absolute_url('es')}"

    desk = reviewer.get(reverse("admin:index"), headers={"referer": referer})

    assert desk.context["behind_hide_url"] == hide(commitment)

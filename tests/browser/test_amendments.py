"""An approved plan changes: one proposes, another approves, and the public reads it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from strategic_areas.models import Activity, Commitment
from tests import factories
from tests.factories import make_reviewer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("open_record"),
]
REASON = "El presupuesto se aprobó tarde."
ACT = {"deciding_act_es": "12-2026", "decided_on": "2026-03-01", "reason_es": REASON}


@pytest.fixture
def activity():
    """Of an approved plan, which the database keeps."""
    made = factories.make_activity(
        plan=factories.make_plan(code="2025-2028"),
        agency=factories.make_agency(acronym="UNO"),
        code="1.1.1",
        title_es="Talleres en la frontera",
        due_on="2026-03-31",
        due_provenance="plan",
    )
    factories.make_agency(acronym="DOS")
    factories.close_structure()
    return made


def fill(page, values, prefix="id_"):
    for name, value in values.items():
        field = page.locator(f"#{prefix}{name}")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def decide(page, proposer):
    """The proposer finds no button to approve with; another person presses it."""
    expect(proposer.locator(".said")).to_contain_text(REASON)
    expect(proposer.locator("input[name=approve]")).to_have_count(0)
    page.goto("/gestion/")
    page.locator(".waiting tbody .button").click()
    expect(page.locator(".said")).to_contain_text("12-2026")
    # What a guard marked, and what decides on numbers of people, is ticked as read.
    for name in ("checked", "protection_read"):
        for box in page.locator(f"input[name={name}]").all():
            box.check()
    page.locator("input[name=approve]").click()
    expect(page.locator(".messagelist")).to_be_visible()


def test_a_date_moves_and_the_old_one_stays_beside_it(page, make_page, activity):
    first, second = make_page(make_reviewer()), make_page(make_reviewer())
    address = reverse("admin:strategic_areas_activity_change", args=[activity.pk])
    public = activity.commitment.get_absolute_url("es")

    first.goto(address)
    first.locator("#id_due_on").fill("30/06/2026")
    first.locator("input[name=_save]").click()
    expect(first.locator(".errornote + .errorlist")).to_contain_text("Vence")
    fill(first, {"act": "Resolución", **ACT}, prefix="id_act-")
    first.locator("input[name=_save]").click()
    page.goto(public)
    expect(page.locator("main")).not_to_contain_text(REASON)
    decide(second, first)

    for path in (public, "/2025-2028/modificaciones/"):
        page.goto(path)
        told = page.locator(".plan-change").first
        expect(told.locator("del")).to_have_text("31/03/2026")
        expect(told.locator("ins")).to_have_text("30/06/2026")
        expect(page.locator("main")).to_contain_text(REASON)
        expect(page.locator("main")).to_contain_text("Resolución 12-2026")


def test_an_activity_is_divided_between_two_agencies(page, make_page, activity):
    first, second = make_page(make_reviewer()), make_page(make_reviewer())

    first.goto("/gestion/")
    first.get_by_role("link", name="Modificar un plan").click()
    first.get_by_role("link", name="Dividir una actividad").click()
    fill(
        first,
        {
            "activity": str(activity),
            **{"code_1": "1.1.1.a", "title_1": "Talleres del UNO", "agency_1": "UNO"},
            **{"code_2": "1.1.1.b", "title_2": "Talleres del DOS", "agency_2": "DOS"},
            "act": "Decreto",
            **ACT,
        },
    )
    first.locator("input[name=propose]").click()
    decide(second, first)

    page.goto("/2025-2028/modificaciones/")
    main = page.locator("main")
    expect(main).to_contain_text("Decreto 12-2026")
    for title in ("Talleres del UNO", "Talleres del DOS", "Talleres en la frontera"):
        expect(main).to_contain_text(title)
    page.goto(activity.commitment.get_absolute_url("es"))
    expect(page.locator("article.activity")).to_have_count(2)
    standing = Activity.objects.standing().order_by("code")
    assert [each.agency.acronym for each in standing] == ["UNO", "DOS"]


def test_a_commitment_is_cancelled_and_is_asked_no_more(page, make_page, activity):
    factories.make_round(
        plan=activity.plan, starts_on="2025-01-01", ends_on="2026-06-30"
    )
    agency = make_page(factories.make_focal_point(agency=activity.agency))
    first, second = make_page(make_reviewer()), make_page(make_reviewer())
    commitment = activity.commitment

    agency.goto("/gestion/")
    expect(agency.locator("#content")).to_contain_text(activity.title_es)
    first.goto(reverse("admin:amend", args=[activity.plan.code, "cancelar"]))
    fill(first, {"commitment": str(commitment), "stopped_on": "2026-01-01"})
    fill(first, {"act": "Ley", **ACT})
    first.locator("input[name=propose]").click()
    decide(second, first)

    agency.goto("/gestion/")
    expect(agency.locator("#content")).not_to_contain_text(activity.title_es)
    page.goto(commitment.get_absolute_url("es"))
    main = page.locator("main")
    expect(main.locator(".status").first).to_contain_text("Cancelad")
    expect(main).to_contain_text("Cancelación por una modificación del plan")
    expect(main).to_contain_text("Ley 12-2026")
    expect(main).to_contain_text(REASON)
    assert Commitment.objects.get().stopped == "cancelled"

"""An approved plan changes: one proposes, another approves, and the public reads it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from agencies.models import Agency
from strategic_areas.desk.plan_tree.levels import page_key
from strategic_areas.models import Activity, Commitment
from strategic_areas.models.drafts import DraftLine
from tests import make
from tests.browser.windows import approve
from tests.make.plans import close_structure

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "El presupuesto se aprobó tarde."
ACT = {"deciding_act_es": "12-2026", "decided_on": "2026-03-01", "reason_es": REASON}


@pytest.fixture
def activity():
    """Of an approved plan, which the database keeps."""
    made = make.activity(
        plan=make.plan(code="2025-2028"),
        agency=make.agency(acronym="UNO"),
        code="1.1.1",
        title_es="Talleres en la frontera",
        due_on="2026-03-31",
        due_provenance="plan",
    )
    make.agency(acronym="DOS")
    close_structure()
    return made


def fill(page, values, prefix="id_"):
    for name, value in values.items():
        field = page.locator(f"#{prefix}{name}")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def open_node(page, record):
    page.locator(f"#{page_key(record)} > summary").click()
    return page.locator(f"#{page_key(record)} .node-form")


def propose(page, act):
    """The draft is proposed by an act, which is stated once."""
    page.get_by_role("link", name="Ver lo que propone").click()
    fill(page, {"act": act, **ACT})
    page.locator("input[name=propose]").click()


def decide(page, proposer):
    """The proposer finds no button to approve with; another person presses it."""
    expect(proposer.locator(".said")).to_contain_text(REASON)
    expect(proposer.locator("input[name=approve]")).to_have_count(0)
    approve(page, "12-2026")


def test_a_date_moves_and_the_old_one_stays_beside_it(page, make_page, activity):
    first, second = make_page(make.reviewer()), make_page(make.reviewer())
    address = reverse("admin:strategic_areas_activity_change", args=[activity.pk])
    public = activity.commitment.get_absolute_url("es")

    first.goto(address)
    first.get_by_role("link", name="Editarlo en el árbol").click()
    form = first.locator(".node-form")
    form.locator("[name=due_on]").fill("30/06/2026")
    form.locator("input[name=save]").click()
    expect(first.locator(".draft-line")).to_be_visible()
    propose(first, "Resolución")
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
    first, second = make_page(make.reviewer()), make_page(make.reviewer())

    first.goto("/gestion/planes/2025-2028/")
    open_node(first, activity)
    first.get_by_role("button", name="Dividir en dos").click()
    expect(first.locator(".draft-line")).to_be_visible()
    for code, title, agency, line in (
        ("1.1.1.a", "Talleres del UNO", "UNO", 0),
        ("1.1.1.b", "Talleres del DOS", "DOS", 1),
    ):
        pk = DraftLine.objects.order_by("pk")[line].pk
        first.locator(f"#actividad-n{pk} > summary").click()
        form = first.locator(f"#actividad-n{pk} .node-form")
        form.locator("[name=code]").fill(code)
        form.locator("[name=title_es]").fill(title)
        chosen = Agency.objects.get(acronym=agency).pk
        form.locator("[name=agency]").select_option(str(chosen))
        form.locator("input[name=save]").click()
        expect(first.locator(".node-form")).to_have_count(0)
    propose(first, "Decreto")
    decide(second, first)

    page.goto("/2025-2028/modificaciones/")
    main = page.locator("main")
    expect(main).to_contain_text("Decreto 12-2026")
    for title in ("Talleres del UNO", "Talleres del DOS", "Talleres en la frontera"):
        expect(main).to_contain_text(title)
    page.goto(activity.commitment.get_absolute_url("es"))
    expect(page.locator("main table.rows tbody tr")).to_have_count(2)
    standing = Activity.objects.not_superseded().order_by("code")
    assert [each.agency.acronym for each in standing] == ["UNO", "DOS"]


def test_a_commitment_is_cancelled_and_is_asked_no_more(page, make_page, activity):
    make.round(plan=activity.plan, starts_on="2025-01-01", ends_on="2026-06-30")
    agency = make_page(make.focal_point(agency=activity.agency))
    first, second = make_page(make.reviewer()), make_page(make.reviewer())
    commitment = activity.commitment

    agency.goto("/gestion/")
    expect(agency.locator("#content")).to_contain_text(activity.title_es)
    first.goto("/gestion/planes/2025-2028/")
    form = open_node(first, commitment)
    form.get_by_text("Suspender, cancelar o reanudar").click()
    form.locator("[name=stopped]").select_option("cancelled")
    form.locator("[name=stopped_on]").fill("01/01/2026")
    form.locator("input[name=save]").click()
    propose(first, "Ley")
    decide(second, first)

    agency.goto("/gestion/")
    expect(agency.locator("#content")).not_to_contain_text(activity.title_es)
    page.goto(commitment.get_absolute_url("es"))
    main = page.locator("main")
    expect(main.locator(".standing")).to_contain_text("cancelado")
    expect(main).to_contain_text("Cancelación por una modificación del plan")
    expect(main).to_contain_text("Ley 12-2026")
    expect(main).to_contain_text(REASON)
    assert Commitment.objects.get().stopped == "cancelled"

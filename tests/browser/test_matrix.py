"""A secretariat's own matrix becomes the plan that two people approve."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from strategic_areas.models import Commitment, Plan, Programme, Target
from tests import make
from tests.browser.staff_screens import XLSX
from tests.browser.test_clicks import Hand
from tests.browser.windows import approve, tick_as_read
from tests.strategic_areas.planbooks import PlanBook

pytestmark = pytest.mark.django_db(transaction=True)

FILE = Path(__file__).parent.parent / "strategic_areas/matrices/matriz-unica.xlsx"
#: Those that the matrix names in full, and those that it calls by their acronyms.
NAMED = {
    "MT": "Ministerio de Trabajo",
    "PGR": "Procuraduría General de la República",
    "MISPAS": "Ministerio de Salud Pública",
    "PJ": "Poder Judicial",
    "MH": "Ministerio de Hacienda",
    "MICM": "Ministerio de Industria, Comercio y Mipymes",
    "MINERD": "Ministerio de Educación",
}
BY_ACRONYM = (
    *("MIREX", "CONANI", "MMUJER", "DGM", "MITUR", "PN", "CESTUR", "OIM", "ONE"),
    *("UNICEF", "INM", "ENJ", "ASONAHORES", "SNS", "INFOTEP", "MIP"),
)
#: What no reader can decide: the cell, and what a person chooses for it.
DECIDED = {
    "C21": "1.2.5",
    "I28": "1500",
    "E35": "-",
    "K35": "-",
    "N35": "-",
    "D48": "MMUJER",
}


@pytest.fixture
def plan():
    for acronym in BY_ACRONYM:
        make.agency(acronym=acronym, name_es=f"Institución {acronym}")
    for acronym, name in NAMED.items():
        make.agency(acronym=acronym, name_es=name)
    plan = make.plan(code="2026-2030", status="in_preparation")
    days = {"starts_on": "2026-01-01", "ends_on": "2030-12-31"}
    Plan.objects.filter(pk=plan.pk).update(**days)
    return plan


def decide(hand):
    """Choose for the cells without a likeliest reading, and tick what was marked."""
    page = hand.page
    for box in page.locator(".matrix-answers .answer input[type=checkbox]").all():
        box.check()
        hand.clicks += 1
    for row in page.locator(".matrix-answers tbody tr").all():
        choice = row.locator("select")
        if not choice.input_value():
            cell = row.locator(".code").first.inner_text().rpartition("!")[2]
            choice.select_option(DECIDED[cell])
            hand.clicks += 1
    hand.click(page.locator("[name=answer]"))


def test_a_matrix_becomes_the_plan_that_two_people_approve(page, make_page, plan):
    hand = Hand(make_page(make.reviewer()))
    first = hand.page

    hand.click(first.get_by_role("link", name="Armar y mantener un plan"))
    hand.click(first.get_by_role("link", name="Libro o matriz 2026-2030"))
    first.locator("input[name=workbook]").set_input_files(str(FILE))
    hand.click(first.locator("input[name=upload]"))
    expect(first.locator("h1")).to_have_text("¿Qué es cada columna?")
    hand.click(first.get_by_role("button", name="Ver el plan que sale"))
    decide(hand)
    expect(first.locator(".preview-counts")).to_be_visible()
    assert not Commitment.objects.exists()
    hand.click(first.locator("input[name=save]"))
    expect(first.locator(".messagelist")).to_be_visible()
    counts = Commitment.objects.count(), Target.objects.count()
    assert (counts, hand.counted) == ((29, 127), (13, 6))

    first.goto("/gestion/planes/2026-2030/aprobar/")
    tick_as_read(first)
    first.locator("input[name=send]").click()
    first.wait_for_url("**/aprobaciones/**")
    approve(make_page(make.reviewer()), "campaña nacional")
    page.goto("/2026-2030/compromisos/1.1.1/")
    expect(page.locator("h1")).to_contain_text("campaña nacional")


def test_the_own_workbook_is_known_at_the_same_place(make_page, plan):
    hand = Hand(make_page(make.reviewer()))
    page = hand.page

    hand.click(page.get_by_role("link", name="Armar y mantener un plan"))
    hand.click(page.get_by_role("link", name="Libro o matriz 2026-2030"))
    with page.expect_download() as taken:
        hand.click(page.locator("a[href$='/archivo/']"))
    book = PlanBook(Path(taken.value.path()).read_bytes())
    book.add("areas", code="1", name_es="Prevención")
    book.add("programmes", code="1.1", area="1", name_es="Formación")
    file = {"name": "plan.xlsx", "mimeType": XLSX, "buffer": book.content}
    page.locator("input[name=workbook]").set_input_files(file)
    hand.click(page.locator("input[name=upload]"))
    hand.click(page.locator("input[name=save]"))

    expect(page.locator(".messagelist")).to_be_visible()
    assert Programme.objects.get(plan=plan).name_es == "Formación"
    assert hand.counted == (5, 4)


def test_it_works_without_script_on_a_telephone(make_page, plan):
    page = make_page(make.reviewer(), java_script_enabled=False)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/gestion/planes/2026-2030/libro/")
    page.locator("input[name=workbook]").set_input_files(str(FILE))

    page.locator("input[name=upload]").click()
    page.locator("[name='0-A']").select_option("area")
    page.get_by_role("button", name="Ver el plan que sale").click()

    expect(page.locator(".matrix-answers select").first).to_be_visible()
    body = page.locator("body").bounding_box()
    assert body["width"] <= 360

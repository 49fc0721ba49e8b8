"""A plan is built, on its tree or from a matrix, approved by two, and read by all."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from strategic_areas.models import Activity, Commitment, Plan, Programme, Target
from tests import make
from tests.browser.staff_screens import XLSX
from tests.browser.test_clicks import Hand
from tests.browser.windows import approve, tick_as_read
from tests.strategic_areas.planbooks import PlanBook

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plan():
    plan = make.plan(code="2027-2030", status="in_preparation")
    Plan.objects.filter(pk=plan.pk).update(starts_on="2025-01-01", ends_on="2030-12-31")
    area = make.area(plan=plan, code="1", slug_es="prevencion")
    make.programme(area=area, code="1.1", name_es="Fronteras")
    for number in range(9):
        make.agency(acronym=f"OTRA{number}")
    make.agency(acronym="MINERD", name_es="Ministerio de Educación")
    return plan


def fill(page, button, **typed):
    """Fill in the form that stands open, and press one of its buttons."""
    form = page.locator(".node-new .node-form")
    for name, value in typed.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator(f"input[name={button}]").click()


def choose(page, words):
    """Find an agency by words of its name, without accents."""
    box = page.locator(".node-new .find").first
    box.fill(words)
    box.press("Enter")


def test_a_branch_is_built_without_loading_the_page_again(page, make_page, plan):
    first = make_page(make.reviewer(), "/gestion/")
    first.get_by_role("link", name="Armar y mantener un plan").click()
    first.get_by_role("link", name="2027-2030", exact=True).click()
    first.wait_for_load_state()
    loads = []
    first.on("load", lambda each: loads.append(each.url))

    first.locator("[data-adds^=eje-]").click()
    expect(first.locator(".node-new [name=code]")).to_have_value("1.2")
    fill(first, "add", name_es="Escuelas seguras")
    expect(first.locator(".node-new [name=code]")).to_have_value("1.2.1")
    choose(first, "educacion")
    fill(
        first,
        "add",
        title_es="Formar a docentes",
        due_on="31/12/2028",
        expected_result_es="Docentes formados.",
    )
    for code, title, button in (
        ("1.2.1.1", "Talleres", "add"),
        ("1.2.1.2", "Una guía", "save"),
    ):
        expect(first.locator(".node-new [name=code]")).to_have_value(code)
        choose(first, "MINERD")
        fill(first, button, title_es=title, due_on="30/06/2028")
    expect(first.locator(".node--activity .node-name")).to_have_text(
        ["1.2.1.1 Talleres", "1.2.1.2 Una guía"]
    )
    assert loads == []
    lead = Commitment.objects.get(code="1.2.1").lead
    assert lead.acronym == "MINERD"
    assert {each.agency for each in Activity.objects.all()} == {lead}

    first.get_by_role("link", name="Leerlo entero y enviarlo a aprobación").click()
    first.wait_for_url("**/aprobar/**")
    tick_as_read(first)
    first.locator("input[name=send]").click()
    expect(first.locator("input[name=approve]")).to_have_count(0)
    assert page.goto("/2027-2030/compromisos/1.2.1/").status == 404
    approve(make_page(make.reviewer()), "Formar a docentes")

    page.goto("/2027-2030/compromisos/1.2.1/")
    expect(page.locator("h1")).to_have_text("Formar a docentes")
    expect(page.locator("main table.rows tbody tr")).to_have_count(2)
    expect(page.locator("main")).to_contain_text("30/06/2028")


def test_what_was_typed_stays_where_the_line_fails(make_page, plan):
    page = make_page(make.reviewer(), "/gestion/planes/2027-2030/")
    page.locator("[data-adds^=eje-]").click()
    page.route("**/nuevo/", lambda route: route.abort())

    fill(page, "save", name_es="Escuelas")

    told = page.locator(".node-new [data-told]")
    expect(told).to_contain_text("vuelva a pulsar")
    expect(page.locator(".node-new [name=name_es]")).to_have_value("Escuelas")
    page.unroute("**/nuevo/")
    fill(page, "save")
    expect(page.locator(".messagelist")).to_contain_text("Escuelas")


def test_it_works_without_script(make_page, plan):
    page = make_page(make.reviewer(), java_script_enabled=False)
    page.goto("/gestion/planes/2027-2030/")

    programme = page.locator(".node--programme")
    programme.locator("summary").first.click()
    programme.get_by_role("link", name="Modificar").click()
    form = page.locator(".node--programme .node-form")
    form.locator("[name=code]").fill("1/1")
    form.locator("input[name=save]").click()
    expect(form.locator("[name=code]")).to_have_attribute("aria-invalid", "true")
    form.locator("[name=code]").fill("1.1")
    form.locator("[name=name_es]").fill("Fronteras seguras")
    form.locator("input[name=save]").click()

    expect(page.locator(".node--programme .node-name")).to_have_text(
        "1.1 Fronteras seguras"
    )
    assert "#programa-" in page.url


def test_a_record_moves_up(make_page, plan):
    area = plan.areas.get()
    make.programme(area=area, code="1.2", name_es="Escuelas")
    page = make_page(make.reviewer(), "/gestion/planes/2027-2030/")

    page.get_by_text("1.2 Escuelas").click()
    page.get_by_role("button", name="Subir").click()

    expect(page.locator(".node--programme .node-name")).to_have_text(
        ["1.1 Escuelas", "1.2 Fronteras"]
    )


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
def prepared():
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
    expect(page.locator("[name=answer]")).to_be_visible()
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


def test_a_matrix_becomes_the_plan_that_two_people_approve(page, make_page, prepared):
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


def test_the_own_workbook_is_known_at_the_same_place(make_page, prepared):
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
    assert Programme.objects.get(plan=prepared).name_es == "Formación"
    assert hand.counted == (5, 4)


def test_it_works_without_script_on_a_telephone(make_page, prepared):
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

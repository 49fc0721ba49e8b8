"""A branch of a plan is built on its tree, approved by two, and read in public."""

import pytest
from playwright.sync_api import expect

from strategic_areas.models import Activity, Commitment, Plan
from tests import make
from tests.browser.windows import approve, tick_as_read

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
    first = make_page(make.reviewer())
    first.goto("/gestion/")
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
    page = make_page(make.reviewer())
    page.goto("/gestion/planes/2027-2030/")
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
    page = make_page(make.reviewer())
    page.goto("/gestion/planes/2027-2030/")

    page.get_by_text("1.2 Escuelas").click()
    page.get_by_role("button", name="Subir").click()

    expect(page.locator(".node--programme .node-name")).to_have_text(
        ["1.1 Escuelas", "1.2 Fronteras"]
    )

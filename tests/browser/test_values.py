"""A value from the agency that counted it to the public's pages, and away from them."""

from datetime import date
from itertools import product
from math import isnan

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from agencies import numbers
from strategic_areas.figures.submission import VALUE_STEPS
from strategic_areas.models import Indicator, Target
from strategic_areas.models.measurements import ReportedValue
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

#: Within this time the public reads what was decided, in milliseconds.
SOON = 2_000
DIMENSION = "sex+age"
PARTS = {
    "woman": ("Mujeres", 18),
    "girl": ("Niñas", 27),
    "boy": ("Niños", 4),
    "not_stated": ("No consta", ""),
}


class Scene:
    """An indicator of the home page, its agency's focal point, and two reviewers."""

    def __init__(self):
        self.agency = make.agency(acronym="PGR", slug="pgr")
        activity = make.activity(agency=self.agency)
        self.area = activity.commitment.programme.area
        self.period = make.round(plan=activity.plan)
        self.indicator = make.indicator(
            plan=activity.plan,
            agency=self.agency,
            area=self.area,
            key_figure=True,
            national=True,
            family=Indicator.Family.VICTIMS,
            is_teller=True,
            dimension=DIMENSION,
            direction=Indicator.Direction.INCREASE,
        )
        labels = {code: label for code, (label, _number) in PARTS.items()}
        make.breakdown_labels(activity.plan, **labels)
        self.focal_point = make.focal_point(agency=self.agency)
        self.reviewer, self.colleague = make.reviewer(), make.reviewer()

    @property
    def list(self):
        return reverse("admin:values", args=[self.period.pk, self.agency.slug])

    @property
    def form(self):
        return reverse(
            "admin:value_new",
            args=[self.period.pk, self.agency.slug, self.indicator.pk],
        )

    def pages(self):
        """The home page, the indicator's and the area's, where a reader sees it."""
        return (
            "/",
            f"/indicadores/{self.indicator.code}/",
            self.area.get_absolute_url(language="es"),
        )


def field(page, name):
    return page.locator(f"[name='{name}']")


def type_parts(page, **numbers):
    fold = page.locator("details", has=field(page, f"{DIMENSION}.woman"))
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    for code, number in numbers.items():
        field(page, f"{DIMENSION}.{code}").fill(str(number))


def hand_in(page):
    page.locator("#content input[name=save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def decide(page, press, reason=""):
    """On the page of the value that was handed in last."""
    page.goto(reverse("admin:value", args=[ReportedValue.objects.latest("pk").pk]))
    if reason:
        page.locator("textarea[name=reason]").fill(reason)
    page.locator(f"form[action*='{press}'] input[type=submit]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def soon(page, address, text, *, gone=False):
    """Load the page until it tells the text, or does not, for as long as allowed."""
    holds = (
        "async ([address, text, gone, limit]) => {"
        "const start = performance.now();"
        "for (;;) {"
        "const page = await (await fetch(address, {cache: 'no-store'})).text();"
        "const main = new DOMParser().parseFromString(page, 'text/html')"
        ".querySelector('main').textContent;"
        "if (main.includes(text) !== gone) return true;"
        "if (performance.now() - start > limit) return false;"
        "await new Promise(done => setTimeout(done, 100)) } }"
    )
    assert page.evaluate(holds, [address, text, gone, SOON]), (address, text)


def test_a_value_goes_from_its_agency_to_the_public_and_away(page, make_page):
    scene = Scene()
    page.goto("/")
    entering, reviewing = make_page(scene.focal_point), make_page(scene.reviewer)

    entering.goto(reverse("admin:sheet", args=[scene.period.pk, scene.agency.slug]))
    entering.locator("#cifras a.button").click()
    entering.locator(f"a[href='{scene.form}']").click()
    field(entering, "starts_on").fill("2025-01-01")
    field(entering, "ends_on").fill("2025-12-31")
    field(entering, "value").fill("4949")
    field(entering, "figure_status").select_option("confirmed")
    type_parts(entering, woman=4918, girl=27, boy=5)
    expect(entering.locator(".parts-told p")).to_have_text(
        "Sobran respecto del total: 1"
    )
    type_parts(entering, boy="")
    expect(entering.locator(".parts-told p")).to_have_text("Faltan para el total: 4")
    entering.locator("#content input[name=save]").click()
    expect(entering.get_by_role("alert")).to_contain_text("4")
    expect(entering.locator(".parts-told p")).to_have_text("Faltan para el total: 4")
    entering.locator(".parts-told button").click()
    expect(field(entering, f"{DIMENSION}.not_stated")).to_have_value("4")
    type_parts(entering, boy=4, not_stated="")
    expect(entering.locator(".parts-told p")).to_have_text("Las partes suman el total.")
    hand_in(entering)

    decide(reviewing, "devolver", reason="Son 18 mujeres, no 4918.")
    entering.goto(scene.list)
    returned = entering.locator(".notice--returned")
    expect(returned).to_contain_text("Son 18 mujeres, no 4918.")
    entering.get_by_role("link", name="Corregirlo").click()
    expect(field(entering, f"{DIMENSION}.girl")).to_have_value("27")
    field(entering, "value").fill("4951")
    field(entering, "figure_status").select_option("confirmed")
    type_parts(entering, woman=4920)
    hand_in(entering)
    decide(reviewing, "publicar")

    for address in scene.pages():
        soon(page, address, "4,951")
    indicator = scene.pages()[1]
    soon(page, indicator, "4,920")

    entering.goto(scene.list)
    entering.get_by_role("link", name="Revisarlo").click()
    field(entering, "value").fill("4981")
    field(entering, "figure_status").select_option("confirmed")
    type_parts(entering, woman=4950)
    entering.locator("#content input[name=save]").click()
    expect(entering.locator("#id_why[aria-invalid=true]")).to_be_visible()
    field(entering, "why").fill("Faltaba el mes de diciembre.")
    hand_in(entering)
    decide(reviewing, "publicar")
    for address in scene.pages():
        soon(page, address, "4,981")
    page.goto(indicator)
    revisions = page.locator("section", has=page.get_by_text("Revisiones"))
    expect(revisions).to_contain_text("4,951")
    expect(revisions).to_contain_text("Faltaba el mes de diciembre.")

    reviewing.goto(reverse("admin:value", args=[ReportedValue.objects.latest("pk").pk]))
    reviewing.get_by_role("link", name="Ocultar ahora").click()
    expect(reviewing.locator("#content")).to_contain_text(
        "Las copias que alguien hizo antes no se pueden recoger."
    )
    reviewing.get_by_label("Tenía un error de hecho.").check()
    reviewing.locator("input[name=hide]").click()
    for address in scene.pages():
        soon(page, address, "4,981", gone=True)

    deciding = make_page(scene.colleague, reviewing.url)
    expect(reviewing.locator("input[name=decline]")).to_have_count(0)
    deciding.locator("textarea[name=reason]").fill("Se contó una sola vez.")
    deciding.locator("input[name=decline]").click()
    expect(deciding.locator(".messagelist li").first).to_be_visible()
    for address in scene.pages():
        soon(page, address, "4,981")


def test_years_that_are_owed_are_entered_at_once_with_their_sums(make_page):
    scene = Scene()
    scene.period.starts_on, scene.period.ends_on = date(2027, 1, 1), date(2027, 12, 31)
    scene.period.save()
    Indicator.objects.filter(pk=scene.indicator.pk).update(frequency="yearly")
    page = make_page(scene.focal_point)

    page.goto(scene.list)
    page.get_by_role("link", name="Ingresar los 3 valores").click()
    years = [f"{year}-01-01_{year}-12-31" for year in (2025, 2026, 2027)]
    for days in years[:2]:
        field(page, f"{days}-value").fill("49")
        field(page, f"{days}-{DIMENSION}.woman").fill("18")
    told = page.locator(".parts-told:visible")
    expect(told).to_have_count(2)
    expect(told.nth(1).locator("p")).to_have_text("Faltan para el total: 31")
    told.nth(1).locator("button").click()
    expect(field(page, f"{years[1]}-{DIMENSION}.not_stated")).to_have_value("31")
    expect(told.nth(0).locator("p")).to_have_text("Faltan para el total: 31")
    page.locator("#content input[name=save]").click()
    expect(page.get_by_role("alert")).to_contain_text("2025:")
    field(page, f"{years[0]}-{DIMENSION}.girl").fill("31")
    hand_in(page)

    handed_in = ReportedValue.objects.order_by("starts_on")
    assert [row.starts_on.year for row in handed_in] == [2025, 2026]


def test_a_target_met_and_one_missed_are_told(page):
    scene = Scene()
    for year, aim in ((2024, 40), (2025, 60)):
        Target.objects.create(
            plan=scene.period.plan,
            indicator=scene.indicator,
            starts_on=date(year, 1, 1),
            ends_on=date(year, 12, 31),
            value=aim,
            provenance="plan",
        )
    address = scene.pages()[1]
    page.goto(address)

    for year in (2024, 2025):
        reported = make.reported_value(
            indicator=scene.indicator,
            by=scene.focal_point,
            starts_on=date(year, 1, 1),
            ends_on=date(year, 12, 31),
            value=49,
            figure_status="confirmed",
        )
        VALUE_STEPS.approve(reported, by=scene.reviewer)

    soon(page, address, "40 en 2024. Meta cumplida (49)")
    soon(page, address, "60 en 2025. Meta no cumplida (49)")


#: Texts that are no number, or could be two, besides the parts of numbers.
ODD = ["", "x", "1.250", "1,250", "1.25.000", "2,", ",5", "1e3", "1 25", "+3", "−2,5"]


def test_the_script_reads_numbers_as_the_server_does(make_page):
    scene = Scene()
    page = make_page(scene.focal_point, scene.form)
    signs, wholes = ("", "-"), ("0", "7", "12", "1250", "1.250", "1,250,000", "1 250")
    parts = ("", ",5", ".5", ",125", ".1250")
    typed = [*ODD, *map("".join, product(signs, wholes, parts))]

    read = page.evaluate("texts => texts.map(portalNumbers.read)", typed)

    assert list(map(_number, read)) == list(map(_read, typed))


def _number(told):
    """What the script read; None where it read no number."""
    return None if isnan(told) else told


def _read(text):
    try:
        return float(numbers.parse_number(text))
    except numbers.UnclearValueError:
        return None


def test_a_number_tells_how_it_is_read_while_it_is_typed(make_page):
    scene = Scene()
    page = make_page(scene.focal_point, scene.form)
    told = page.locator(".read-as")

    field(page, "value").fill("1.250,5")
    expect(told).to_have_text("Leído como 1,250.5.")
    field(page, "value").fill("1.250")
    expect(told).to_have_text("Puede ser 1250 o 1.25. Escriba el que quiere decir.")
    field(page, "value").fill("40")
    expect(told).to_have_text("")

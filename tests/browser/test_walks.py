"""Whole walks: a plan from its empty workbook to the public, and two rounds of it."""

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from strategic_areas.models import ActivityUpdate, ReportingPeriod
from tests import make
from tests.browser.staff_screens import XLSX
from tests.browser.test_clicks import Hand
from tests.strategic_areas.planbooks import PlanBook

pytestmark = pytest.mark.django_db(transaction=True)

READ = ("no_act", "no_launch_date", "plan_read")
PUBLISH = "form[action$='publicar/'] input[type=submit]"
RETURN = "form[action$='devolver/'] input[type=submit]"
STATEMENT = "Los docentes de la frontera están formados."


def filled(content, agency):
    """The workbook with a branch in it, of which this agency has the activity."""
    book = PlanBook(content)
    book.add("areas", code="1", name_es="Prevención")
    book.add("programmes", code="1.1", area="1", name_es="Escuelas")
    book.add("participations", agency="MINERD", role="Miembro")
    commitment = {"code": "1.1.1", "programme": "1.1", "lead": "MINERD"}
    book.add("commitments", **commitment, title_es="Formar a docentes")
    activity = {"code": "1.1.1.1", "commitment": "1.1.1", "agency": agency}
    book.add("activities", **activity, title_es="Talleres", due_on="30/06/2028")
    return book


def bring(hand, book):
    file = {"name": "plan.xlsx", "mimeType": XLSX, "buffer": book.content}
    hand.page.locator("input[name=workbook]").set_input_files(file)
    hand.click(hand.page.locator("input[name=upload]"))


def tick(hand, names):
    for name in names:
        hand.click(hand.page.locator(f"input[name={name}]"))


def test_an_empty_workbook_becomes_a_plan_that_the_public_reads(page, make_page):
    make.agency(acronym="MINERD")
    hand, reviewing = Hand(make_page(make.reviewer())), make_page(make.reviewer())
    mine = hand.page

    hand.click(mine.get_by_role("link", name="Armar y mantener un plan"))
    hand.click(mine.get_by_role("link", name="Comenzar un plan nuevo"))
    # The admin's script puts the cursor into the first field once it has loaded.
    expect(mine.locator("[name=code]")).to_be_focused()
    for name, text in (
        ("code", "2027-2030"),
        ("title_es", "Plan nacional 2027-2030"),
        ("starts_on", "01/01/2025"),
        ("ends_on", "31/12/2030"),
    ):
        mine.locator(f"[name={name}]").fill(text)
        hand.clicks += 1
    hand.click(mine.locator("input[name=_save]"))
    hand.click(mine.get_by_role("link", name="Subir su matriz (Excel)"))
    with mine.expect_download() as taken:
        hand.click(mine.locator("a[href$='/archivo/']"))
    content = Path(taken.value.path()).read_bytes()
    bring(hand, filled(content, "MINER"))
    expect(mine.get_by_text("«MINER» no está en la lista")).to_be_visible()
    bring(hand, filled(content, "MINERD"))
    hand.click(mine.locator("input[name=save]"))
    hand.click(mine.get_by_role("link", name="Leerlo entero y enviarlo a aprobación"))
    tick(hand, READ)
    hand.click(mine.locator("input[name=send]"))
    mine.wait_for_url("**/aprobaciones/**")
    expect(mine.locator("input[name=approve]")).to_have_count(0)
    second = Hand(reviewing)
    second.click(second.page.locator(".waiting tbody .button"))
    tick(second, READ)
    second.click(second.page.locator("input[name=approve]"))
    expect(second.page.locator(".messagelist")).to_be_visible()

    page.goto("/2027-2030/compromisos/1.1.1/")
    expect(page.locator("main table.rows tbody")).to_contain_text("30/06/2028")
    assert (hand.counted, second.counted) == ((17, 9), (5, 2))


class Rounds:
    """An agency that answers with two activities, a commitment and an indicator."""

    def __init__(self):
        self.plan = make.plan(starts_on="2024-01-01", ends_on="2027-12-31")
        self.agency = make.agency(acronym="MINERD", slug="minerd")
        about = {"plan": self.plan, "agency": self.agency}
        make.participation(**about)
        self.commitment = make.commitment(plan=self.plan, lead=self.agency)
        self.activities = [
            make.activity(commitment=self.commitment, agency=self.agency)
            for _each in range(2)
        ]
        self.indicator = make.indicator(
            **about,
            code="EJ-1",
            frequency="yearly",
            counts="items",
            sensitive=False,
            why_not_sensitive="Cuenta docentes.",
        )

    def open(self, year):
        """The round of a year; the one before it is over."""
        over = {"opens_on": date(2025, 1, 1), "due_on": date(2025, 1, 31)}
        ReportingPeriod.objects.update(**over, closes_on=date(2025, 2, 1))
        days = {"starts_on": date(year, 1, 1), "ends_on": date(year, 12, 31)}
        return make.round(plan=self.plan, **days)


def report(hand, activity, percent):
    row = hand.page.locator(f"#fila-{activity.pk}")
    row.locator("[name=execution]").select_option("in_progress")
    row.locator("[name=percent]").fill(str(percent))
    row.locator("[name=narrative_es]").fill(f"Se formó al {percent} %.")
    hand.click(row.locator(".row-save input[name=save]"))
    expect(row).to_have_attribute("data-state", "ready")


def declare(hand, commitment):
    row = hand.page.locator(f"#compromiso-{commitment.pk}")
    hand.click(row.locator("summary").first)
    hand.click(row.locator("input[name=result][value=in_part]"))
    row.locator("textarea[name=statement_es]").fill(STATEMENT)
    hand.click(row.locator("input[name=save]"))
    expect(row).to_have_attribute("data-state", "ready")


def value(hand, number):
    page = hand.page
    hand.click(page.locator(".asked-values a.button"))
    page.locator("[name=value]").fill(number)
    hand.click(page.locator("#content input[name=save]"))
    hand.click(page.get_by_role("link", name="Volver a la hoja"))


def send(hand):
    hand.click(hand.page.locator(".tally .button"))
    hand.click(hand.page.locator("input[name=send]"))
    expect(hand.page.locator(".receipt")).to_be_visible()


def publish_together(hand):
    """All that waits, on one page that shows what the public will read of it."""
    page = hand.page
    page.wait_for_load_state()
    page.goto("/gestion/?todas=1")
    hand.click(page.locator(".queue-buttons button"))
    expect(page.locator(".public-value").last).to_be_visible()
    hand.click(page.locator("input[name=step]"))
    expect(page.get_by_text("No hay nada en espera.")).to_be_visible()


def test_two_rounds_are_answered_returned_published_and_read(page, make_page):
    asked = Rounds()
    agency = make_page(make.focal_point(agency=asked.agency))
    reviewing = make_page(make.reviewer())
    first, second = asked.activities

    asked.open(2024)
    hand = Hand(agency)
    hand.click(agency.locator(".part .button.default"))
    for activity in asked.activities:
        report(hand, activity, 40)
    declare(hand, asked.commitment)
    expect(agency.locator(".tally")).to_contain_text("0 / 1 valor entregado")
    value(hand, "1250")
    send(hand)
    expect(agency.locator(".receipt")).to_contain_text("1,250")
    agency.set_viewport_size({"width": 360, "height": 740})
    assert agency.evaluate("document.documentElement.scrollWidth") == 360
    answered = hand.counted
    judging = Hand(reviewing, "/gestion/")
    update = ActivityUpdate.objects.get(activity=first)
    judging.click(reviewing.locator(f"a[href$='/revision/avance/{update.pk}/']").first)
    reviewing.locator("#return_reason").fill("Falta decir dónde.")
    judging.click(reviewing.locator(RETURN))
    publish_together(judging)
    assert (answered, judging.counted) == ((11, 6), (4, 5))

    hand = Hand(agency)
    expect(agency.get_by_text("Falta decir dónde.")).to_be_visible()
    hand.click(agency.get_by_role("link", name="Corregir").first)
    report(hand, first, 45)
    send(hand)
    judging = Hand(reviewing, "/gestion/")
    judging.click(reviewing.locator(".waiting tbody .button").first)
    judging.click(reviewing.locator(PUBLISH))
    expect(reviewing.locator(".messagelist .success")).to_be_visible()

    asked.open(2025)
    hand = Hand(agency)
    hand.click(agency.locator(".part .button.default"))
    for activity in asked.activities:
        report(hand, activity, 80)
    value(hand, "1300")
    send(hand)
    publish_together(Hand(reviewing, "/gestion/"))

    page.goto(asked.commitment.get_absolute_url("es"))
    main = page.locator("main")
    for text in ("80 %", "45 %", STATEMENT):
        expect(main).to_contain_text(text)
    page.goto("/indicadores/EJ-1/")
    for number in ("1,250", "1,300"):
        expect(main).to_contain_text(number)

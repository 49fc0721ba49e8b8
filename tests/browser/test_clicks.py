"""How many clicks and loaded pages the journeys of staff take, from the first page."""

import pytest
from playwright.sync_api import expect

from strategic_areas import workflow
from strategic_areas.models import Activity, Commitment, PendingChange
from tests import make
from tests.browser.test_review import PUBLISH, Submitted, address
from tests.browser.test_sheet import Round, number
from tests.make.plans import close_structure

pytestmark = pytest.mark.django_db(transaction=True)

CODES = ["1.1.1", "1.1.1.1", "1.1.1.2"]


class Hand:
    """Somebody at a page, whose clicks and loaded pages are counted from there on."""

    def __init__(self, page, address="/gestion/"):
        self.page, self.clicks, self.loads = page, 0, 0
        page.goto(address)
        page.wait_for_load_state()
        page.on("load", self._loaded)

    def _loaded(self, page):
        self.loads += 1

    def click(self, it):
        """Once the page is there with its script, which a press may need."""
        expect(it).to_be_visible()
        self.page.wait_for_load_state()
        it.click()
        self.clicks += 1

    def write(self, text):
        """Type where the cursor stands; to put it somewhere takes a click or a key."""
        self.page.keyboard.type(text)

    @property
    def counted(self):
        self.page.wait_for_load_state()
        return self.clicks, self.loads


def test_five_activities_are_reported_and_sent(make_page):
    asked = Round(5)
    hand = Hand(make_page(asked.user))
    page = hand.page

    hand.click(page.locator(".part .button.default"))
    hand.click(number(page, asked.activities[0]))
    for activity in asked.activities:
        expect(number(page, activity)).to_be_focused()
        hand.write("60")
        hand.click(page.locator(f"#fila-{activity.pk} .row-save input[name=save]"))
    hand.click(page.locator(".tally .button"))
    hand.click(page.locator("input[name=send]"))
    expect(page.locator(".receipt")).to_be_visible()

    assert set(asked.stored().values()) == {60}
    assert hand.counted == (9, 3)


def test_reports_are_reviewed_one_after_the_other(make_page):
    """What is marked takes a tick besides."""
    work = Submitted(5, marked=[1, 3])
    hand = Hand(make_page(work.reviewer))
    page = hand.page

    hand.click(page.locator(".waiting .head .button"))
    reached = hand.clicks
    for place, update in enumerate(work.updates):
        page.wait_for_url(f"**{address(update)}")
        if place in {1, 3}:
            hand.click(page.locator("#publish_checked"))
        hand.click(page.locator(PUBLISH))
    page.wait_for_url("**/gestion/")

    assert work.statuses() == ["published"] * 5
    assert (reached, hand.clicks - reached) == (1, 7)
    assert hand.counted[1] == 6


def test_reports_of_one_sheet_are_read_and_published_together(make_page):
    work = Submitted(5, marked=[1, 3])
    hand = Hand(make_page(work.reviewer))
    page = hand.page

    hand.click(page.locator(".waiting tbody .button"))
    page.wait_for_url("**/revision/publicar/**")
    hand.click(page.locator("#id_checked"))
    hand.click(page.locator("input[name=step]"))
    page.wait_for_url("**/gestion/")

    assert work.statuses() == ["published"] * 5
    assert hand.counted == (3, 2)


def propose(hand):
    """What stands in the draft, by an act."""
    hand.click(hand.page.get_by_role("link", name="Ver lo que propone"))
    hand.page.locator("[name=act]").select_option("resolution")
    hand.page.locator("[name=deciding_act_es]").fill("12-2026")
    hand.page.locator("[name=decided_on]").fill("2026-03-01")
    hand.page.locator("[name=reason_es]").fill("Faltaba esta parte.")
    hand.clicks += 4
    hand.click(hand.page.locator("input[name=propose]"))
    hand.page.wait_for_url("**/aprobaciones/**")


def test_a_commitment_gets_two_activities_on_one_page(make_page):
    make.programme(area=make.area(plan=make.plan(code="p"), code="1"), code="1.1")
    agency = make.agency(acronym="MINERD")
    close_structure()
    hand = Hand(make_page(make.reviewer()), "/gestion/planes/p/")
    page = hand.page
    form = page.locator(".node-new .node-form")

    hand.click(page.locator("[data-adds^=programa-]"))
    for place, code in enumerate(CODES):
        expect(form.locator("[name=code]")).to_have_value(code)
        expect(form.locator("[name=title_es]")).to_be_focused()
        hand.write(f"Título {place}")
        chooses = "agency" if place else "lead"
        form.locator(f"[name={chooses}]").select_option(str(agency.pk))
        hand.clicks += 1
        hand.click(form.locator(f"input[name={'add' if place < 2 else 'save'}]"))
    expect(form).to_have_count(0)
    assert hand.counted == (7, 0)
    propose(hand)

    assert hand.counted == (13, 2)
    workflow.approve(PendingChange.objects.get(), by=make.reviewer())
    assert Commitment.objects.get().code == CODES[0]
    made = Activity.objects.order_by("sort_code")
    assert [each.code for each in made] == CODES[1:]


def test_five_changes_of_an_approved_plan_are_one_amendment(make_page):
    plan = make.plan(code="p")
    commitment = make.commitment(plan=plan, code="1.1.1")
    one, another = [
        make.activity(commitment=commitment, code=f"1.1.1.{number}")
        for number in (1, 2)
    ]
    close_structure()
    hand = Hand(make_page(make.reviewer()), "/gestion/planes/p/")
    page = hand.page

    def change(key, *, fold="", chosen=None, **typed):
        """Open a record, type over some fields, and keep that in the draft."""
        hand.click(page.locator(f"#{key} > summary"))
        form = page.locator(f"#{key} .node-form")
        expect(form).to_be_visible()
        if fold:
            hand.click(form.get_by_text(fold))
        for name, value in (chosen or {}).items():
            form.locator(f"[name={name}]").select_option(value)
        for name, value in typed.items():
            form.locator(f"[name={name}]").fill(value)
        hand.clicks += len(typed) + len(chosen or {})
        hand.click(form.locator("input[name=save]"))
        expect(page.locator(".node-form")).to_have_count(0)

    change("plan", ends_on="31/12/2029")
    change(f"compromiso-{commitment.pk}", title_es="Prevenir en las escuelas")
    change(f"actividad-{one.pk}", due_on="30/06/2029")
    change(
        f"actividad-{another.pk}",
        fold="Suspender",
        chosen={"stopped": "suspended"},
        stopped_on="01/03/2026",
    )
    hand.click(page.locator(f"[data-adds=compromiso-{commitment.pk}]"))
    form = page.locator(".node-new .node-form")
    expect(form.locator("[name=title_es]")).to_be_focused()
    hand.write("Formar a docentes")
    form.locator("[name=agency]").select_option(str(one.agency_id))
    hand.clicks += 1
    hand.click(form.locator("input[name=save]"))
    expect(form).to_have_count(0)
    told = page.locator(".messagelist")
    expect(told).to_contain_text("En su borrador: 1.1.1.3 Formar a docentes. Lo")
    propose(hand)

    assert hand.counted == (23, 2)
    change = PendingChange.objects.get()
    assert change.records.count() == 5
    workflow.approve(change, by=make.reviewer())
    assert change.amendment.kind == "several"

"""The sheet as people use it: quickly, on a bad line, side by side, without a mouse."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from agencies.mail import Mail
from strategic_areas import progress
from strategic_areas.desk.sheet import sheet_page
from strategic_areas.models import ActivityUpdate, Submission
from tests import make
from tests.browser.windows import complaints_of, sign_in
from tests.uploads import make_pdf

pytestmark = pytest.mark.django_db(transaction=True)

LINK = "https://example.org/acta"
TEXT = "Se revisaron los procedimientos de la institución."
#: The next request fails, and before the page learns of it the line is back.
RETURNS_DURING_FAILURE = """() => {
  const send = window.fetch;
  window.fetch = async () => {
    window.fetch = send;
    await null;
    window.dispatchEvent(new Event("online"));
    throw new TypeError();
  };
}"""


class Round:
    """An agency with activities that were reported on before, in an open round."""

    def __init__(self, activities):
        self.agency = make.agency()
        commitment = make.commitment(lead=self.agency)
        plan = commitment.plan
        self.period = make.round(plan=plan, code="2026-t4")
        self.user = make.focal_point(agency=self.agency)
        self.activities = [
            make.activity(commitment=commitment) for _ in range(activities)
        ]
        for activity in self.activities:
            make.earlier_report(activity, by=self.user, percent=30, narrative_es=TEXT)

    @property
    def address(self):
        return reverse("admin:sheet", args=[self.period.pk, self.agency.slug])

    def stored(self):
        rows = ActivityUpdate.objects.filter(period=self.period)
        return dict(rows.values_list("activity__code", "percent"))


def row(page, activity):
    return page.locator(f"#fila-{activity.pk}")


def number(page, activity):
    return row(page, activity).locator("input[name=percent]")


def press_save(page, activity):
    row(page, activity).locator(".row-save input[name=save]").click()


@pytest.fixture
def open_sheet(make_page):
    """A round with so many activities, and the sheet of its agency."""

    def open_one(activities=1, **options):
        asked = Round(activities)
        page = make_page(asked.user, asked.address, **options)
        return asked, page

    return open_one


def open_evidence(page, activity, **fields):
    """Unfold the evidence of a row, and fill in these fields of it."""
    fold = row(page, activity).locator("[data-evidence]")
    fold.locator("summary").click()
    for name, text in fields.items():
        fold.locator(f"input[name={name}]").fill(text)
    return fold


WORD_FOR_A_FULL_DISK = """
document.querySelector('template[data-words]').content
  .querySelector('[data-word=full]').textContent
"""
COUNT_WHAT_SHE_DOES = """
window.clicks = []; window.typed = [];
const rowOf = event => event.target.closest('[data-row]')?.dataset.row ?? 'none';
addEventListener('click', event => {
  if (event.detail) clicks.push(rowOf(event))
}, true);
addEventListener('keydown', event => typed.push([rowOf(event), event.key]), true)
"""


def test_ten_activities_take_two_clicks_and_a_number_each(make_page):
    """On the way the line breaks twice, and a colleague writes in one of the rows."""
    asked = Round(10)
    colleague = make.focal_point(agency=asked.agency)
    page, other = make_page(asked.user), make_page(colleague)
    page.goto(asked.address)
    other.goto(asked.address)
    first, lost = asked.activities[0], [asked.activities[3], asked.activities[6]]
    page.evaluate(COUNT_WHAT_SHE_DOES)

    for activity in asked.activities:
        page.context.set_offline(activity in lost)
        number(page, activity).click()
        page.keyboard.type("60")
        press_save(page, activity)
        if activity in lost:
            expect(number(page, activity)).not_to_be_visible()
        else:
            expect(row(page, activity)).to_have_attribute("data-state", "ready")
    for activity in lost:
        expect(row(page, activity)).to_have_attribute("data-state", "ready")

    keys = [str(activity.pk) for activity in asked.activities]
    assert asked.stored() == {activity.code: 60 for activity in asked.activities}
    clicks = page.evaluate("clicks")
    assert {key: clicks.count(key) for key in {*clicks, *keys}} == dict.fromkeys(
        keys, 2
    )
    typed = [[key, digit] for key in keys for digit in "60"]
    assert page.evaluate("typed") == typed

    row(other, first).locator("textarea[name=narrative_es]").fill("Lo de la colega.")
    press_save(other, first)
    shown = row(other, first)
    expect(shown.locator(".notice--conflict")).to_contain_text("60")
    text = shown.locator("textarea[name=narrative_es]")
    expect(text).to_have_value("Lo de la colega.")
    press_save(other, first)
    expect(shown.locator(".notice--conflict")).to_have_count(0)

    page.locator(".tally .button").click()
    expect(page.locator(".answer").first).to_contain_text("Lo de la colega.")
    page.locator("input[name=send]").click()
    kept = Submission.objects.get()
    expect(page.locator(".receipt")).to_contain_text(kept.sha256)
    assert len(kept.content["reports"]) == 10
    page.emulate_media(media="print")
    on_paper = page.locator(".receipt").bounding_box()["width"]
    assert on_paper > 0.7 * page.viewport_size["width"]


def test_a_lost_line_and_a_full_disk_lose_nothing(open_sheet):
    asked, page = open_sheet(3)
    first, second, third = asked.activities

    page.context.set_offline(True)
    for activity in (first, second):
        number(page, activity).fill("60")
        press_save(page, activity)
        expect(number(page, activity)).not_to_be_visible()
    assert asked.stored() == {}
    page.context.set_offline(False)

    for activity in (first, second):
        expect(row(page, activity)).to_have_attribute("data-state", "ready")
    assert asked.stored() == {first.code: 60, second.code: 60}

    number(page, third).fill("70")
    page.route("**/hoja/**", lambda route: route.fulfill(status=507, body="full"))
    press_save(page, third)
    told = row(page, third).locator(".row-save [data-told]")
    expect(told).to_have_text(page.evaluate(WORD_FOR_A_FULL_DISK))
    page.unroute("**/hoja/**")
    page.reload()
    row(page, third).locator(".notice--kept button").first.click()
    expect(number(page, third)).to_have_value("70")


def test_an_ended_session_loses_nothing(open_sheet):
    asked, page = open_sheet()
    (activity,) = asked.activities

    page.context.clear_cookies()
    number(page, activity).fill("60")
    press_save(page, activity)

    told = row(page, activity).locator(".row-save [data-told]")
    expect(told.get_by_role("link")).to_be_in_viewport()
    expect(number(page, activity)).to_have_value("60")
    assert asked.stored() == {}

    with page.context.expect_page() as opened:
        told.get_by_role("link").click()
    sign_in(opened.value, asked.user.username)
    opened.value.wait_for_url("**/gestion/")
    page.evaluate("window.dispatchEvent(new Event('focus'))")

    expect(row(page, activity)).to_have_attribute("data-state", "ready")
    assert asked.stored() == {activity.code: 60}


def test_a_double_click_makes_one_update(open_sheet):
    asked, page = open_sheet()
    (activity,) = asked.activities

    number(page, activity).fill("60")
    row(page, activity).locator(".row-save input[name=save]").dblclick()

    expect(row(page, activity)).to_have_attribute("data-state", "ready")
    assert ActivityUpdate.objects.get(period=asked.period).version == 1


def test_the_sheet_works_with_scripts_off(open_sheet):
    asked, page = open_sheet(2, java_script_enabled=False)
    first, second = asked.activities

    number(page, first).fill("60")
    press_save(page, first)
    expect(number(page, second)).to_be_visible()
    number(page, second).fill("101")
    press_save(page, second)
    expect(row(page, second).get_by_role("alert")).to_be_visible()
    number(page, second).fill("80")
    press_save(page, second)
    page.locator("input[name=send]").click()

    expect(page.locator(".receipt")).to_be_visible()
    assert asked.stored() == {first.code: 60, second.code: 80}


def test_the_sheet_works_by_keyboard_alone(make_page):
    asked = Round(2)
    first, second = asked.activities
    page = make_page(asked.user)
    complaints = complaints_of(page)
    page.goto(asked.address)

    for _ in range(60):
        page.keyboard.press("Tab")
        if number(page, first).evaluate("field => field === document.activeElement"):
            break
    page.keyboard.type("60")
    page.keyboard.press("Enter")
    expect(number(page, second)).to_be_focused()
    page.keyboard.type("80")
    page.keyboard.press("Enter")
    expect(page.locator(".tally .button")).to_be_focused()

    assert asked.stored() == {first.code: 60, second.code: 80}
    assert complaints == []


def test_the_script_settles_both_fields_as_the_server_does(open_sheet):
    asked, page = open_sheet()
    percents = [None, 0, 1, 99, 100]
    cases = [
        (str(state), number) for state in progress.EXECUTIONS for number in percents
    ]

    told = page.evaluate(
        "cases => cases.map(([state, number]) => ["
        "settled(state, number, 'percent')[0], "
        "settled(state, number, 'execution')[1]])",
        cases,
    )

    assert told == [
        [progress.execution_for(number, state), progress.percent_for(state, number)]
        for state, number in cases
    ]


def test_one_press_saves_a_row_and_its_file_and_loses_neither(open_sheet, tmp_path):
    asked, page = open_sheet()
    (activity,) = asked.activities
    bad, good = tmp_path / "Acta.pdf", tmp_path / "Acta buena.pdf"
    bad.write_bytes(b"no es un PDF")
    good.write_bytes(make_pdf())
    text = row(page, activity).locator("textarea[name=narrative_es]")
    number(page, activity).fill("60")
    text.fill("Escrito y guardado con ella.")
    fold = open_evidence(page, activity, title_es="Acta")

    fold.locator("input[type=file]").set_input_files(bad)
    press_save(page, activity)
    expect(fold.locator("[aria-invalid=true]")).to_be_in_viewport()
    expect(text).to_have_value("Escrito y guardado con ella.")
    fold.locator("input[name=title_es]").fill("")
    fold.locator("input[type=file]").set_input_files(good)
    press_save(page, activity)
    expect(fold.locator("input[name=title_es][aria-invalid=true]")).to_be_visible()
    fold.locator("input[name=title_es]").fill("Acta")
    press_save(page, activity)

    expect(page.locator(".tally .button")).to_be_focused()
    update = ActivityUpdate.objects.get(period=asked.period)
    assert [item.original_name for item in update.evidences.all()] == [good.name]
    assert (update.narrative_es, update.percent) == ("Escrito y guardado con ella.", 60)


def test_evidence_attached_first_saves_its_row_and_lets_it_open(open_sheet):
    asked, page = open_sheet(2)
    activity, _other = asked.activities
    number(page, activity).fill("60")
    fold = open_evidence(page, activity, title_es="Acta", url=LINK)

    fold.locator("[name=attach]").click()

    expect(fold.locator("[role=status]")).to_be_in_viewport()
    assert asked.stored() == {activity.code: 60}


def test_a_file_that_would_be_refused_is_never_sent(open_sheet, tmp_path):
    asked, page = open_sheet()
    fold = open_evidence(page, asked.activities[0])
    heic = b"\0\0\0\x18ftypheic" + b"\0" * 100
    files = {
        "IMG_1.HEIC": (heic, "HEIC"),
        "renombrada.jpg": (heic, "HEIC"),
        "lista.xlsx": (b"PK", "tipo"),
        "grande.jpg": (b"\xff\xd8\xff" + b"\0" * 10 * 1024 * 1024, "10 MB"),
    }
    field, told = fold.locator("input[type=file]"), fold.locator("[role=alert]")

    for name, (content, word) in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        field.set_input_files(path)
        expect(told).to_contain_text(name)
        expect(told).to_contain_text(word)
        expect(field).to_have_value("")
    good = tmp_path / "Acta.pdf"
    good.write_bytes(make_pdf())
    field.set_input_files(good)

    expect(told).to_have_count(0)
    assert field.evaluate("field => field.files.length") == 1


def test_completed_work_below_100_percent_is_asked_about_at_once(open_sheet):
    asked, page = open_sheet()
    shown = row(page, asked.activities[0])
    state = shown.locator("select[name=execution]")
    state.select_option("completed")

    number(page, asked.activities[0]).fill("80")

    expect(state).to_have_value("completed")
    expect(shown.locator(".row-figures [data-told]")).to_be_visible()
    state.select_option("in_progress")
    expect(shown.locator(".row-figures [data-told]")).to_have_count(0)
    expect(number(page, asked.activities[0])).to_have_value("80")


def test_evidence_and_a_text_correct_what_is_published(make_page):
    """With one press: the evidence begins the correction, and the text goes along."""
    asked = Round(1)
    [activity] = asked.activities
    published = make.published_update(
        activity=activity, period=asked.period, by=asked.user
    )
    page = make_page(asked.user, f"{asked.address}?fila={activity.pk}&corregir=1")

    row(page, activity).locator("textarea[name=narrative_es]").fill(TEXT)
    open_evidence(page, activity, title_es="Acta", url=LINK)
    press_save(page, activity)

    expect(row(page, activity)).to_have_attribute("data-state", "ready")
    expect(row(page, activity).locator(".evidence-items")).to_contain_text("Acta")
    expect(page.locator(".tally .button")).to_be_focused()
    expect(row(page, activity).locator(".notice--conflict")).to_have_count(0)
    correction = ActivityUpdate.objects.get(period=asked.period, status="draft")
    assert correction.narrative_es == TEXT
    assert correction.evidences.get().title_es == "Acta"
    published.refresh_from_db()
    assert published.status == "published"


def test_closed_rows_open_in_place_and_ahead_of_a_lost_line(open_sheet):
    asked, page = open_sheet(sheet_page.ROWS_WITH_FORMS + 9)
    closed = "[data-row]:has(> [data-lacks-forms])"
    expect(page.locator(closed)).to_have_count(8)
    second, last, unread = asked.activities[1], *asked.activities[-2:]
    assert row(page, last).locator("form").count() == 0

    row(page, last).locator("summary").first.press("Enter")
    number(page, last).fill("70")
    expect(page.locator(closed)).to_have_count(6)
    page.reload()
    expect(page.locator(closed)).to_have_count(6)
    row(page, last).locator(".notice--kept button").first.click()
    expect(number(page, last)).to_have_value("70")
    press_save(page, last)
    expect(number(page, unread)).to_be_focused()
    page.reload()
    page.context.set_offline(True)
    row(page, unread).locator("summary").first.click()
    told = row(page, unread).locator("[data-told]")
    expect(told).to_be_visible()
    row(page, second).locator("summary").first.click()
    number(page, second).fill("80")
    press_save(page, second)
    page.context.set_offline(False)

    expect(row(page, second)).to_have_attribute("data-state", "ready")
    expect(number(page, unread)).to_be_visible()
    assert asked.stored() == {second.code: 80, last.code: 70}


def test_a_row_is_sent_again_if_the_line_returned_before_it_failed(open_sheet):
    world, page = open_sheet(1)
    [activity] = world.activities
    page.evaluate(RETURNS_DURING_FAILURE)

    number(page, activity).fill("40")
    press_save(page, activity)

    expect(row(page, activity)).to_have_attribute("data-state", "ready")
    assert world.stored() == {activity.code: 40}


def test_a_row_is_opened_again_if_the_line_returned_before_it_failed(open_sheet):
    world, page = open_sheet(sheet_page.ROWS_WITH_FORMS + 9)
    last = world.activities[-1]
    expect(page.locator("[data-row]:has(> [data-lacks-forms])")).to_have_count(8)
    page.evaluate(RETURNS_DURING_FAILURE)

    row(page, last).locator("summary").first.click()

    expect(number(page, last)).to_be_visible()


def test_a_row_that_is_not_saved_is_named_before_all_is_sent(open_sheet):
    world, page = open_sheet(2)
    first, second = world.activities
    number(page, first).fill("40")
    press_save(page, first)
    expect(row(page, second)).to_have_attribute("open", "")
    number(page, second).fill("55")

    page.locator(".tally .button").click()

    pending = page.locator("[data-pending]")
    expect(pending).to_be_focused()
    expect(pending.get_by_role("link")).to_have_text([f"{second.code} {second.title}"])
    expect(page).to_have_url(re.compile(f"{world.address}.*"))
    press_save(page, second)
    expect(pending).to_have_count(0)
    page.locator(".tally .button").click()
    expect(page.locator("input[name=send]")).to_be_visible()
    assert world.stored() == {first.code: 40, second.code: 55}


def test_what_stands_on_the_device_alone_is_named_too(open_sheet):
    world, page = open_sheet()
    (activity,) = world.activities
    number(page, activity).fill("55")
    page.reload()

    page.locator(".tally .button").click()

    expect(page.locator("[data-pending] a")).to_have_count(1)
    row(page, activity).get_by_role("button", name="Descartar").click()
    number(page, activity).fill("30")
    page.locator(".tally .button").click()
    expect(page.locator("#content h1")).to_have_text("Revise sus respuestas")


def test_a_closed_round_is_asked_to_be_opened_again(make_page):
    activity, reviewer = make.activity(), make.reviewer()
    today = timezone.localdate()
    period = make.round(
        plan=activity.plan,
        opens_on=today - timedelta(days=40),
        due_on=today - timedelta(days=20),
        closes_on=today - timedelta(days=10),
    )
    page = make_page(make.focal_point(agency=activity.agency))

    page.goto(reverse("admin:sheet", args=[period.pk, activity.agency.slug]))
    page.locator("#reabrir textarea").fill("El contrato se firmó el día 12.")
    page.locator("#reabrir [name=ask]").click()

    expect(page.locator(".messagelist .success")).to_be_visible()
    assert Mail.objects.get(kind="reopening").to == reviewer.email

"""The workbook as people use it: taken, filled elsewhere, brought back, saved."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from strategic_areas import workflow
from strategic_areas.models import ActivityUpdate
from tests import make
from tests.browser.windows import complaints_of
from tests.strategic_areas.filling import Book, Filler

pytestmark = pytest.mark.django_db(transaction=True)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def filler(client):
    return Filler(client)


def take(page):
    """Download the workbook by its link on the sheet."""
    page.locator(".fold--workbook > summary").click()
    with page.expect_download() as taken:
        page.locator(".fold--workbook a").click()
    return Book(Path(taken.value.path()).read_bytes())


def bring(page, book):
    """Upload it by the form on the page; what changes is shown."""
    page.locator(".fold--workbook input[type=file]").set_input_files(
        {"name": "hoja.xlsx", "mimeType": XLSX, "buffer": book.content}
    )
    page.locator(".fold--workbook input[name=upload]").click()
    expect(page.locator(".preview-counts")).to_be_visible()


def test_a_workbook_goes_out_and_comes_back(filler, make_page):
    filler.published_before()
    second = filler.another()
    filler.published_before(second)
    page = make_page(filler.user, filler.address("sheet"))

    book = take(page).fill(filler.activity, percent=60)
    bring(page, book)

    assert not ActivityUpdate.objects.filter(period=filler.period).exists()
    expect(page.locator(".changes tbody tr").filter(has_text="60")).to_have_count(1)

    page.locator(".step-form input[name=save]").click()

    row = page.locator(f"#fila-{filler.activity.pk}")
    expect(row).to_have_attribute("data-state", "ready")
    expect(row.locator("input[name=percent]")).to_have_value("60")
    expect(page.locator(f"#fila-{second.pk}")).to_have_attribute("data-state", "todo")

    page.locator(".fold--workbook > summary").click()
    bring(page, book)
    expect(page.locator(".step-form")).to_have_count(0)
    assert ActivityUpdate.objects.get(period=filler.period).version == 1


def with_every_kind_of_row(filler):
    """A workbook with a new, a changed, a wrong, a stale and an untouched row."""
    changed, wrong, stale, _untouched = (filler.another() for _ in range(4))
    for activity in (changed, stale):
        make.update(activity=activity, period=filler.period, by=filler.user)
    book = Book(filler.client.get(filler.address()).content)
    update = ActivityUpdate.objects.get(activity=stale)
    update.narrative_es = "Lo más nuevo."
    workflow.save_draft(update, by=filler.user, seen_version=1)
    book.fill(filler.activity, percent=60, narrative_es="Se rescató a dos niñas.")
    book.fill(changed, percent=70, obstacle_es="Falta la firma.")
    book.fill(wrong, percent=101, narrative_es="Se atendió a 001-1234567-8.")
    book.fill(stale, narrative_es="Lo del libro.")
    return book


def test_each_kind_of_row_is_shown_and_another_file_refused(filler, make_page):
    book = with_every_kind_of_row(filler)
    page = make_page(filler.user)
    complaints = complaints_of(page)
    page.goto(filler.address("sheet"))
    page.locator(".fold--workbook > summary").click()
    bring(page, book)
    assert page.locator(".sheet section.answer").count() == 4

    page.locator(".fold--workbook input[type=file]").set_input_files(
        {"name": "hoja.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-"}
    )
    page.locator(".fold--workbook input[name=upload]").click()
    expect(page.locator(".fold--workbook .errorlist")).to_be_visible()
    bring(page, book)
    page.locator(".step-form input[name=save]").click()
    expect(page.locator("[data-state=ready]")).to_have_count(3)

    assert [text for text in complaints if "status of 4" not in text] == []

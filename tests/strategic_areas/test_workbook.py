"""The sheet as a workbook, as it is downloaded."""

import pytest
from django.utils import translation

from strategic_areas.desk.sheet_workbook import views
from strategic_areas.desk.sheet_workbook.update_lines import columns_of
from strategic_areas.models import ActivityUpdate, Province, Region
from strategic_areas.workbooks import writing
from tests import make
from tests.world import TEXT

pytestmark = pytest.mark.django_db

COLUMNS = columns_of(ActivityUpdate)


def spanish(name, value):
    with translation.override("es"):
        return COLUMNS[name].word(value)


def held(book, activity):
    """What the fillable cells of an activity hold."""
    cells = {name: book.cell(activity, name).value for name in COLUMNS}
    return {name: value for name, value in cells.items() if value is not None}


def open_cells(book, activity):
    return {
        name
        for name in book.columns()
        if not book.cell(activity, name).protection.locked
    }


def test_the_workbook_is_a_file_that_no_cache_keeps(filler):
    response = filler.client.get(filler.address())

    headers = {
        name: response[name]
        for name in (
            "Content-Disposition",
            "Content-Type",
            "X-Content-Type-Options",
            "Cache-Control",
        )
    }
    assert headers == {
        "Content-Disposition": (
            f'attachment; filename="hoja-{filler.agency.slug}-2026-t4.xlsx"'
        ),
        "Content-Type": (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        ),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store, private",
    }


def test_the_sheet_leads_to_its_workbook(filler):
    page = filler.client.get(filler.address("sheet")).content.decode()

    assert f'href="{filler.address()}"' in page


def test_the_workbook_lists_what_the_agency_owes_and_nobody_elses(filler):
    second = filler.another()
    make.activity(plan=filler.plan)

    book = filler.download()

    assert list(book.numbers()) == [filler.activity.pk, second.pk]


def test_other_work_that_was_told_of_stands_below_and_comes_back_changed(filler):
    other = make.off_plan_update(
        commitment=filler.activity.commitment,
        agency=filler.agency,
        period=filler.period,
        by=filler.user,
    )
    book = filler.download()
    assert list(book.numbers()) == [filler.activity.pk, other.activity.pk]

    book.fill(other.activity, narrative_es="Fueron dos jornadas.")
    filler.confirm(filler.upload(book))

    other.refresh_from_db()
    assert (other.narrative_es, other.version) == ("Fueron dos jornadas.", 2)
    assert ActivityUpdate.objects.count() == 1


def test_each_page_names_its_font_and_is_printed_within_its_paper(filler):
    book = filler.book().book

    shown = [page for page in book if page.sheet_state == "visible"]
    assert [page.page_setup.fitToWidth for page in shown] == [1, 3, 3, 1]
    assert {cell.font.name for page in shown for row in page.rows for cell in row} == {
        "Calibri"
    }


def test_it_says_of_which_agency_and_round_it_is_but_not_who_took_it(filler):
    book = filler.book().book

    marks = dict(book["_hoja"].iter_rows(values_only=True))
    assert marks == {
        "format": views.FORMAT,
        "plan": filler.plan.code,
        "period": "2026-t4",
        "agency": filler.agency.slug,
    }
    assert book["_hoja"].sheet_state == "veryHidden"
    assert not book.properties.creator
    texts = [str(cell.value) for page in book for row in page.rows for cell in row]
    assert not any(filler.user.username in text for text in texts)


def test_an_empty_row_opens_with_what_was_last_published(filler):
    region = Region.objects.create(code="DO-X", name="Región")
    last = filler.published_before(obstacle_es="Falta personal.")
    last.places.add(Province.objects.create(code="DO-02", name="Azua", region=region))

    book = filler.download()

    assert held(book, filler.activity) == {
        "execution": spanish("execution", "in_progress"),
        "percent": 40,
        "narrative_es": TEXT,
        "obstacle_es": "Falta personal.",
        "places": "Azua",
    }
    assert "40 %" in book.cell(filler.activity, "last").value
    assert book.cell(filler.activity, "last_text").value == TEXT


def test_a_row_holds_what_is_saved_in_it(filler):
    filler.published_before()
    update = make.update(
        **filler.about,
        percent=60,
        narrative_es="Lo nuevo.",
        internal_note="Para la coordinación.",
    )

    book = filler.download()

    assert held(book, filler.activity) == {
        "answer": spanish("answer", "reported"),
        "execution": spanish("execution", "in_progress"),
        "percent": 60,
        "narrative_es": "Lo nuevo.",
        "internal_note": "Para la coordinación.",
        "is_reserved": "No",
    }
    assert [
        book.cell(filler.activity, name).value for name in ("update", "version")
    ] == [
        update.pk,
        1,
    ]


def test_only_what_may_be_filled_is_unlocked(filler):
    continuing = filler.another(kind="continuing")
    sent = filler.another()
    make.submitted_update(activity=sent, period=filler.period, by=filler.user)

    book = filler.download()

    everything = set(COLUMNS)
    assert book.page.protection.sheet
    assert book.page.protection.password is None
    assert open_cells(book, filler.activity) == everything - {"quantity"}
    assert open_cells(book, continuing) == everything - {"percent"}
    assert open_cells(book, sent) == set()


def test_ids_and_machine_names_are_hidden(filler):
    book = filler.book()

    shown = {
        name
        for name, letter in book.letters().items()
        if not book.page.column_dimensions[letter].hidden
    }
    assert shown == {"code", "title", "state", "last", "last_text", *COLUMNS}
    assert book.page.row_dimensions[1].hidden
    assert book.page.freeze_panes.endswith("3")


def test_it_opens_with_the_instructions_and_prints_so_that_one_can_read_it(filler):
    book = filler.book()

    assert book.book.index(book.book.active) == 0
    assert book.page.page_setup.orientation == "landscape"
    assert book.page.page_setup.fitToWidth == writing.PAGES_WIDE
    assert book.page.print_title_rows == "$2:$2"
    assert book.page.print_title_cols == "$E:$F"


def test_what_begins_like_a_formula_is_written_as_text(filler):
    filler.published_before(narrative_es="=HYPERLINK(1)", obstacle_es="-5 %")

    book = filler.download()

    cells = [
        book.cell(filler.activity, name)
        for name in ("last_text", "narrative_es", "obstacle_es")
    ]
    assert [(cell.data_type, cell.value) for cell in cells] == [
        ("s", "'=HYPERLINK(1)"),
        ("s", "'=HYPERLINK(1)"),
        ("s", "'-5 %"),
    ]


def test_lists_and_numbers_are_checked_while_they_are_typed(filler):
    book = filler.book()
    page, lists = book.page, "Listas"

    rules = {
        str(rule.sqref).split(":")[0].rstrip("0123456789"): (rule.type, rule.formula1)
        for rule in page.data_validations.dataValidation
    }

    letters = book.letters()
    assert rules[letters["answer"]] == ("list", f"'{lists}'!$A$2:$A$4")
    assert rules[letters["execution"]] == ("list", f"'{lists}'!$B$2:$B$6")
    assert rules[letters["is_reserved"]] == ("list", f"'{lists}'!$C$2:$C$3")
    assert rules[letters["percent"]] == ("whole", "0")
    assert len(rules) == len(COLUMNS)


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_message_of_a_cell_is_longer_than_excel_takes(filler, language):
    filler.user.language = language
    filler.user.save()

    rules = filler.download().page.data_validations.dataValidation

    with translation.override(language):
        hints = {str(column.hint) for column in COLUMNS.values()}
    assert {rule.prompt for rule in rules} == hints
    assert max(len(hint) for hint in hints) <= writing.LONGEST_MESSAGE
    assert max(len(rule.promptTitle) for rule in rules) <= writing.LONGEST_TITLE


def test_a_workbook_is_in_the_language_of_whoever_takes_it(filler):
    filler.published_before()
    filler.user.language = "en"
    filler.user.save()

    book = filler.download()

    assert book.book.sheetnames == [
        *("Instructions", "Reports", "Declarations", "Lists", "_hoja")
    ]
    assert book.cell(filler.activity, "execution").value == "In progress"

"""The sheet as a workbook, as it is downloaded."""

import io
import struct
import warnings
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from strategic_areas.desk.sheet_workbook import views
from strategic_areas.evidence import RefusedFileError
from strategic_areas.models import ActivityUpdate
from strategic_areas.workbooks import reading, writing
from strategic_areas.workbooks.reading import read_worksheets
from tests import make
from tests.strategic_areas.filling import COLUMNS, Filler, spanish
from tests.strategic_areas.planbooks import Keeper
from tests.strategic_areas.test_planbook import fill
from tests.uploads import (
    OFFICE,
    OPEN,
    make_image,
    make_relations,
    make_types,
    make_workbook,
    make_zip,
    unzip,
)
from tests.world import TEXT

pytestmark = pytest.mark.django_db


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
    page = filler.client.get(filler.address("sheet")).content.decode()
    assert f'href="{filler.address()}"' in page


def test_the_workbook_lists_what_the_agency_owes_and_nobody_elses(filler):
    second = filler.another()
    make.activity(plan=filler.plan)

    assert list(filler.download().numbers()) == [filler.activity.pk, second.pk]


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
    last = filler.published_before(obstacle_es="Falta personal.")
    last.places.add(make.province())

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
    ] == [update.pk, 1]


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


# A small file that unpacks to very much is refused before a workbook is opened

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PARTS = {
    "worksheet": "xl/worksheets/sheet1.xml",
    "styles": "xl/styles.xml",
    "sharedStrings": "xl/sharedStrings.xml",
}


def workbook(names="", xfs="", rows="", texts="", links=()):
    sheet = '<sheet name="S" sheetId="1" r:id="r0"/>'
    return make_workbook(
        {
            "xl/workbook.xml": (
                f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheet}</sheets>'
                f"<definedNames>{names}</definedNames></workbook>"
            ),
            PARTS["worksheet"]: (
                f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
            ),
            PARTS["styles"]: (
                f'<styleSheet xmlns="{MAIN}"><cellXfs>{xfs}</cellXfs></styleSheet>'
            ),
            PARTS["sharedStrings"]: f'<sst xmlns="{MAIN}">{texts}</sst>',
            "xl/_rels/workbook.xml.rels": make_relations(
                *(
                    (f"{OFFICE}/{kind}", f"/{name}", "Internal")
                    for kind, name in PARTS.items()
                ),
                *links,
            ),
        },
        types={
            name: f"{OPEN}.spreadsheetml.{kind}+xml" for kind, name in PARTS.items()
        },
    )


@pytest.fixture
def unopened(monkeypatch):
    """No test may get as far as openpyxl."""

    def refused(*args, **kwargs):
        pytest.fail("openpyxl opened it")

    monkeypatch.setattr(openpyxl, "load_workbook", refused)


@pytest.mark.usefixtures("unopened")
@pytest.mark.parametrize(
    "parts",
    [
        {"names": '<definedName name="n">1</definedName>' * 500_000},
        {"xfs": "<xf/>" * 2_000_000},
        {"xfs": "<xf/>" * (reading.MAX_OTHERS + 1)},
        {"rows": f"<row>{'<c/>' * (reading.MAX_CELLS + 1)}</row>"},
        {"texts": "<si/>" * (reading.MAX_CELLS + 1)},
        {"rows": "<row/>" * (reading.MAX_ELEMENTS + 1)},
        {"links": [("hyperlink", "https://x.example/", "External")] * 20_000},
    ],
    ids=["names", "formats", "few_formats", "cells", "texts", "rows", "links"],
)
def test_a_workbook_of_too_many_elements_is_refused_unopened(parts):
    upload = SimpleUploadedFile("hoja.xlsx", workbook(**parts))

    with pytest.raises(RefusedFileError) as refused:
        read_worksheets(upload)

    assert refused.value.code == "too_much"


def lying(content):
    """The first part says that it unpacks to ten bytes."""
    place = content.index(b"PK\x01\x02")
    return content[: place + 24] + struct.pack("<I", 10) + content[place + 28 :]


def twice(content):
    """Two parts of one name, of which the second holds far too much."""
    written = io.BytesIO(content)
    with zipfile.ZipFile(written, "a") as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        packed.writestr("xl/styles.xml", MANY_FORMATS)
    return written.getvalue()


def packed_by(way):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", way) as packed:
        for name, part in unzip(workbook()).items():
            packed.writestr(name, part)
    return written.getvalue()


def with_part(name, content):
    return make_zip({**unzip(workbook()), name: content})


ENTITIES = '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
MANY_FORMATS = f"<a>{'<xf/>' * reading.MAX_OTHERS}</a>"
MACRO = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
HOSTILE = {
    "damaged": [
        with_part("xl/workbook.xml", ENTITIES),
        with_part("xl/workbook.xml", ENTITIES.encode("utf-16")),
        with_part("xl/workbook.xml", ENTITIES.encode("utf-32")),
        with_part("xl/nada.dat", ENTITIES),
        lying(workbook()),
        packed_by(zipfile.ZIP_LZMA),
        packed_by(zipfile.ZIP_BZIP2),
        workbook()[:-200],
    ],
    "too_much": [
        twice(workbook(xfs="<xf/>")),
        with_part("xl/media/image1.png", bytes(reading.UNPACKED_BYTES)),
        with_part("xl/styles.xml", f"<a b='{'>' * 1_000_001}'/>"),
        with_part("xl/styles.xml", MANY_FORMATS.encode("utf-32")),
        make_zip(
            {f"{number}.xml": "<a/>" for number in range(reading.MAX_PARTS)}
            | unzip(workbook())
        ),
    ],
    "active": [
        with_part("xl/vbaProject.bin", b"x"),
        with_part("xl/macrosheets/sheet1.xml", "<a/>"),
        with_part(
            "[Content_Types].xml",
            make_types({"xl/nada.tmp": "application/vnd.ms-office.vbaProject"}, {}),
        ),
        with_part("[Content_Types].xml", make_types({"xl/workbook.xml": MACRO}, {})),
    ],
}


@pytest.mark.usefixtures("unopened")
@pytest.mark.parametrize(
    ("code", "content"),
    [(code, content) for code, files in HOSTILE.items() for content in files],
    ids=[f"{code}-{n}" for code, files in HOSTILE.items() for n in range(len(files))],
)
def test_a_hostile_workbook_is_refused_unopened(code, content):
    with pytest.raises(RefusedFileError) as refused:
        read_worksheets(SimpleUploadedFile("hoja.xlsx", content))

    assert refused.value.code == code


def test_what_a_plain_workbook_may_hold_is_no_reason_to_refuse_it(client):
    """A picture, the settings of a printer and a comment, as Excel saves them."""
    filler = Filler(client)
    parts = unzip(filler.download().content)
    others = {
        "xl/media/image1.png": make_image(),
        "xl/printerSettings/printerSettings1.bin": bytes(200),
        "xl/comments1.xml": "<comments><author>Ana</author></comments>",
    }

    assert filler.upload(make_zip({**parts, **others})).status_code == 200


def test_both_pages_refuse_it_in_words(client):
    bomb = workbook(xfs="<xf/>" * (reading.MAX_OTHERS + 1))
    filler = Filler(client)
    keeper = Keeper(client, make.reviewer(), make.plan(status="in_preparation"))

    brought = keeper.bring(bomb)
    client.force_login(filler.user)
    uploaded = filler.upload(bomb)

    told = "contiene mucho más de lo que"
    assert [told in page.content.decode() for page in (brought, uploaded)] == [True] * 2


def test_our_own_workbooks_use_a_small_part_of_the_room(client, monkeypatch):
    used = []

    class Noted(reading.ElementCounter):
        def __init__(self):
            super().__init__()
            used.append(self)

    monkeypatch.setattr(reading, "ElementCounter", Noted)
    plan = make.plan(code="p", status="in_preparation")
    make.agency(acronym="MIP")
    keeper = Keeper(client, make.reviewer(), plan)
    keeper.bring(fill(keeper.take()))
    filler = Filler(client)
    filler.upload(filler.download())

    assert len(used) == 2
    for counted in used:
        assert counted.others < reading.MAX_OTHERS * 0.2
        assert counted.cells < reading.MAX_CELLS * 0.1
        assert counted.elements < reading.MAX_ELEMENTS * 0.1


def test_files_beyond_a_persons_limit_are_not_read(client):
    filler, other = Filler(client), Filler()
    book = filler.download()

    answers = [filler.upload(book).status_code for _time in range(13)]
    other.sign_in(client)

    assert answers == [200] * 12 + [429]
    assert other.upload(other.download()).status_code == 200


def test_a_form_without_a_file_is_not_counted(client):
    filler = Filler(client)
    keys = [filler.period.pk, filler.agency.slug, filler.activity.pk]
    row = reverse("admin:sheet_row", args=keys)

    answers = {client.post(row, {"percent": "60"}).status_code for _time in range(14)}

    assert 429 not in answers

"""A small file that unpacks to very much is refused before a workbook is opened."""

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from strategic_areas.desk.workbook.reading import pages_of
from strategic_areas.evidence import RefusedFileError, limits, office
from tests.factories import make_agency, make_plan, make_reviewer
from tests.strategic_areas.filling import Filler
from tests.strategic_areas.planbooks import Keeper
from tests.strategic_areas.test_planbook import fill
from tests.uploads import OFFICE, OPEN, make_office, make_relations

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PARTS = {
    "worksheet": "xl/worksheets/sheet1.xml",
    "styles": "xl/styles.xml",
    "sharedStrings": "xl/sharedStrings.xml",
}


def workbook(names="", xfs="", rows="", texts="", links=()):
    """A workbook with these pieces of XML in its parts."""
    sheet = '<sheet name="S" sheetId="1" r:id="r0"/>'
    return make_office(
        "xlsx",
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
        raise AssertionError("openpyxl opened it")

    monkeypatch.setattr(openpyxl, "load_workbook", refused)


@pytest.mark.usefixtures("unopened")
@pytest.mark.parametrize(
    "parts",
    [
        {"names": '<definedName name="n">1</definedName>' * 500_000},
        {"xfs": "<xf/>" * 2_000_000},
        {"xfs": "<xf/>" * (limits.BOOK_OTHERS + 1)},
        {"rows": f"<row>{'<c/>' * (limits.BOOK_CELLS + 1)}</row>"},
        {"texts": "<si/>" * (limits.BOOK_CELLS + 1)},
        {"rows": "<row/>" * (limits.BOOK_ELEMENTS + 1)},
        {"links": [("hyperlink", "https://x.example/", "External")] * 20_000},
    ],
    ids=["names", "formats", "few_formats", "cells", "texts", "rows", "links"],
)
def test_a_workbook_of_too_many_elements_is_refused_unopened(parts):
    upload = SimpleUploadedFile("hoja.xlsx", workbook(**parts))

    with pytest.raises(RefusedFileError) as refused:
        pages_of(upload)

    assert refused.value.code == "unpacked"


def test_both_pages_refuse_it_in_words(client):
    bomb = workbook(xfs="<xf/>" * (limits.BOOK_OTHERS + 1))
    filler = Filler(client)
    keeper = Keeper(client, make_reviewer(), make_plan(status="in_preparation"))

    brought = keeper.bring(bomb)
    client.force_login(filler.user)
    uploaded = filler.upload(bomb)

    told = "tiene mucho más que un documento"
    assert [told in page.content.decode() for page in (brought, uploaded)] == [True] * 2


def test_our_own_workbooks_use_a_small_part_of_the_room(client, monkeypatch):
    used = []

    class Noted(office.BookRoom):
        def __init__(self):
            super().__init__()
            used.append(self)

    monkeypatch.setattr(office, "BookRoom", Noted)
    plan = make_plan(code="p", status="in_preparation")
    make_agency(acronym="MIP")
    keeper = Keeper(client, make_reviewer(), plan)
    keeper.bring(fill(keeper.take()))
    filler = Filler(client)
    filler.upload(filler.download())

    assert len(used) == 2
    for room in used:
        assert room.others > limits.BOOK_OTHERS * 0.8
        assert room.cells > limits.BOOK_CELLS * 0.9
        assert room.elements > limits.BOOK_ELEMENTS * 0.9


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

"""A small file that unpacks to very much is refused before a workbook is opened."""

import io
import struct
import warnings
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from strategic_areas.evidence import RefusedFileError
from strategic_areas.workbooks import reading
from strategic_areas.workbooks.reading import read_pages
from tests import make
from tests.strategic_areas.filling import Filler
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

pytestmark = pytest.mark.django_db

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PARTS = {
    "worksheet": "xl/worksheets/sheet1.xml",
    "styles": "xl/styles.xml",
    "sharedStrings": "xl/sharedStrings.xml",
}


def workbook(names="", xfs="", rows="", texts="", links=()):
    """A workbook with these pieces of XML in its parts."""
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
        {"xfs": "<xf/>" * (reading.MOST_OTHERS + 1)},
        {"rows": f"<row>{'<c/>' * (reading.MOST_CELLS + 1)}</row>"},
        {"texts": "<si/>" * (reading.MOST_CELLS + 1)},
        {"rows": "<row/>" * (reading.MOST_ELEMENTS + 1)},
        {"links": [("hyperlink", "https://x.example/", "External")] * 20_000},
    ],
    ids=["names", "formats", "few_formats", "cells", "texts", "rows", "links"],
)
def test_a_workbook_of_too_many_elements_is_refused_unopened(parts):
    upload = SimpleUploadedFile("hoja.xlsx", workbook(**parts))

    with pytest.raises(RefusedFileError) as refused:
        read_pages(upload)

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
MANY_FORMATS = f"<a>{'<xf/>' * reading.MOST_OTHERS}</a>"
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
            {f"{number}.xml": "<a/>" for number in range(reading.MOST_PARTS)}
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
        read_pages(SimpleUploadedFile("hoja.xlsx", content))

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
    bomb = workbook(xfs="<xf/>" * (reading.MOST_OTHERS + 1))
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
        assert counted.others < reading.MOST_OTHERS * 0.2
        assert counted.cells < reading.MOST_CELLS * 0.1
        assert counted.elements < reading.MOST_ELEMENTS * 0.1


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

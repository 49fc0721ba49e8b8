"""Documents and workbooks that somebody means to slip by, or that tell too much."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment
from PIL import Image

from strategic_areas.evidence import RefusedFileError, clean, office
from tests.uploads import (
    OFFICE,
    OPEN,
    make_image,
    make_office,
    make_photo,
    make_relations,
    unzip,
    upload,
)

WORD = f"{OPEN}.wordprocessingml"
SHEET = f"{OPEN}.spreadsheetml"
EDITIONS = {
    "transitional": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "strict": "http://purl.oclc.org/ooxml/wordprocessingml/main",
}
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
MICROSOFT = "http://schemas.microsoft.com/office"
HIDDEN = "Yuleisy"


def refusal(name, content):
    """The code of a refusal; the test fails when there is none, or it gives no help."""
    with pytest.raises(RefusedFileError) as caught:
        clean(upload(name, content))
    assert caught.value.what
    assert caught.value.how
    return caught.value.code


def cleaned(name, content):
    """The parts of a file that was taken; what it holds nowhere is ``HIDDEN``."""
    stored = clean(upload(name, content)).content
    parts = unzip(stored)
    assert not any(HIDDEN.encode() in part for part in parts.values())
    assert clean(upload(name, stored)).content == stored
    return parts


def document(body, edition="transitional", prefix="w"):
    return (
        f'<{prefix}:document xmlns:{prefix}="{EDITIONS[edition]}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        'xmlns:v="urn:schemas-microsoft-com:vml">'
        f"<{prefix}:body>{body}</{prefix}:body></{prefix}:document>"
    )


def docx(body, **options):
    return make_office(parts={"word/document.xml": document(body, **options)})


def sheet(body):
    return make_office(
        "xlsx",
        {"xl/worksheets/sheet1.xml": f"<worksheet>{body}</worksheet>"},
        links=[("worksheet", "xl/worksheets/sheet1.xml")],
    )


def workbook(body):
    return make_office("xlsx", {"xl/workbook.xml": f"<workbook>{body}</workbook>"})


# Tracked changes and comments

TRACKED = [
    "<w:ins w:author='Ana'><w:r/></w:ins>",
    f"<w:del w:author='Ana'><w:r><w:delText>{HIDDEN}</w:delText></w:r></w:del>",
    f"<w:moveFrom><w:r><w:t>{HIDDEN}</w:t></w:r></w:moveFrom>",
    "<w:moveToRangeStart w:author='Ana'/>",
    "<w:p><w:pPr><w:rPr><w:del w:author='Ana'/></w:rPr></w:pPr></w:p>",
    "<w:r><w:rPr><w:rPrChange w:author='Ana'/></w:rPr></w:r>",
    "<w:tblPr><w:tblPrChange w:author='Ana'/></w:tblPr>",
    "<w:tcPr><w:cellDel w:author='Ana'/></w:tcPr>",
    "<w:customXmlDelRangeStart w:author='Ana'/>",
]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("body", TRACKED)
def test_a_document_that_tracks_changes_is_refused(body, edition):
    assert refusal("a.docx", docx(body, edition=edition)) == "tracked"


def test_tracked_changes_are_found_in_every_part():
    deleted = document(TRACKED[1].replace("w:", "o:"), prefix="o")
    content = make_office(
        parts={"datos/x.bin": deleted},
        links=[("footnotes", "datos/x.bin")],
        types={"datos/x.bin": f"{WORD}.footnotes+xml"},
    )

    assert refusal("a.docx", content) == "tracked"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_is_read(encoding):
    text = f"<?xml version='1.0'?>{document(TRACKED[1])}"
    content = make_office(parts={"word/document.xml": text.encode(encoding)})

    assert refusal("a.docx", content) == "tracked"


def test_what_is_stored_is_in_utf8():
    text = f"<?xml version='1.0' encoding='utf-16'?>{document('Año')}"
    content = make_office(parts={"word/document.xml": text.encode("utf-16")})

    assert "Año".encode() in cleaned("a.docx", content)["word/document.xml"]


@pytest.mark.parametrize(
    ("extension", "kind", "content_type"),
    [
        ("docx", "comments", f"{WORD}.comments+xml"),
        ("docx", f"{STRICT}/comments", f"{WORD}.comments+xml"),
        (
            "docx",
            f"{MICROSOFT}/2011/relationships/commentsExtended",
            f"{WORD}.commentsExtended+xml",
        ),
        ("xlsx", "comments", f"{SHEET}.comments+xml"),
        (
            "xlsx",
            f"{MICROSOFT}/2017/10/relationships/threadedComment",
            "application/vnd.ms-excel.threadedcomments+xml",
        ),
    ],
)
@pytest.mark.parametrize("name", ["word/comments.xml", "x/nada.png"])
def test_a_file_with_comments_is_refused(extension, kind, content_type, name):
    text = f"<comments><author>Ana</author><t>{HIDDEN}</t></comments>"
    told_by_type = make_office(extension, {name: text}, types={name: content_type})
    told_by_relation = make_office(
        extension,
        {name: text},
        links=[(kind, name)],
        types={name: f"{WORD}.styles+xml"},
    )

    assert refusal(f"a.{extension}", told_by_type) == "comments"
    assert refusal(f"a.{extension}", told_by_relation) == "comments"


def test_a_comment_that_openpyxl_writes_is_refused():
    book, written = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"].comment = Comment(HIDDEN, "Ana")
    book.save(written)

    assert refusal("a.xlsx", written.getvalue()) == "comments"


def test_a_shared_workbooks_log_is_refused():
    content = make_office(
        "xlsx",
        {"xl/r.xml": "<headers/>"},
        types={"xl/r.xml": f"{SHEET}.revisionHeaders+xml"},
    )

    assert refusal("a.xlsx", content) == "tracked"


# Who wrote it, when and where


def test_a_document_loses_what_tells_of_people_and_computers():
    settings = (
        f"<w:settings xmlns:w='urn:w'><w:rsids><w:rsid w:val='{HIDDEN}'/></w:rsids>"
        f"<w14:conflictMode xmlns:w14='x'/><webVideoPr embeddedHtml='{HIDDEN}'/>"
        f"<w:docVars><w:docVar w:val='{HIDDEN}'/></w:docVars><w:zoom/></w:settings>"
    )
    body = (
        f"<w:p w:rsidR='{HIDDEN}'><w:permStart w:ed='{HIDDEN}'/><!--{HIDDEN}-->"
        f"<?word {HIDDEN}?><w:r><w:t>Acta</w:t></w:r></w:p>"
        f"<v:shape alt='C:\\Users\\{HIDDEN}\\foto.jpg' href='file://{HIDDEN}' "
        f"gfxdata='{HIDDEN}'/>"
    )
    dropped = {
        "word/people.xml": ("people", f"{WORD}.people+xml"),
        "word/glossary/document.xml": (
            "glossaryDocument",
            f"{WORD}.document.glossary+xml",
        ),
        "customXml/item1.xml": ("customXml", "application/xml"),
        "word/intelligence2.xml": (
            f"{MICROSOFT}/2020/10/relationships/intelligence",
            "application/vnd.ms-office.intelligence2+xml",
        ),
        "word/printer.bin": ("printerSettings", f"{WORD}.printerSettings"),
    }
    content = make_office(
        parts={
            "word/document.xml": document(body),
            "word/settings.xml": settings,
            **dict.fromkeys(dropped, f"<a>{HIDDEN}</a>"),
        },
        links=[
            ("settings", "word/settings.xml"),
            *((kind, name) for name, (kind, _) in dropped.items()),
        ],
        types={name: kind for name, (_, kind) in dropped.items()},
    )

    parts = cleaned("a.docx", content)

    assert set(parts) == {
        "[Content_Types].xml",
        "_rels/.rels",
        "word/document.xml",
        "word/_rels/document.xml.rels",
        "word/settings.xml",
    }
    assert b"Acta" in parts["word/document.xml"]
    assert b"zoom" in parts["word/settings.xml"]


def test_a_workbook_loses_what_tells_of_people_and_computers():
    content = workbook(
        f"<fileSharing userName='{HIDDEN}'/><absPath url='C:\\{HIDDEN}\\'/>"
        f"<customWorkbookViews><customWorkbookView name='{HIDDEN}'/>"
        "</customWorkbookViews><sheets/>"
    )

    assert b"<sheets/>" in cleaned("a.xlsx", content)["xl/workbook.xml"]


def test_a_workbook_of_openpyxl_stays_readable_without_its_author():
    book, written = openpyxl.Workbook(), io.BytesIO()
    book.properties.creator = HIDDEN
    book.active["A1"] = "Año"
    book.active["A2"] = "=SUM(B1:B3)"
    book.active["A3"].hyperlink = "https://example.org/"
    book.save(written)

    stored = clean(upload("a.xlsx", written.getvalue())).content

    after = openpyxl.load_workbook(io.BytesIO(stored))
    assert after.active["A1"].value == "Año"
    assert after.active["A2"].value == "=SUM(B1:B3)"
    assert after.active["A3"].hyperlink.target == "https://example.org/"
    assert after.properties.creator != HIDDEN
    cleaned("a.xlsx", written.getvalue())


# Pictures


def picture(content, name, content_type):
    return make_office(
        parts={name: content},
        links=[("image", name)],
        types={name: content_type} if content_type else {},
        defaults={"jpe": "image/jpeg", "JFIF": "image/jpeg"},
    )


def with_exif(file_format):
    exif = Image.Exif()
    exif[0x010F] = HIDDEN
    return make_image(file_format, exif=exif)


@pytest.mark.parametrize(
    ("content", "name", "content_type"),
    [
        (with_exif("JPEG"), "word/media/image1.jpe", None),
        (with_exif("JPEG"), "word/media/image1.jfif", None),
        (with_exif("JPEG"), "word/media/image1.dat", "image/jpeg"),
        (with_exif("JPEG"), "word/styles.xml", "image/x-unknown"),
        (with_exif("TIFF"), "word/media/image1.tiff", "image/tiff"),
        (with_exif("TIFF"), "word/media/image1.png", None),
        (with_exif("PNG"), "word/media/image1.PNG", None),
        (with_exif("WEBP"), "word/media/image1.webp", "image/webp"),
        (make_image("GIF", comment=HIDDEN.encode()), "word/media/a.gif", "image/gif"),
        (make_image("BMP") + HIDDEN.encode(), "word/media/a.bmp", "image/bmp"),
        (make_image("JPEG") + HIDDEN.encode(), "word/media/a.jpeg", None),
    ],
    ids=lambda value: "picture" if isinstance(value, bytes) else value,
)
def test_a_picture_of_any_kind_and_name_is_written_anew(content, name, content_type):
    assert HIDDEN.encode() in content

    parts = cleaned("a.docx", picture(content, name, content_type))

    with Image.open(io.BytesIO(parts[name])) as after:
        assert after.size == (8, 6)
        assert dict(after.getexif()) == {}
        assert Image.MIME[after.format].encode() in parts["[Content_Types].xml"]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"\x01\0\0\0" + bytes(36) + b" EMF" + bytes(60), "image/x-emf"),
        (b"\xd7\xcd\xc6\x9a" + bytes(60), "image/x-wmf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (make_photo()[:300], "image/jpeg"),
    ],
    ids=["emf", "wmf", "svg", "damaged"],
)
def test_a_picture_that_cannot_be_written_anew_is_refused(content, content_type):
    file = picture(content, "word/media/image1.png", content_type)

    assert refusal("a.docx", file) == "picture"


def test_the_points_of_all_pictures_are_counted(monkeypatch):
    monkeypatch.setattr(office, "EMBEDDED_PIXELS", 2 * 48)
    names = [f"word/media/image{number}.png" for number in range(3)]
    images = dict.fromkeys(names, make_image())

    def linked(some):
        parts = {name: images[name] for name in some}
        return make_office(parts=parts, links=[("image", name) for name in some])

    assert cleaned("a.docx", linked(names[:2]))
    assert refusal("a.docx", linked(names)) == "unpacked"


# What runs, fetches or leads elsewhere

FIELDS = [
    "<w:instrText><![CDATA[DDEAUTO c:\\\\cmd.exe]]></w:instrText>",
    "<w:instrText><![CDATA[D]]>DE<![CDATA[AUTO c:\\\\cmd.exe]]></w:instrText>",
    "<w:instrText>&#68;&#x44;E a b</w:instrText>",
    "<w:fldChar w:fldCharType='begin'/><w:instrText>PAGE</w:instrText>"
    "<w:fldChar w:fldCharType='end'/><w:fldChar w:fldCharType='begin'/>"
    "<w:instrText>DD</w:instrText><w:instrText>EAUTO x</w:instrText>",
    "<w:fldChar w:fldCharType='begin'/><w:instrText>INCLUDE</w:instrText>"
    "<w:fldChar w:fldCharType='begin'/><w:instrText>PAGE</w:instrText>"
    "<w:fldChar w:fldCharType='end'/><w:instrText>PICTURE x</w:instrText>",
    "<mc:AlternateContent><mc:Choice><w:instrText>a</w:instrText></mc:Choice>"
    "<mc:Fallback><w:instrText>DDE x</w:instrText></mc:Fallback></mc:AlternateContent>",
    "<w:fldSimple w:instr='&#68;DE a b'/>",
    "<w:fldSimple w:instr='RD \\\\\\\\host\\\\a.docx'/>",
]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("body", FIELDS)
def test_a_field_that_fetches_is_refused_however_it_is_written(body, edition):
    assert refusal("a.docx", docx(body, edition=edition)) == "active"


@pytest.mark.parametrize(
    "target", ['"file:///c:/a.exe"', '"\\\\\\\\host\\\\a"', "C:\\\\a.exe", "b.docx"]
)
def test_a_field_that_links_elsewhere_is_refused(target):
    body = f"<w:instrText> HYPERLINK {target}</w:instrText>"

    assert refusal("a.docx", docx(body)) == "from_elsewhere"


@pytest.mark.parametrize(
    "code",
    [
        ' HYPERLINK \\l "_Toc1" ',
        ' HYPERLINK "https://example.org/a" \\o "Nota" ',
        ' HYPERLINK "mailto:a@example.org"',
        ' HYPERLINK "https://example.org/a" \\* MERGEFORMAT ',
        ' TOC \\o "1-3" \\h \\z \\u ',
        " PAGE \\* MERGEFORMAT",
    ],
)
def test_the_fields_of_plain_documents_are_taken(code):
    body = (
        "<w:fldChar w:fldCharType='begin'/>"
        f"<w:instrText>{code}</w:instrText>"
        "<w:fldChar w:fldCharType='separate'/><w:fldChar w:fldCharType='begin'/>"
        "<w:instrText>PAGEREF _Toc1 \\h</w:instrText><w:fldChar w:fldCharType='end'/>"
        "<w:fldChar w:fldCharType='end'/>"
    )

    assert cleaned("a.docx", docx(body))


ACTIVE_PARTS = [
    ("docx", "vbaProject", "application/vnd.ms-office.vbaProject"),
    ("docx", "oleObject", f"{OPEN}.oleObject"),
    ("docx", "package", f"{SHEET}.sheet"),
    ("docx", "aFChunk", "text/html"),
    ("docx", "control", "application/vnd.ms-office.activeX+xml"),
    ("xlsx", "externalLink", f"{SHEET}.externalLink+xml"),
    ("xlsx", "connections", f"{SHEET}.connections+xml"),
    ("xlsx", "queryTable", f"{SHEET}.queryTable+xml"),
    ("xlsx", "dialogsheet", f"{SHEET}.dialogsheet+xml"),
    ("xlsx", "pivotCacheDefinition", f"{SHEET}.pivotCacheDefinition+xml"),
    (
        "xlsx",
        "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet",
        "application/vnd.ms-excel.macrosheet+xml",
    ),
    ("xlsx", "volatileDependencies", f"{SHEET}.volatileDependencies+xml"),
]


@pytest.mark.parametrize(("extension", "kind", "content_type"), ACTIVE_PARTS)
@pytest.mark.parametrize("told_by", ["relation", "strict", "override", "default"])
def test_an_active_part_is_refused_under_any_name(
    extension, kind, content_type, told_by
):
    name, plain = "word/media/nada.tmp", f"{WORD}.styles+xml"
    strict = f"{STRICT}/{kind.rpartition('/')[2]}"
    options = {
        "relation": {"links": [(kind, name)], "types": {name: plain}},
        "strict": {"links": [(strict, name)], "types": {name: plain}},
        "override": {"links": [("styles", name)], "types": {name: content_type}},
        "default": {"links": [("styles", name)], "defaults": {"TMP": content_type}},
    }[told_by]

    content = make_office(extension, {name: "<a/>"}, **options)

    assert refusal(f"a.{extension}", content) == "active"


def test_a_part_whose_type_nobody_declares_is_refused():
    assert refusal("a.docx", make_office(parts={"x/y.bin": b"MZ"})) == "active"


@pytest.mark.parametrize("name", ["[content_types].xml", "[Content_Types].XML"])
def test_a_second_or_otherwise_written_list_of_types_counts_for_nothing(name):
    types = unzip(make_office())["[Content_Types].xml"]
    parts = {name: types}

    assert refusal("a.docx", make_office(parts=parts)) == "not_its_kind"
    alone = make_office(parts=parts, without=["[Content_Types].xml"])
    assert refusal("a.docx", alone) == "not_its_kind"


def test_the_main_part_is_the_one_that_the_relation_names():
    harmless = make_office(parts={"word/otro.xml": document(TRACKED[1])})
    parts = unzip(harmless)
    parts["_rels/.rels"] = make_relations(
        ("officeDocument", "word/otro.xml", "Internal")
    )
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"word/document.xml", b"WORD/OTRO.XML"
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)

    assert refusal("a.docx", written.getvalue()) == "tracked"


def test_a_part_that_no_relation_reaches_is_left_behind():
    content = make_office(parts={"word/old.xml": f"<a>{HIDDEN}</a>"})

    assert "word/old.xml" not in cleaned("a.docx", content)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (f"{STRICT}/attachedTemplate", "https://example.org/a.dotm"),
        (f"{STRICT}/image", "https://example.org/a.png"),
        ("frame", "https://example.org/a.docx"),
        ("subDocument", "https://example.org/a.docx"),
        ("hyperlink", "\\\\host\\share"),
        ("hyperlink", "https:\\\\host\\share"),
        ("hyperlink", " file:///c:/a.exe"),
        ("hyperlink", "https:///c:/a.exe"),
    ],
)
def test_a_relation_that_leads_elsewhere_is_refused_in_every_part(kind, target):
    content = make_office(
        parts={
            "word/header1.xml": "<a/>",
            "word/_rels/header1.xml.rels": make_relations((kind, target, "External")),
        },
        links=[("header", "word/header1.xml")],
    )

    assert refusal("a.docx", content) == "from_elsewhere"


FORMULAS = [
    'WEBSERVICE("https://example.org/?"&amp;A1)',
    '_xlfn.WEBSERVICE ("https://example.org")',
    "<![CDATA[WEB]]>SERVICE(A1)",
    'IMPORTXML("https://example.org","//a")',
    '_xlfn.IMAGE("https://example.org/a.png")',
    "cmd|'/c calc'!A0",
    "'cmd'|'/c calc'!A0",
    "'\\\\host\\share\\[b.xlsx]Hoja1'!A1",
    "'C:\\datos\\[b.xlsx]Hoja1'!A1",
    "'file:///c:/b.ods'#Hoja1.A1",
    "RTD(A1,,A2)",
    "CALL(A1)",
    "_xll.Foo(A1)",
    'HYPERLINK("file:///c:/a.exe","x")',
    'HYPERLINK("\\\\host\\share")',
    "HYPERLINK(A1)",
]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize(
    "place",
    ["<c><f>{}</f></c>", "<dataValidation><formula1>{}</formula1></dataValidation>"],
)
def test_a_formula_that_fetches_or_starts_anything_is_refused(formula, place):
    assert refusal("a.xlsx", sheet(place.format(formula))) == "active"


@pytest.mark.parametrize(
    "names",
    [
        "<definedName name='a'>WEBSERVICE(A1)</definedName>",
        "<definedName name='Auto_Open'>Hoja1!A1</definedName>",
        "<definedName name='_xlnm.Auto_Close'>Hoja1!A1</definedName>",
        "<definedName name='a' vbProcedure='1'>x</definedName>",
        "<definedName name='a' xlm='true'>x</definedName>",
    ],
)
def test_a_name_that_runs_anything_is_refused(names):
    content = workbook(f"<definedNames>{names}</definedNames>")

    assert refusal("a.xlsx", content) == "active"


@pytest.mark.parametrize(
    "element",
    [
        "<ddeLink ddeService='cmd' ddeTopic='/c calc'/>",
        "<oleLink progId='x'/>",
        "<sp macro='[0]!Foo'/>",
        "<a><FmlaMacro>[0]!Foo</FmlaMacro></a>",
    ],
)
def test_an_element_that_starts_anything_is_refused_in_any_part(element):
    for content in (sheet(element), workbook(element)):
        assert refusal("a.xlsx", content) == "active"


@pytest.mark.parametrize(
    "formula",
    [
        "SUM(A1:A3)",
        "'Hoja 1'!A1&amp;\" | \"&amp;B2",
        'HYPERLINK("https://example.org/a","Nota")',
        'HYPERLINK("#\'Hoja 1\'!A1","Ir")',
        "VLOOKUP(A1,Tabla1[[#All],[Provincia]],2,FALSE)",
        'IF(A1="","—",TEXT(A1,"dd/mm/yyyy"))',
    ],
)
def test_formulas_that_count_are_taken(formula):
    parts = cleaned("a.xlsx", sheet(f"<c><f>{formula}</f></c>"))

    assert formula.encode() in parts["xl/worksheets/sheet1.xml"].replace(
        b"&quot;", b'"'
    )


def test_more_elements_than_any_document_has_are_refused(monkeypatch):
    monkeypatch.setattr(office, "XML_ELEMENTS", 200)

    assert cleaned("a.docx", docx("<w:p/>" * 90))
    assert refusal("a.docx", docx("<w:p/>" * 201)) == "unpacked"


def test_more_attributes_than_any_element_has_are_refused():
    body = "<w:p " + " ".join(f"a{number}='1'" for number in range(1_001)) + "/>"

    assert refusal("a.docx", docx(body)) == "unpacked"


def test_a_tag_without_an_end_is_refused_before_it_is_read():
    assert refusal("a.docx", docx(f"<w:p a='{'>' * 1_000_001}'/>")) == "not_its_kind"


def test_more_xml_than_any_document_has_is_refused(monkeypatch):
    monkeypatch.setattr(office, "XML_BYTES", 20_000)

    assert refusal("a.docx", docx(" " * 20_000)) == "unpacked"


def test_relations_of_both_editions_are_followed():
    content = make_office(
        parts={"word/header1.xml": f"<a>{HIDDEN}<del/></a>"},
        links=[(f"{STRICT}/header", "word/header1.xml")],
    )
    assert OFFICE not in STRICT

    assert refusal("a.docx", content) == "tracked"

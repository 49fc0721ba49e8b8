"""What is taken as a file of evidence, what is refused, and what is left behind."""

import io
import resource
import struct
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from strategic_areas.evidence import (
    FILE_BYTES,
    RefusedFileError,
    clean,
    limits,
    office,
    write,
)
from strategic_areas.models import Evidence
from strategic_areas.models.trail import evidence_storage
from tests.uploads import (
    MAIN_PARTS,
    make_huge_png,
    make_image,
    make_office,
    make_packed_pdf,
    make_pdf,
    make_photo,
    make_zip,
    relation,
    unzip,
    upload,
)

MAKERS = {
    "pdf": make_pdf,
    "jpg": lambda: make_image("JPEG"),
    "jpeg": lambda: make_image("JPEG"),
    "png": make_image,
    "xlsx": lambda: make_office("xlsx"),
    "docx": lambda: make_office("docx"),
    "csv": lambda: b"Provincia;Talleres\nAzua;3\n",
}
HTML = b"<html><script>alert(1)</script></html>"


def refusal(name, content):
    """The refusal of an upload; the test fails when there is none."""
    with pytest.raises(RefusedFileError) as caught:
        clean(upload(name, content))
    return caught.value


# Kinds


@pytest.mark.parametrize("extension", MAKERS)
def test_each_kind_is_taken_under_its_own_content_type(extension):
    cleaned = clean(upload(f"Acta.{extension}", MAKERS[extension]()))

    assert cleaned.name == f"Acta.{extension}"
    assert cleaned.content_type == limits.EXTENSIONS[extension]
    assert cleaned.size == len(cleaned.content)
    assert len(cleaned.sha256) == 64


@pytest.mark.parametrize("extension", MAKERS)
def test_what_was_cleaned_is_clean(extension):
    once = clean(upload(f"a.{extension}", MAKERS[extension]()))

    again = clean(upload(f"a.{extension}", once.content))

    assert again.content_type == once.content_type


@pytest.mark.parametrize("extension", MAKERS)
def test_a_capital_extension_is_the_same(extension):
    cleaned = clean(upload(f"ACTA.{extension.upper()}", MAKERS[extension]()))

    assert cleaned.content_type == limits.EXTENSIONS[extension]


@pytest.mark.parametrize(
    "name",
    [
        "a.svg",
        "a.html",
        "a.zip",
        "a.xlsm",
        "a.docm",
        "a.gif",
        "a.exe",
        "a.pdf.exe",
        "pdf",
        "a",
        "a.",
        "a.pdf%00.exe",
    ],
)
def test_other_kinds_are_refused_by_name(name):
    content = make_pdf()  # good content must not excuse the name

    error = refusal(name, content)

    assert error.code == "extension"


@pytest.mark.parametrize(
    "name", ["a.php.jpg", "a.exe.jpg", "a.jpg.jpg", "a.html.b.jpg", "a.SVG.jpg"]
)
def test_a_double_extension_is_refused(name):
    error = refusal(name, make_image("JPEG"))

    assert error.code == "double_extension"


@pytest.mark.parametrize(
    "name", ["Informe v1.2.jpg", "Acta 12.03.2025.jpg", "No. 5.jpg"]
)
def test_a_dot_in_a_name_is_no_second_extension(name):
    assert clean(upload(name, make_image("JPEG"))).name == name


@pytest.mark.parametrize("claimed", MAKERS)
@pytest.mark.parametrize("real", ["pdf", "jpg", "png", "xlsx", "docx"])
def test_content_that_is_not_what_the_name_says_is_refused(claimed, real):
    same = {"jpeg": "jpg"}.get(claimed, claimed) == real
    if same:
        assert clean(upload(f"a.{claimed}", MAKERS[real]())).size
        return

    error = refusal(f"a.{claimed}", MAKERS[real]())

    assert error.code == "not_its_kind"


@pytest.mark.parametrize("extension", MAKERS)
@pytest.mark.parametrize(
    "content",
    [b"", HTML, b"GIF89a" + HTML, b"<svg xmlns='x' onload='a()'/>", b"\0" * 100],
)
def test_nothing_markup_and_zeros_are_refused_under_every_name(extension, content):
    assert refusal(f"a.{extension}", content).code in {"empty", "not_its_kind"}


@pytest.mark.parametrize("extension", [each for each in MAKERS if each != "csv"])
def test_a_file_that_was_cut_off_is_refused(extension):
    content = MAKERS[extension]()

    error = refusal(f"a.{extension}", content[: len(content) // 2])

    assert error.code in {"two_in_one", "not_its_kind"}


def test_more_than_ten_megabytes_are_refused():
    row = b"a" * 1023 + b"\n"
    table = row * (FILE_BYTES // len(row))
    taken = clean(upload("a.csv", table))

    error = refusal("a.csv", table + b"a")

    assert (taken.size, error.code) == (FILE_BYTES, "size")


# Names


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("..\\..\\windows\\a.png", "a.png"),
        ("C:\\fotos\\a.png", "a.png"),
        ("/etc/a.png", "a.png"),
        ("CON.png", "_CON.png"),
        ("com1.x.png", "_com1.x.png"),
        (".png", "evidencia.png"),
        ("....png", "evidencia.png"),
        ("a\u202egnp.png", "agnp.png"),
        ("a\u200b\r\nSet-Cookie: x.png", "aSet-Cookie x.png"),
        ('a"; filename="b.png', "a ; filename= b.png"),
        ("<b>año</b>.png", "b.png"),
        ("  Año   nuevo .png", "Año nuevo.png"),
        ("a\0.png", "a.png"),
        ("n\u0303.png", "ñ.png"),
        ("x" * 300 + ".png", "x" * 96 + ".png"),
    ],
)
def test_a_name_is_kept_without_what_could_do_harm(given, kept):
    assert clean(upload(given, make_image())).name == kept


def test_a_name_that_only_looks_right_is_refused():
    assert refusal("acta\u202efdp.exe", make_pdf()).code == "extension"


# Polyglots


@pytest.mark.parametrize("extension", ["pdf", "png", "jpg", "xlsx", "docx"])
def test_a_packed_file_behind_another_is_refused(extension):
    hidden = make_zip({"a.html": HTML})

    assert refusal(f"a.{extension}", MAKERS[extension]() + hidden).code == "two_in_one"


@pytest.mark.parametrize("extension", ["pdf", "png", "xlsx", "docx"])
def test_markup_behind_a_file_is_refused(extension):
    assert refusal(f"a.{extension}", MAKERS[extension]() + HTML).code == "two_in_one"


@pytest.mark.parametrize("extension", ["pdf", "png", "jpg", "xlsx", "docx"])
def test_markup_before_a_file_is_refused(extension):
    error = refusal(f"a.{extension}", HTML + MAKERS[extension]())

    assert error.code in {"two_in_one", "not_its_kind"}


def test_what_follows_a_photo_is_left_behind():
    content = make_image("JPEG") + HTML  # telephones append a second picture

    cleaned = clean(upload("a.jpg", content))

    assert b"script" in content
    assert b"script" not in cleaned.content


def test_a_packed_file_inside_the_comment_of_a_pdf_is_refused():
    hidden = make_zip({"a.html": HTML})
    content = make_pdf() + b"%" + hidden + b"\n%%EOF\n"

    assert refusal("a.pdf", content).code == "two_in_one"


def test_a_comment_of_a_packed_file_is_refused():
    written = io.BytesIO(make_office())
    with zipfile.ZipFile(written, "a") as packed:
        packed.comment = HTML

    assert refusal("a.docx", written.getvalue()).code == "two_in_one"


# Pictures


def test_a_photo_loses_camera_place_and_comment_and_stands_upright():
    photo = make_photo()
    with Image.open(io.BytesIO(photo)) as before:
        assert before.getexif().get_ifd(0x8825)[1] == "N"

    cleaned = clean(upload("foto.jpg", photo))

    with Image.open(io.BytesIO(cleaned.content)) as after:
        assert dict(after.getexif()) == {}
        assert after.size == (6, 8)
        assert "comment" not in after.info
    assert b"Ana" not in cleaned.content
    assert b"Exif" not in cleaned.content


def test_a_png_loses_texts_profile_and_time():
    info = PngInfo()
    info.add_text("Author", "Ana")
    content = make_image(pnginfo=info, icc_profile=b"perfil de Ana")
    assert b"tEXt" in content
    assert b"iCCP" in content

    cleaned = clean(upload("a.png", content))

    with Image.open(io.BytesIO(cleaned.content)) as after:
        assert after.info == {}
    assert b"tEXt" not in cleaned.content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_mode_is_taken(mode):
    cleaned = clean(upload("a.png", make_image(mode=mode)))

    with Image.open(io.BytesIO(cleaned.content)) as after:
        assert after.size == (8, 6)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_of_any_mode_is_taken(mode):
    cleaned = clean(upload("a.jpg", make_image("JPEG", mode=mode)))

    with Image.open(io.BytesIO(cleaned.content)) as after:
        assert after.size == (8, 6)


def test_transparency_stays():
    content = make_image(mode="P", transparency=0)

    cleaned = clean(upload("a.png", content))

    with Image.open(io.BytesIO(cleaned.content)) as after:
        assert after.getpixel((0, 0))[3] == 0


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(20_000, 20_000), (8_000, 5_001)])
def test_a_picture_of_too_many_points_is_refused_before_it_is_unpacked(size):
    content = make_huge_png(*size)

    error = refusal("a.png", content)

    assert len(content) < 200
    assert error.code == "too_many_points"


def test_forty_million_points_are_not_too_many():
    content = make_image(size=(8_000, 5_000), mode="1")

    assert clean(upload("a.png", content)).size


# PDFs


def in_root(key, value):
    def change(pdf):
        pdf.Root[key] = value(pdf) if callable(value) else value

    return change


def on_page(key, value):
    def change(pdf):
        pdf.pages[0].obj[key] = value

    return change


def attach_file(pdf):
    pdf.attachments["lista.txt"] = b"nombres"


def attach_without_type(pdf):
    stream = pdf.make_stream(b"nombres")
    pdf.pages[0].obj["/Annots"] = Array(
        [
            Dictionary(
                Subtype=Name.FileAttachment, FS=Dictionary(EF=Dictionary(F=stream))
            )
        ]
    )


def deep(pdf):
    nested = Dictionary(S=Name.JavaScript)
    for _ in range(50):
        nested = Array([Dictionary(Next=nested)])
    pdf.pages[0].obj["/Deep"] = nested


def action(kind, **fields):
    return Array([Dictionary(Subtype=Name.Link, A=Dictionary(S=Name(kind), **fields))])


ACTIVE_PDFS = {
    "script": on_page("/Annots", action("/JavaScript", JS=String("app.alert(1)"))),
    "script that is only a key": on_page("/X", Dictionary(JS=String("a()"))),
    "named scripts": in_root(
        "/Names", Dictionary(JavaScript=Dictionary(Names=Array()))
    ),
    "script far inside": deep,
    "actions of a page": on_page("/AA", Dictionary()),
    "actions of the document": in_root("/AA", Dictionary()),
    "start of a program": on_page("/Annots", action("/Launch", F=String("a.exe"))),
    "sending of a form": on_page("/Annots", action("/SubmitForm", F=String("x"))),
    "import of data": on_page("/Annots", action("/ImportData", F=String("x"))),
    "film": on_page("/Annots", Array([Dictionary(Subtype=Name.RichMedia)])),
    "form of another kind": in_root("/AcroForm", Dictionary(XFA=String("x"))),
    "file": attach_file,
    "file that hides its type": attach_without_type,
    "file that nothing names": on_page("/X", Dictionary(Type=Name.EmbeddedFile)),
    "list of files": in_root("/Names", Dictionary(EmbeddedFiles=Dictionary())),
    "opening script": in_root("/OpenAction", Dictionary(S=Name.JavaScript)),
    "opening address": in_root(
        "/OpenAction", Dictionary(S=Name.URI, URI=String("https://example.org"))
    ),
    "opening of another document": in_root(
        "/OpenAction", Dictionary(S=Name.GoToR, F=String("b.pdf"), D=String("x"))
    ),
    "opening that goes on": in_root(
        "/OpenAction",
        Dictionary(S=Name.GoTo, D=String("x"), Next=Dictionary(S=Name.URI)),
    ),
    "opening elsewhere in the file": in_root(
        "/OpenAction", lambda pdf: pdf.make_indirect(Dictionary(S=Name.Named))
    ),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ACTIVE_PDFS)
def test_an_active_pdf_is_refused(kind, packed):
    mode = pikepdf.ObjectStreamMode
    content = make_pdf(
        ACTIVE_PDFS[kind],
        object_stream_mode=mode.generate if packed else mode.disable,
    )

    error = refusal("a.pdf", content)

    assert error.code == "active"


OPENINGS = {
    "place": lambda pdf: Array([pdf.pages[0].obj, Name.XYZ, 0, 0, 0]),
    "name": lambda pdf: Name.inicio,
    "string": lambda pdf: String("inicio"),
    "place inside": lambda pdf: Dictionary(
        S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit])
    ),
    "name inside": lambda pdf: pdf.make_indirect(
        Dictionary(Type=Name.Action, S=Name.GoTo, D=String("inicio"))
    ),
}


@pytest.mark.parametrize("kind", OPENINGS)
def test_a_pdf_that_only_says_where_to_open_is_taken(kind):
    content = make_pdf(in_root("/OpenAction", OPENINGS[kind]))

    cleaned = clean(upload("a.pdf", content))

    with pikepdf.open(io.BytesIO(cleaned.content)) as pdf:
        assert len(pdf.pages) == 1
        assert "/OpenAction" in pdf.Root


def test_a_plain_link_in_a_pdf_is_taken():
    link = action("/URI", URI=String("https://example.org"))

    assert clean(upload("a.pdf", make_pdf(on_page("/Annots", link)))).size


def signed(pdf):
    pdf.docinfo["/Author"] = "Ana"
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = ["Ana"]
    pdf.pages[0].obj["/Metadata"] = pdf.make_stream(b"<x>Ana</x>")
    pdf.pages[0].obj["/PieceInfo"] = Dictionary(Program=String("Ana"))


def test_a_pdf_loses_its_author_and_metadata_everywhere():
    content = make_pdf(signed, compress_streams=False)
    assert content.count(b"Ana") >= 4

    cleaned = clean(upload("a.pdf", content))

    with pikepdf.open(io.BytesIO(cleaned.content)) as pdf:
        assert "/Info" not in pdf.trailer
        assert "/Metadata" not in pdf.Root
        assert "/Metadata" not in pdf.pages[0].obj
        unpacked = io.BytesIO()
        pdf.save(
            unpacked,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
        )
    assert b"Ana" not in unpacked.getvalue()


def test_an_earlier_state_of_a_pdf_is_left_behind():
    first = make_pdf(on_page("/Secret", String("Ana")))
    start = first.rindex(b"startxref")
    number = pikepdf.open(io.BytesIO(first)).pages[0].obj.objgen[0]
    offset = len(first)
    later = (
        f"{number} 0 obj\n<< /Type /Page /MediaBox [0 0 9 9] /Parent 2 0 R >>\nendobj\n"
    ).encode()
    size = pikepdf.open(io.BytesIO(first)).trailer.Size
    previous = int(first[start:].split()[1])
    table = (
        f"xref\n{number} 1\n{offset:010} 00000 n \ntrailer\n"
        f"<< /Size {size} /Root 1 0 R /Prev {previous} >>\n"
        f"startxref\n{offset + len(later)}\n%%EOF\n"
    ).encode()
    content = first + later + table
    assert b"Ana" in content

    cleaned = clean(upload("a.pdf", content))

    assert b"Ana" not in cleaned.content


@pytest.mark.parametrize("password", ["", "secreto"])
def test_a_locked_pdf_is_refused(password):
    encryption = pikepdf.Encryption(owner="dueña", user=password)

    error = refusal("a.pdf", make_pdf(encryption=encryption))

    assert error.code == "locked"


def test_a_pdf_whose_index_unpacks_to_far_more_is_refused():
    bomb = make_packed_pdf(limits.PDF_INDEX_BYTES + limits.MEGABYTE)

    plain = clean(upload("a.pdf", make_packed_pdf(1024 * 1024)))
    error = refusal("a.pdf", bomb)

    assert len(bomb) < 1024 * 1024
    assert plain.size
    assert error.code == "not_its_kind"


# Workbooks and documents


@pytest.mark.parametrize("extension", ["docx", "xlsx"])
def test_a_document_loses_its_author(extension):
    content = make_office(extension)
    assert sum(b"Ana" in part for part in unzip(content).values()) == 3

    cleaned = clean(upload(f"a.{extension}", content))

    parts = unzip(cleaned.content)
    assert set(parts) == {"[Content_Types].xml", "_rels/.rels", MAIN_PARTS[extension]}
    assert not any(b"Ana" in part for part in parts.values())


def test_a_document_does_not_tell_when_it_was_packed():
    cleaned = clean(upload("a.docx", make_office()))

    with zipfile.ZipFile(io.BytesIO(cleaned.content)) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {
            (1980, 1, 1, 0, 0, 0)
        }


def test_a_photo_in_a_document_loses_camera_and_place():
    name = "word/media/image1.jpeg"
    content = make_office(parts={name: make_photo()}, links=[("image", name)])

    cleaned = clean(upload("a.docx", content))

    picture = unzip(cleaned.content)[name]
    with Image.open(io.BytesIO(picture)) as after:
        assert dict(after.getexif()) == {}


@pytest.mark.parametrize(
    ("extension", "name", "content"),
    [
        ("docx", "word/vbaProject.bin", b"x"),
        ("xlsx", "xl/vbaProject.bin", b"x"),
        ("docx", "word/activeX/activeX1.bin", b"x"),
        ("docx", "word/embeddings/Libro1.xlsx", b"x"),
        ("docx", "word/afchunk.html", HTML),
        ("docx", "word/media/image1.svg", "<svg/>"),
        (
            "docx",
            "[Content_Types].xml",
            "<Types><Default ContentType='application/vnd.ms-word.document."
            "macroEnabled.main+xml'/></Types>",
        ),
        (
            "docx",
            "word/document.xml",
            "<d xmlns:w='urn:w'><w:instrText>DDEAUTO c:\\\\cmd.exe </w:instrText></d>",
        ),
        (
            "docx",
            "word/document.xml",
            "<d xmlns:w='urn:w'><w:fldSimple w:instr=\"INCLUDETEXT 'a.docx'\"/></d>",
        ),
    ],
)
def test_an_office_file_that_does_or_holds_more_is_refused(extension, name, content):
    error = refusal(f"a.{extension}", make_office(extension, {name: content}))

    assert error.code == "active"


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "https://example.org/a.dotm"),
        ("image", "https://example.org/a.png"),
        ("oleObject", "file:///c:/a.xlsx"),
        ("externalLinkPath", "b.xlsx"),
        ("hyperlink", "file://server/share"),
        ("hyperlink", "javascript:alert(1)"),
        ("hyperlink", "ms-word:ofe|u|https://example.org"),
    ],
)
def test_a_relation_that_leads_elsewhere_is_refused(kind, target):
    part = {"word/_rels/document.xml.rels": relation(kind, target)}

    error = refusal("a.docx", make_office(parts=part))

    assert error.code == "from_elsewhere"


@pytest.mark.parametrize(
    "target", ["https://example.org/", "mailto:a@example.org", "#Hoja"]
)
def test_a_plain_link_in_a_document_is_taken(target):
    part = {"word/_rels/document.xml.rels": relation("hyperlink", target)}

    assert clean(upload("a.docx", make_office(parts=part))).size


@pytest.mark.parametrize(
    "name", ["../../a.xml", "/a.xml", "word\\..\\a.xml", "C:a.xml", "word/../../a.xml"]
)
def test_an_entry_whose_name_leads_outside_is_refused(name):
    assert refusal("a.docx", make_office(parts={name: "<a/>"})).code == "not_its_kind"


def test_two_entries_of_one_name_are_refused():
    content = make_office(parts={"word/one.xml": "<a/>", "word/two.xml": "<b/>"})

    error = refusal("a.docx", content.replace(b"word/two.xml", b"WORD/one.xml"))

    assert error.code == "not_its_kind"


@pytest.mark.parametrize("name", ["[Content_Types].xml", "word/document.xml"])
def test_a_packed_folder_that_is_no_document_is_refused(name):
    assert refusal("a.docx", make_office(without=[name])).code == "not_its_kind"


def test_an_entity_in_a_document_is_refused():
    bomb = "<!DOCTYPE a [<!ENTITY b 'bbbb'>]><a>&b;</a>"

    assert (
        refusal("a.docx", make_office(parts={"word/document.xml": bomb})).code
        == "not_its_kind"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_document_in_another_encoding_is_refused(encoding):
    hidden = "<!DOCTYPE a [<!ENTITY b 'bbbb'>]><a>&b;</a>".encode(encoding)

    assert (
        refusal("a.docx", make_office(parts={"word/document.xml": hidden})).code
        == "not_its_kind"
    )


def test_a_document_of_too_many_entries_is_refused():
    usual = len(unzip(make_office()))
    room = limits.PACKED_ENTRIES - usual
    fine = {f"word/{number}.xml": "<a/>" for number in range(room)}
    assert clean(upload("a.docx", make_office(parts=fine))).size

    error = refusal("a.docx", make_office(parts={**fine, "word/one-more.xml": "<a/>"}))

    assert error.code == "unpacked"


def with_picture(content):
    name = "word/media/image1.png"
    return make_office(parts={name: content}, links=[("image", name)])


def test_a_document_that_unpacks_to_far_more_is_refused(monkeypatch):
    """It is measured by what comes out of it, whatever it says of itself."""
    monkeypatch.setattr(office, "UNPACKED_BYTES", 100_000)
    content = with_picture(bytes(200_000))
    name = b"word/media/image1.png"
    directory = content.rindex(b"PK\x01\x02", 0, content.rindex(name))
    lying = bytearray(content)
    lying[directory + 24 : directory + 28] = struct.pack("<I", 10)

    assert refusal("a.docx", content).code == "unpacked"
    assert refusal("a.docx", bytes(lying)).code == "not_its_kind"


# Tables


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfa,b\r\n1,2\r\n",
        "Año;Ñandú\n-5;+3,5\n".encode(),
        "teléfono\n+1 (809) 200-7212\n-\n".encode(),
        b'a\n"con, coma y ""comillas"""\n',
    ],
)
def test_a_csv_in_utf8_is_kept_as_it_is(content):
    assert clean(upload("a.csv", content)).content == content


@pytest.mark.parametrize(
    "content", ["Año\n".encode("latin-1"), "a\n".encode("utf-16"), b"a,\0b\n"]
)
def test_a_csv_in_another_encoding_is_refused_(content):
    assert refusal("a.csv", content).code in {"encoding", "not_its_kind"}


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "@SUM(A1)",
        "+cmd|'/c calc'!A0",
        "-cmd|'/c calc'!A0",
        "\t=1",
        " =HYPERLINK(A1)",
        "＝1",
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_with_a_formula_is_refused(cell, separator):
    content = separator.join(["a", "b"]) + "\n" + separator.join(["1", f'"{cell}"'])

    assert refusal("a.csv", content.encode()).code == "formula"


# A full disk


@contextmanager
def little_room():
    """
    A block in which no file grows beyond some bytes, as on a disk that is full.

    It holds for the file into which the tests speak too, and so only for a moment.
    """
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))


def test_a_file_for_which_there_is_no_room_leaves_no_part_of_it():
    folder = Path(evidence_storage().location)
    before = set(folder.glob("*"))
    cleaned = clean(upload("Acta.pdf", make_pdf()))

    with little_room(), pytest.raises(OSError, match="File too large"):
        write(Evidence(), cleaned)

    assert len(cleaned.content) > 100
    assert set(folder.glob("*")) == before

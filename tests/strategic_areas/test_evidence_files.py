"""What is taken as a file of evidence, what is refused, and what is left behind."""

import io
import resource
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from strategic_areas.evidence import (
    FILE_BYTES,
    SAVE_AS_PDF,
    RefusedFileError,
    clean_evidence,
    limits,
    write_file,
)
from strategic_areas.models import Evidence
from strategic_areas.models.evidence import evidence_storage
from tests.uploads import (
    make_huge_png,
    make_image,
    make_packed_pdf,
    make_pdf,
    make_photo,
    make_zip,
    upload,
)

MAKERS = {
    "pdf": make_pdf,
    "jpg": lambda: make_image("JPEG"),
    "jpeg": lambda: make_image("JPEG"),
    "png": make_image,
}
HTML = b"<html><script>alert(1)</script></html>"


def refusal(name, content):
    """The refusal of an upload; the test fails when there is none."""
    with pytest.raises(RefusedFileError) as caught:
        clean_evidence(upload(name, content))
    return caught.value


# Kinds


@pytest.mark.parametrize("extension", MAKERS)
def test_each_kind_is_taken_cleaned_and_clean_under_its_content_type(extension):
    content = MAKERS[extension]()

    cleaned = clean_evidence(upload(f"Acta.{extension}", content))
    others = [
        clean_evidence(upload(f"ACTA.{extension.upper()}", content)),
        clean_evidence(upload(f"Acta.{extension}", cleaned.content)),
    ]

    assert cleaned.name == f"Acta.{extension}"
    assert cleaned.size == len(cleaned.content)
    assert len(cleaned.sha256) == 64
    for each in (cleaned, *others):
        assert each.content_type == limits.EXTENSIONS[extension]


NAMES_OF_OTHERS = {
    "extension": [
        *("a.svg", "a.html", "a.zip", "a.xlsm", "a.docm", "a.gif", "a.exe"),
        *("a.pdf.exe", "pdf", "a", "a.", "a.pdf%00.exe"),
    ],
    "double_extension": [
        *("a.php.jpg", "a.exe.jpg", "a.jpg.jpg", "a.html.b.jpg", "a.SVG.jpg")
    ],
}


@pytest.mark.parametrize("code", NAMES_OF_OTHERS)
def test_other_kinds_are_refused_by_name(code):
    good = make_image("JPEG")  # must not excuse the name

    for name in NAMES_OF_OTHERS[code]:
        assert refusal(name, good).code == code, name


@pytest.mark.parametrize(
    "name", ["Acta.docx", "Lista.XLSX", "a.csv", "a.doc", "a.xls", "a.odt", "a.pptx"]
)
def test_who_has_a_file_of_an_office_is_told_how_to_save_it_as_pdf(name):
    error = refusal(name, b"PK\x03\x04")

    assert (error.code, error.how) == ("extension", SAVE_AS_PDF)
    assert all(word in str(error) for word in ("Word", "Excel", "teléfono", "PDF"))


@pytest.mark.parametrize(
    "name", ["Informe v1.2.jpg", "Acta 12.03.2025.jpg", "No. 5.jpg"]
)
def test_a_dot_in_a_name_is_no_second_extension(name):
    assert clean_evidence(upload(name, make_image("JPEG"))).name == name


@pytest.mark.parametrize("claimed", MAKERS)
@pytest.mark.parametrize("real", ["pdf", "jpg", "png"])
def test_content_that_is_not_what_the_name_says_is_refused(claimed, real):
    same = {"jpeg": "jpg"}.get(claimed, claimed) == real
    if same:
        assert clean_evidence(upload(f"a.{claimed}", MAKERS[real]())).size
        return

    assert refusal(f"a.{claimed}", MAKERS[real]()).code == "not_its_kind"


@pytest.mark.parametrize("name", ["foto.HEIC", "foto.heif", "foto.jpg", "foto.png"])
def test_a_photo_that_is_a_heic_is_refused_as_one_under_every_name(name):
    assert refusal(name, b"\0\0\0\x18ftypheic" + b"\0" * 100).code == "heic"


IN_PART = {"two_in_one", "not_its_kind"}
#: What is made of a good file of these kinds, and why it is refused.
SPOILT = {
    "nothing": (MAKERS, lambda file: b"", {"empty"}),
    "markup": (MAKERS, lambda file: HTML, {"not_its_kind"}),
    "a GIF": (MAKERS, lambda file: b"GIF89a" + HTML, {"not_its_kind"}),
    "a drawing": (
        MAKERS,
        lambda file: b"<svg xmlns='x' onload='a()'/>",
        {"not_its_kind"},
    ),
    "zeros": (MAKERS, lambda file: b"\0" * 100, {"not_its_kind"}),
    "half of it": (MAKERS, lambda file: file[: len(file) // 2], IN_PART),
    "with markup before": (["pdf", "png", "jpg"], lambda file: HTML + file, IN_PART),
    "with markup behind": (["pdf", "png"], lambda file: file + HTML, {"two_in_one"}),
    "with a packed file behind": (
        ["pdf", "png", "jpg"],
        lambda file: file + make_zip({"a.html": HTML}),
        {"two_in_one"},
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_is_no_whole_file_or_more_than_one_is_refused(how):
    kinds, spoil, codes = SPOILT[how]

    for extension in kinds:
        assert refusal(f"a.{extension}", spoil(MAKERS[extension]())).code in codes


def test_more_than_ten_megabytes_are_refused():
    picture = make_image("JPEG")
    filled = picture + bytes(FILE_BYTES - len(picture))

    error = refusal("a.jpg", filled + b"a")

    assert clean_evidence(upload("a.jpg", filled)).size
    assert error.code == "size"


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
    assert clean_evidence(upload(given, make_image())).name == kept


def test_a_name_that_only_looks_right_is_refused():
    assert refusal("acta\u202efdp.exe", make_pdf()).code == "extension"


# Polyglots


def test_what_follows_a_photo_is_left_behind():
    content = make_image("JPEG") + HTML  # telephones append a second picture

    cleaned = clean_evidence(upload("a.jpg", content))

    assert b"script" in content
    assert b"script" not in cleaned.content


def test_a_packed_file_inside_the_comment_of_a_pdf_is_refused():
    hidden = make_zip({"a.html": HTML})
    content = make_pdf() + b"%" + hidden + b"\n%%EOF\n"

    assert refusal("a.pdf", content).code == "two_in_one"


# Pictures


def test_a_photo_loses_camera_place_and_comment_and_stands_upright():
    photo = make_photo()
    with Image.open(io.BytesIO(photo)) as before:
        assert before.getexif().get_ifd(0x8825)[1] == "N"

    cleaned = clean_evidence(upload("foto.jpg", photo))

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

    cleaned = clean_evidence(upload("a.png", content))

    with Image.open(io.BytesIO(cleaned.content)) as after:
        assert after.info == {}
    assert b"tEXt" not in cleaned.content


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("png", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        *(("jpeg", mode) for mode in ("L", "RGB", "CMYK")),
    ],
)
def test_a_picture_of_any_mode_is_taken(kind, mode):
    content = make_image(kind.upper(), mode=mode)

    cleaned = clean_evidence(upload(f"a.{kind}", content))

    with Image.open(io.BytesIO(cleaned.content)) as after:
        assert after.size == (8, 6)


def test_transparency_stays():
    content = make_image(mode="P", transparency=0)

    cleaned = clean_evidence(upload("a.png", content))

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

    assert clean_evidence(upload("a.png", content)).size


# PDFs


def in_root(key, value):
    def change(pdf):
        pdf.Root[key] = value(pdf) if callable(value) else value

    return change


def on_page(key, value):
    def change(pdf):
        pdf.pages[0].obj[key] = value(pdf) if callable(value) else value

    return change


def attached_without_type(pdf):
    file = Dictionary(EF=Dictionary(F=pdf.make_stream(b"nombres")))
    return Array([Dictionary(Subtype=Name.FileAttachment, FS=file)])


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
    "file": lambda pdf: pdf.attachments.__setitem__("lista.txt", b"nombres"),
    "file that hides its type": on_page("/Annots", attached_without_type),
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
        ACTIVE_PDFS[kind], object_stream_mode=mode.generate if packed else mode.disable
    )

    assert refusal("a.pdf", content).code == "active"


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

    cleaned = clean_evidence(upload("a.pdf", content))

    with pikepdf.open(io.BytesIO(cleaned.content)) as pdf:
        assert len(pdf.pages) == 1
        assert "/OpenAction" in pdf.Root


def test_a_plain_link_in_a_pdf_is_taken():
    link = action("/URI", URI=String("https://example.org"))

    assert clean_evidence(upload("a.pdf", make_pdf(on_page("/Annots", link)))).size


def signed(pdf):
    pdf.docinfo["/Author"] = "Ana"
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = ["Ana"]
    pdf.pages[0].obj["/Metadata"] = pdf.make_stream(b"<x>Ana</x>")
    pdf.pages[0].obj["/PieceInfo"] = Dictionary(Program=String("Ana"))


def test_a_pdf_loses_its_author_and_metadata_everywhere():
    content = make_pdf(signed, compress_streams=False)
    assert content.count(b"Ana") >= 4

    cleaned = clean_evidence(upload("a.pdf", content))

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

    cleaned = clean_evidence(upload("a.pdf", content))

    assert b"Ana" not in cleaned.content


@pytest.mark.parametrize("password", ["", "secreto"])
def test_a_locked_pdf_is_refused(password):
    encryption = pikepdf.Encryption(owner="dueña", user=password)

    assert refusal("a.pdf", make_pdf(encryption=encryption)).code == "locked"


def test_a_pdf_whose_index_unpacks_to_far_more_is_refused():
    bomb = make_packed_pdf(limits.PDF_STREAM_BYTES + limits.MEGABYTE)

    plain = clean_evidence(upload("a.pdf", make_packed_pdf(1024 * 1024)))
    error = refusal("a.pdf", bomb)

    assert len(bomb) < 1024 * 1024
    assert plain.size
    assert error.code == "not_its_kind"


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
    cleaned = clean_evidence(upload("Acta.pdf", make_pdf()))

    with little_room(), pytest.raises(OSError, match="File too large"):
        write_file(Evidence(), cleaned)

    assert len(cleaned.content) > 100
    assert set(folder.glob("*")) == before

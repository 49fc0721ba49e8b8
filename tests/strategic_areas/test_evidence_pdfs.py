"""PDFs that open more than pages, or whose pictures tell more than they show."""

import io
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from strategic_areas.evidence import RefusedFileError, clean_evidence, pdf
from tests.strategic_areas.test_evidence_files import on_page
from tests.uploads import make_image, make_pdf, make_photo, upload

HIDDEN = b"Yuleisy"


def refusal(content):
    """The code of a refusal; the test fails when there is none, or it gives no help."""
    with pytest.raises(RefusedFileError) as caught:
        clean_evidence(upload("a.pdf", content))
    assert caught.value.what
    assert caught.value.how
    return caught.value.code


def cleaned(change):
    """The PDF that is stored, opened; ``HIDDEN`` stands in none of its objects."""
    stored = clean_evidence(upload("a.pdf", make_pdf(change))).content
    pdf = pikepdf.open(io.BytesIO(stored))
    unpacked = io.BytesIO()
    pdf.save(unpacked, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert HIDDEN not in unpacked.getvalue()
    for found in pdf.objects:
        if isinstance(found, pikepdf.Stream):
            assert HIDDEN not in found.read_raw_bytes()
    return pdf


def link(**action):
    return Array([Dictionary(Subtype=Name.Link, A=Dictionary(**action))])


def to(address):
    return link(S=Name.URI, URI=String(address))


# Actions

PLACES = {
    "link": lambda action: on_page(
        "/Annots", Array([Dictionary(Subtype=Name.Link, A=action)])
    ),
    "button": lambda action: (
        lambda pdf: pdf.Root.__setitem__(
            "/AcroForm", Dictionary(Fields=Array([Dictionary(FT=Name.Btn, A=action)]))
        )
    ),
    "chain": lambda action: on_page(
        "/Annots", link(S=Name.GoTo, D=String("x"), Next=Array([action]))
    ),
    "outline": lambda action: (
        lambda pdf: pdf.Root.__setitem__(
            "/Outlines", Dictionary(First=Dictionary(Title=String("x"), A=action))
        )
    ),
    "elsewhere in the file": lambda action: (
        lambda pdf: pdf.Root.__setitem__("/X", pdf.make_indirect(action))
    ),
}
ACTIONS = {
    "file": {"S": Name.URI, "URI": String("file:///c:/a.exe")},
    "host": {"S": Name.URI, "URI": String("\\\\host\\share")},
    "host behind the web": {"S": Name.URI, "URI": String("http:\\\\host\\share")},
    "host without kind": {"S": Name.URI, "URI": String("//host/share")},
    "other text": {"S": Name.URI, "URI": String("﻿file://host")},
    "script": {"S": Name.URI, "URI": String("javascript:alert(1)")},
    "relative": {"S": Name.URI, "URI": String("a.exe")},
    "no text": {"S": Name.URI, "URI": Name.x},
    "other document": {"S": Name.GoToR, "F": String("\\\\host\\a.pdf")},
    "embedded document": {"S": Name.GoToE, "D": String("x")},
    "launch": {"S": Name.Launch, "F": String("a.exe")},
    "thread": {"S": Name.Thread, "F": String("a.pdf")},
    "sending": {"S": Name.SubmitForm},
    "emptying": {"S": Name.ResetForm},
    "film": {"S": Name.Movie},
    "rendition": {"S": Name.Rendition},
    "hiding": {"S": Name.Hide},
    "layers": {"S": Name.SetOCGState},
    "printing": {"S": Name.Named, "N": Name.Print},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_other_than_a_jump_or_a_web_link_is_refused(action, place):
    assert refusal(make_pdf(PLACES[place](Dictionary(**ACTIONS[action])))) == "active"


@pytest.mark.parametrize(
    ("annotation", "code"),
    [
        ({"Subtype": Name.Screen}, "active"),
        ({"Subtype": Name("/3D")}, "active"),
        ({"Subtype": Name.Link, "FS": Dictionary(F=String("\\\\host\\a"))}, "active"),
        ({"Subtype": Name.Link, "FS": Dictionary(UF=String("a"))}, "active"),
        ({"Subtype": Name.Text, "Contents": String("x")}, "comments"),
        ({"Subtype": Name.Highlight, "Contents": String("x")}, "comments"),
        ({"Subtype": Name.Popup, "Contents": String("x")}, "comments"),
        ({"Subtype": Name.Redact}, "comments"),
    ],
)
def test_an_annotation_that_plays_names_a_file_or_comments_is_refused(annotation, code):
    content = make_pdf(on_page("/Annots", Array([Dictionary(**annotation)])))

    assert refusal(content) == code


def test_a_stream_whose_bytes_lie_elsewhere_is_refused():
    def change(pdf):
        pdf.pages[0].obj.X = pdf.make_stream(b"", F=Dictionary())

    assert refusal(make_pdf(change)) == "active"


@pytest.mark.parametrize(
    "action",
    [
        {"S": Name.URI, "URI": String("https://example.org/a b?c=%20")},
        {"S": Name.URI, "URI": String("HTTP://a.do")},
        {"S": Name.GoTo, "D": String("x")},
        {"S": Name.Named, "N": Name.NextPage},
    ],
)
def test_web_links_and_jumps_inside_a_pdf_stay(action):
    pdf = cleaned(on_page("/Annots", link(**action)))

    assert Dictionary(**action) == pdf.pages[0].Annots[0].A


@pytest.mark.parametrize(
    "address", ["mailto:a@example.org", "tel:8092001111", "www.a.do"]
)
def test_a_link_to_a_mail_or_telephone_is_removed(address):
    pdf = cleaned(on_page("/Annots", to(address)))

    assert dict(pdf.pages[0].Annots[0].A) == {}


# Comments


def test_a_mark_loses_its_author():
    author = String(HIDDEN.decode())
    mark = Dictionary(
        Subtype=Name.FreeText, T=author, M=author, Contents=String("Acta")
    )

    pdf = cleaned(on_page("/Annots", Array([mark])))

    assert str(pdf.pages[0].Annots[0].Contents) == "Acta"


# Pictures


def photo():
    """A JPEG whose metadata name somebody, in each way that a JPEG can."""
    exif = Image.Exif()
    exif[0x010F] = HIDDEN.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (18.0, 28.0, 12.0)})
    xmp = b"<x:xmpmeta>" + HIDDEN + b"</x:xmpmeta>"
    content = make_image(
        "JPEG", exif=exif, comment=HIDDEN, xmp=xmp, icc_profile=HIDDEN, progressive=True
    )
    return content + make_photo() + HIDDEN


def jpeg2000():
    box = b"\0\0\0\x13uuid" + b"1234" + HIDDEN
    content = make_image("JPEG2000", comment=HIDDEN.decode())
    start = content.index(b"jp2c") - 4
    return content[:start] + box + content[start:]


def drawn(data, filters, **fields):
    def change(pdf):
        stream = pdf.make_stream(
            data,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=8,
            Height=6,
            ColorSpace=Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=filters,
            **fields,
        )
        pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(A=stream))
        pdf.pages[0].obj.Contents = pdf.make_stream(b"8 0 0 6 0 0 cm /A Do")

    return change


def shown(pdf):
    data = pdf.pages[0].Resources.XObject.A.read_raw_bytes()
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image


@pytest.mark.parametrize(
    ("change", "original"),
    [
        (drawn(photo(), Name.DCTDecode), photo),
        (drawn(photo(), Array([Name.DCTDecode])), photo),
        (
            drawn(zlib.compress(photo()), Array([Name.FlateDecode, Name.DCTDecode])),
            photo,
        ),
        (
            drawn(
                zlib.compress(photo()),
                Array([Name.FlateDecode, Name.DCTDecode]),
                DecodeParms=Array(
                    [Dictionary(Predictor=1), Dictionary(ColorTransform=1)]
                ),
            ),
            photo,
        ),
        (drawn(jpeg2000(), Name.JPXDecode), jpeg2000),
    ],
    ids=["photo", "photo in a list", "packed photo", "parameters", "jpeg 2000"],
)
def test_a_picture_in_a_pdf_keeps_nothing_but_its_points(change, original):
    assert HIDDEN in original()

    image = shown(cleaned(change))

    with Image.open(io.BytesIO(original())) as before:
        assert image.tobytes() == before.tobytes()
    assert dict(image.getexif()) == {}


def test_a_photo_whose_end_is_missing_is_shown_and_cleaned():
    content = make_photo()
    assert content.endswith(b"\xff\xd9")

    assert dict(shown(cleaned(drawn(content[:-2], Name.DCTDecode))).getexif()) == {}


def test_what_stands_between_the_segments_of_a_photo_is_left_behind():
    content = make_image("JPEG")

    image = shown(cleaned(drawn(content[:2] + HIDDEN + content[2:], Name.DCTDecode)))

    assert image.size == (8, 6)


def test_the_colours_of_a_photo_for_print_stay():
    content = make_image("JPEG", mode="CMYK", new={"color": (10, 20, 30, 40)})
    assert b"Adobe" in content

    image = shown(cleaned(drawn(content, Name.DCTDecode)))

    with Image.open(io.BytesIO(content)) as before:
        assert image.tobytes() == before.tobytes()


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff", b"\xff\xd8\xff\xe1", HIDDEN]
)
@pytest.mark.parametrize("kind", [Name.DCTDecode, Name.JPXDecode])
def test_a_picture_that_cannot_be_cleaned_is_refused(data, kind):
    assert refusal(make_pdf(drawn(data + b"\0", kind))) == "picture"


@pytest.mark.parametrize("name", [b"/DCT", b"/DCTDecode", b"[/AHx /DCT]", b"/JPX"])
@pytest.mark.parametrize("packed", [True, False])
def test_a_photo_among_the_drawing_instructions_is_refused(name, packed):
    text = b"BI /W 8 /H 6 /CS /RGB /BPC 8 /F " + name + b" ID " + make_photo() + b" EI"

    def change(pdf):
        pdf.pages[0].obj.Contents = pdf.make_stream(text)

    assert refusal(make_pdf(change, compress_streams=packed)) == "picture"


def test_pages_that_unpack_to_far_more_are_refused(monkeypatch):
    monkeypatch.setattr(pdf, "PDF_PAGES_TOTAL_BYTES", 10_000)

    def change(size):
        def fill(pdf):
            pdf.pages[0].obj.Contents = pdf.make_stream(b" " * size)

        return fill

    assert cleaned(change(5_000))
    assert refusal(make_pdf(change(20_000))) == "picture"


def test_two_copies_that_differ_in_metadata_are_stored_alike():
    def by(author):
        def sign(pdf):
            pdf.docinfo["/Author"] = author
            pdf.trailer.ID = Array([String(author * 16), String(author * 16)])

        return upload("a.pdf", make_pdf(sign))

    assert clean_evidence(by("a")).sha256 == clean_evidence(by("b")).sha256


def test_a_small_picture_of_a_page_is_left_behind():
    pdf = cleaned(on_page("/Thumb", lambda pdf: pdf.make_stream(HIDDEN)))

    assert "/Thumb" not in pdf.pages[0].obj

"""Files made at test time: the plain ones, and those that somebody means to slip by."""

import io
import re
import struct
import zipfile
import zlib

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OPEN = "application/vnd.openxmlformats-officedocument"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
#: Content types by extension and by name, as Excel declares them.
DEFAULTS = {
    "xml": "application/xml",
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    **{"jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png"},
}
OVERRIDES = {
    "xl/workbook.xml": f"{OPEN}.spreadsheetml.sheet.main+xml",
    "xl/worksheets/sheet1.xml": f"{OPEN}.spreadsheetml.worksheet+xml",
    "docProps/core.xml": ("application/vnd.openxmlformats-package.core-properties+xml"),
}


def upload(name, content):
    """What a view gets; its name is set past Django's own tidying."""
    received = SimpleUploadedFile("x", content)
    received._name = name
    return received


def make_pdf(change=None, **options):
    """One empty page; ``change`` gets the open PDF before it is written."""
    written = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        if change:
            change(pdf)
        pdf.save(written, **options)
    return written.getvalue()


def make_packed_pdf(spaces):
    """A PDF with one object in a packed index, beside so many spaces."""
    packer = zlib.compressobj(9)
    index = packer.compress(b"5 0 null")
    for _ in range(spaces // 2**20):
        index += packer.compress(b" " * 2**20)
    index += packer.flush()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> >>",
        b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\n"
        b"stream\n%s\nendstream" % (len(index), index),
    ]
    written, places = b"%PDF-1.5\n", [(0, 0, 65535)]
    for number, body in enumerate(objects, 1):
        places.append((1, len(written), 0))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places += [(2, 4, 0), (1, len(written), 0)]
    table = b"".join(struct.pack(">BIH", *place) for place in places)
    return written + (
        b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R /Length %d >>\n"
        b"stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
        % (len(table), table, len(written))
    )


def make_image(file_format="PNG", *, size=(8, 6), mode="RGB", **options):
    written = io.BytesIO()
    Image.new(mode, size, **options.pop("new", {})).save(
        written, file_format, **options
    )
    return written.getvalue()


def make_photo():
    """A JPEG of a telephone: camera, place, and lying on its side."""
    exif = Image.Exif()
    exif[0x010F] = "Cámara de Ana"
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (18.0, 28.0, 12.0)})
    return make_image("JPEG", exif=exif, comment=b"Calle 5, casa 7")


def make_huge_png(width, height):
    """A PNG of few bytes that says it has so many points."""

    def chunk(kind, data):
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(bytes(1000))),
            chunk(b"IEND", b""),
        )
    )


def make_relations(*relations):
    """A file of relations: each a kind, or its whole type, with target and mode."""
    lines = [
        f'<Relationship Id="r{number}" Type="{_kind(kind)}" Target="{target}" '
        f'TargetMode="{mode}"/>'
        for number, (kind, target, mode) in enumerate(relations, 1)
    ]
    opened = f'<Relationships xmlns="{RELATIONS}">'
    return f"{opened}{''.join(lines)}</Relationships>".encode()


def _kind(kind):
    return kind if ":" in kind else f"{OFFICE}/{kind}"


def make_types(overrides, defaults):
    lines = [
        *(f'<Default Extension="{k}" ContentType="{v}"/>' for k, v in defaults.items()),
        *(
            f'<Override PartName="/{name}" ContentType="{kind}"/>'
            for name, kind in overrides.items()
        ),
    ]
    return f'<Types xmlns="{TYPES}">{"".join(lines)}</Types>'


def make_workbook(parts=None, *, types=None):
    """A small workbook with an author, and further ``parts`` of these ``types``."""
    main = "xl/workbook.xml"
    everything = {
        "_rels/.rels": make_relations(
            ("officeDocument", main, "Internal"),
            (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml")
            + ("Internal",),
        ),
        main: "<workbook/>",
        "docProps/core.xml": "<coreProperties><creator>Ana</creator></coreProperties>",
        **(parts or {}),
    }
    overrides = {k: v for k, v in OVERRIDES.items() if k in everything}
    everything.setdefault(
        "[Content_Types].xml", make_types(overrides | (types or {}), DEFAULTS)
    )
    return make_zip(everything)


def make_zip(parts):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return written.getvalue()


def unzip(content):
    """Names and contents of a packed file."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def with_shared_strings(content):
    """A workbook as Excel and LibreOffice save it: one part holds the texts of all."""
    texts, written = [], io.BytesIO()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def shared(found):
        texts.append(found[3])
        return f'<c {found[1]}t="s"{found[2]}><v>{len(texts) - 1}</v></c>'

    inline = re.compile(r'<c ([^>]*)t="inlineStr"([^>]*)><is>(.*?)</is></c>', re.DOTALL)
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    for name, text in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            parts[name] = inline.sub(shared, text)
    items = "".join(f"<si>{text}</si>" for text in texts)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{items}</sst>'
    for name, line in {
        "[Content_Types].xml": '<Override PartName="/xl/sharedStrings.xml" '
        f'ContentType="{kind}.sharedStrings+xml"/></Types>',
        "xl/_rels/workbook.xml.rels": '<Relationship Id="shared" '
        f'Type="{relation}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    }.items():
        parts[name] = parts[name].replace(f"</{line.rpartition('</')[2]}", line)
    with zipfile.ZipFile(written, "w") as new:
        for name, text in parts.items():
            new.writestr(name, text)
    return written.getvalue()

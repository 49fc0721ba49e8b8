"""Removes what pictures in a PDF tell besides their points, which stay as they are."""

import re
import struct

import pikepdf
from pikepdf import Array, Name, StreamDecodeLevel

from strategic_areas.evidence.limits import PDF_PAGE_BYTES

#: Kinds of pictures that bring metadata of their own: photos, and JPEG 2000.
BRINGING = {"/DCTDecode", "/DCT", "/JPXDecode"}
#: A photo written into the middle of a page's drawing instructions: its kind, and the
#: word that comes between its description and its bytes.
INLINE = re.compile(rb"/(DCT|DCTDecode|JPX|JPXDecode)\b")
BYTES = re.compile(rb"\bID\s")
DESCRIPTION = 300
#: More names like that than any page has.
MANY = 1_000
#: Segments of a photo that are kept though they begin like those with metadata: the
#: plain header of the format, and the one that says how its colours are meant.
HEADERS = {0xE0: b"JFIF\0", 0xEE: b"Adobe"}
NEXT_MARKER = re.compile(rb"\xff+[^\0\xd0-\xd7\xff]")
START, END, SCAN = 0xD8, 0xD9, 0xDA
#: The boxes of JPEG 2000 that are needed to show it.
BOXES = {b"jP  ", b"ftyp", b"jp2h", b"jp2c"}
NAKED = b"\xff\x4f\xff\x51"
COMMENT, TILE = 0xFF64, 0xFF90


def clean_pictures(pdf):
    """Write every picture of the PDF without metadata; ``ValueError`` if one is odd."""
    room = PDF_PAGE_BYTES
    streams = [each for each in pdf.objects if isinstance(each, pikepdf.Stream)]
    for found in streams:
        filters = _filters(found)
        if filters and filters[-1] in BRINGING:
            _clean(pdf, found, filters)
        elif found.get("/Subtype") != Name.Image and not _is_packed_index(found):
            drawn = found.read_bytes(StreamDecodeLevel.generalized)
            room -= len(drawn)
            if room < 0 or _holds_photo(drawn):
                raise ValueError("A page that cannot be cleaned of photos")


def _holds_photo(drawn):
    for number, found in enumerate(INLINE.finditer(drawn)):
        end = found.end()
        if number > MANY or BYTES.search(drawn, end, end + DESCRIPTION):
            return True
    return False


def _is_packed_index(found):
    return found.get("/Type") in {Name.XRef, Name.ObjStm}


def _filters(found):
    given = found.get("/Filter", Array())
    return [str(each) for each in (given if isinstance(given, Array) else [given])]


def _clean(pdf, found, filters):
    given = found.get("/DecodeParms", found.get("/DP"))
    parms = list(given) if isinstance(given, Array) else [given] * bool(filters)
    data = found.read_raw_bytes()
    if len(filters) > 1:
        outer = pdf.make_stream(
            data, Filter=Array([Name(each) for each in filters[:-1]])
        )
        if given is not None:
            outer.DecodeParms = Array(parms[:-1])
        data = outer.read_bytes(StreamDecodeLevel.generalized)
    clean = without_boxes if filters[-1] == "/JPXDecode" else without_segments
    last = parms[-1] if parms else None
    keep = {} if last is None else {"decode_parms": last}
    found.write(clean(data), filter=Name(filters[-1]), **keep)


def without_segments(photo):
    """A JPEG without the segments for place, camera, program and comment."""
    if photo[:2] != b"\xff\xd8":
        raise ValueError("A photo that is none")
    kept, place, has_points = bytearray(b"\xff\xd8"), 2, False
    while True:
        found = NEXT_MARKER.search(photo, place)
        if has_points:
            kept += photo[place : found.start() if found else None]
        elif not found:
            raise ValueError("A photo without points")
        if found is None:
            return bytes(kept + b"\xff\xd9")
        marker, place = photo[found.end() - 1], found.end()
        if marker == END:
            return bytes(kept + b"\xff\xd9")
        if marker in {START, 0x01}:
            continue
        (length,) = struct.unpack_from(">H", photo, place)
        segment, place = photo[place : place + length], place + length
        has_points = has_points or marker == SCAN
        if _shows(marker, segment[2:]):
            kept += bytes([0xFF, marker]) + segment


def _shows(marker, content):
    """True for a segment without which the photo would look different."""
    if marker in HEADERS:
        return content.startswith(HEADERS[marker])
    return not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def without_boxes(picture):
    """A JPEG 2000 without its boxes and comments for metadata."""
    if picture.startswith(NAKED):
        return _without_comments(picture)
    kept, place = bytearray(), 0
    while place < len(picture):
        length, kind = struct.unpack_from(">I4s", picture, place)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", picture, place + 8)
            head = 16
        length = length or len(picture) - place
        if length < head:
            raise ValueError("A box that is smaller than its head")
        content = picture[place + head : place + length]
        if kind == b"jp2c":
            content = _without_comments(content)
        if kind in BOXES:
            kept += struct.pack(">I4s", len(content) + 8, kind) + content
        place += length
    if place > len(picture) or b"jp2c" not in kept:
        raise ValueError("A picture that was cut off")
    return bytes(kept)


def _without_comments(codestream):
    """The points of a JPEG 2000 without the comments before them."""
    kept, place = bytearray(codestream[:2]), 2
    while True:
        marker, length = struct.unpack_from(">HH", codestream, place)
        if marker == TILE:
            return bytes(kept + codestream[place:])
        if marker != COMMENT:
            kept += codestream[place : place + 2 + length]
        place += 2 + length

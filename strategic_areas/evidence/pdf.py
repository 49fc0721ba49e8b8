"""Cleaning of PDFs: active content and comments are refused, metadata is removed."""

import io
import re
import struct
import zipfile

import pikepdf
from django.utils.translation import gettext as _
from pikepdf import Array, Dictionary, Name, Stream, StreamDecodeLevel, String

from strategic_areas.evidence.limits import (
    PDF_PAGES_TOTAL_BYTES,
    PDF_STREAM_BYTES,
    RefusedFileError,
    polyglot_error,
    wrong_type_error,
)

#: Names in a PDF that run something or embed a file.
ACTIVE = frozenset(
    """
    /JavaScript /JS /AA /Launch /EmbeddedFile /EmbeddedFiles /EF /RichMedia /XFA
    /SubmitForm /ImportData /GoToR /GoToE /Rendition /FileAttachment /OPI
    """.split()  # noqa: SIM905 - a paragraph reads better than eleven quoted words
)
#: Further actions and annotations that do more than jump or link.
ACTIONS = frozenset(
    """
    /Thread /Sound /Movie /Hide /ResetForm /SetOCGState /Trans /GoTo3DView /GoToDp
    /RichMediaExecute
    """.split()  # noqa: SIM905
)
MEDIA = frozenset(["/Sound", "/Movie", "/Screen", "/3D", "/RichMedia"])
#: The named actions that turn pages.
PAGE_TURNS = frozenset(["/NextPage", "/PrevPage", "/FirstPage", "/LastPage"])
DESTINATION_TYPES = Array | Name | String
WEB_LINK = re.compile(r"(?i)\s*https?://[^\s\\/][^\\\0-\x1f]*\Z")
#: Links that are removed; their text stays.
REMOVABLE_LINK = re.compile(r"(?i)\s*(mailto:|tel:|www\.)[^\\\0-\x1f]*\Z")
#: Comments with their author, and redactions that are only announced.
NOTES = frozenset(["/Text", "/Caret", "/Redact"])
#: Drawings, which are comments if they have a text.
DRAWINGS = frozenset(
    """
    /Line /Square /Circle /Polygon /PolyLine /Highlight /Underline /Squiggly /StrikeOut
    /Stamp /Ink /Popup
    """.split()  # noqa: SIM905
)
#: Keys of metadata (author, time, program) and of earlier versions.
METADATA = ("/Metadata", "/PieceInfo", "/LastModified", "/SpiderInfo", "/Thumb")
#: Keys of an annotation's author and time.
AUTHOR = ("/T", "/M", "/CreationDate", "/NM", "/Subj")
ANNOTATIONS_WITH_AUTHOR = DRAWINGS | {"/FreeText", "/Link"}
FILE_END = re.compile(rb"%%EOF[\r\n\0 ]*\Z")

#  Filters of pictures with metadata of their own: JPEG and JPEG 2000.
FILTERS_WITH_METADATA = {"/DCTDecode", "/DCT", "/JPXDecode"}
#: Inline photos: the filter in the header, and the operator before the data.
INLINE_FILTER = re.compile(rb"/(DCT|DCTDecode|JPX|JPXDecode)\b")
INLINE_DATA = re.compile(rb"\bID\s")
#: Bytes after the filter in which the data of a photo must begin.
MAX_INLINE_HEADER = 300
#: Pages with more filters of inline photos are refused.
MAX_INLINE_IMAGES = 1_000
#: Application segments of a JPEG that are kept: the JFIF header and Adobe's colour
#: transform.
KEPT_SEGMENTS = {0xE0: b"JFIF\0", 0xEE: b"Adobe"}
NEXT_MARKER = re.compile(rb"\xff+[^\0\xd0-\xd7\xff]")
START_MARK, END_MARK, SCAN_MARK = 0xD8, 0xD9, 0xDA
#: Required boxes of JPEG 2000.
REQUIRED_BOXES = {b"jP  ", b"ftyp", b"jp2h", b"jp2c"}
RAW_CODESTREAM = b"\xff\x4f\xff\x51"
COMMENT, TILE = 0xFF64, 0xFF90

# 10 MB may unpack to gigabytes.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=PDF_STREAM_BYTES,
    png_max_memory=PDF_STREAM_BYTES,
    run_length_max_memory=PDF_STREAM_BYTES,
    tiff_max_memory=PDF_STREAM_BYTES,
)


def parts_inside(found):
    """
    Names and dictionaries in this object, each dictionary with its keys.

    Indirect objects are left out: the caller visits them separately.
    """
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Name):
            yield value, ()
        elif isinstance(value, Array):
            waiting += filter(_is_direct_object, value)
        elif isinstance(value, Dictionary | Stream):
            yield value, value.keys()
            waiting += filter(_is_direct_object, value.values())


def _is_direct_object(item):
    return isinstance(item, pikepdf.Object) and not item.is_indirect


def is_active(value, keys):
    """Whether a dictionary runs, plays, sends or opens something."""
    if not ACTIVE.isdisjoint(keys):
        return True
    kind = name_of(value, "/S") if "/S" in keys else ""
    return (
        kind in ACTIONS
        or (kind == "/Named" and name_of(value, "/N") not in PAGE_TURNS)
        or ("/Subtype" in keys and name_of(value, "/Subtype") in MEDIA)
        or ("/OpenAction" in keys and not _only_jumps(value["/OpenAction"]))
        or ("/URI" in keys and not _is_harmless(value))
        or _names_file(value, keys)
    )


def _is_harmless(value):
    address = value["/URI"]
    if isinstance(address, String):
        return bool(WEB_LINK.match(str(address)) or REMOVABLE_LINK.match(str(address)))
    # The catalogue has a dictionary /URI, which opens nothing.
    return name_of(value, "/S") != "/URI"


def _names_file(value, keys):
    if "/UF" in keys:
        return True
    names_one = "/F" in keys and isinstance(value["/F"], String)
    return names_one or ("/F" in keys and isinstance(value, Stream))


def is_removable_link(action):
    """
    Whether it links to no web page, but to a mail address or a telephone number.
    """
    address = action.get("/URI")
    return isinstance(address, String) and not WEB_LINK.match(str(address))


def _only_jumps(action):
    if isinstance(action, Dictionary):
        return (
            action.get("/S") == Name.GoTo
            and isinstance(action.get("/D"), DESTINATION_TYPES)
            and "/Next" not in action
        )
    return isinstance(action, DESTINATION_TYPES)


def is_note(value):
    kind = name_of(value, "/Subtype")
    return kind in NOTES or (kind in DRAWINGS and bool(str(value.get("/Contents", ""))))


def name_of(value, key):
    found = value.get(key)
    return str(found) if isinstance(found, Name) else ""


def clean_pdf(content, extension="pdf"):
    """Write the pages again; refuse active content."""
    if not content.startswith(b"%PDF-"):
        raise wrong_type_error(extension, _advice())
    if not FILE_END.search(content) or zipfile.is_zipfile(io.BytesIO(content)):
        raise polyglot_error(_advice())
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            _refuse_active_content(pdf)
            if len(pdf.pages) == 0:
                raise wrong_type_error(extension, _advice())
            return _rewritten(pdf)
    except pikepdf.PasswordError:
        raise _locked_error() from None
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
        raise wrong_type_error(extension, _advice()) from None


def _refuse_active_content(pdf):
    if pdf.is_encrypted:
        raise _locked_error()
    for found in pdf.objects:
        for each, keys in parts_inside(found):
            _refuse_active_part(each, keys)
            _remove_metadata(each, keys)
    # An undecodable stream was not checked.
    if any("error decoding" in str(warning) for warning in pdf.get_warnings()):
        raise ValueError("Packed objects that do not open")


def _rewritten(pdf):
    for key in ("/Info", "/ID"):
        if key in pdf.trailer:
            del pdf.trailer[key]
    try:
        clean_pictures(pdf)
    except (ValueError, struct.error):
        raise _picture_error() from None
    written = io.BytesIO()
    pdf.save(
        written,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=StreamDecodeLevel.none,
        deterministic_id=True,
    )
    return written.getvalue()


def _refuse_active_part(value, keys):
    if isinstance(value, Name):
        if str(value) in ACTIVE:
            raise _active_content_error()
    elif is_active(value, keys):
        raise _active_content_error()
    elif "/Subtype" in keys and is_note(value):
        raise _comments_error()


def _remove_metadata(value, keys):
    removed = [*METADATA]
    if "/Subtype" in keys and name_of(value, "/Subtype") in ANNOTATIONS_WITH_AUTHOR:
        removed += AUTHOR
    if "/URI" in keys and is_removable_link(value):
        removed += ["/URI", "/S"]
    for key in removed:
        if key in keys:
            del value[key]


def clean_pictures(pdf):
    """Remove metadata from every picture; ``ValueError`` for an unreadable one."""
    remaining_bytes = PDF_PAGES_TOTAL_BYTES
    for found in [each for each in pdf.objects if isinstance(each, Stream)]:
        filters = _filters(found)
        if filters and filters[-1] in FILTERS_WITH_METADATA:
            _clean_picture(pdf, found, filters)
        elif found.get("/Subtype") != Name.Image and not _holds_packed_objects(found):
            page_content = found.read_bytes(StreamDecodeLevel.generalized)
            remaining_bytes -= len(page_content)
            if remaining_bytes < 0 or _holds_photo(page_content):
                raise ValueError("A page that cannot be cleaned of photos")


def _holds_photo(page_content):
    for number, found in enumerate(INLINE_FILTER.finditer(page_content)):
        end = found.end()
        if number > MAX_INLINE_IMAGES or INLINE_DATA.search(
            page_content, end, end + MAX_INLINE_HEADER
        ):
            return True
    return False


def _holds_packed_objects(found):
    return found.get("/Type") in {Name.XRef, Name.ObjStm}


def _filters(found):
    given = found.get("/Filter", Array())
    return [str(each) for each in (given if isinstance(given, Array) else [given])]


def _clean_picture(pdf, found, filters):
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
    strip = without_boxes if filters[-1] == "/JPXDecode" else without_segments
    last = parms[-1] if parms else None
    keep = {} if last is None else {"decode_parms": last}
    found.write(strip(data), filter=Name(filters[-1]), **keep)


def without_segments(photo):
    """A JPEG without the segments of place, camera, program and comment."""
    if photo[:2] != b"\xff\xd8":
        raise ValueError("A photo that is none")
    result, place, has_pixels = bytearray(b"\xff\xd8"), 2, False
    while True:
        found = NEXT_MARKER.search(photo, place)
        if has_pixels:
            result += photo[place : found.start() if found else None]
        elif not found:
            raise ValueError("A photo without pixels")
        if found is None:
            return bytes(result + b"\xff\xd9")
        marker, place = photo[found.end() - 1], found.end()
        if marker == END_MARK:
            return bytes(result + b"\xff\xd9")
        if marker in {START_MARK, 0x01}:
            continue
        (length,) = struct.unpack_from(">H", photo, place)
        segment, place = photo[place : place + length], place + length
        has_pixels = has_pixels or marker == SCAN_MARK
        if _is_kept_segment(marker, segment[2:]):
            result += bytes([0xFF, marker]) + segment


def _is_kept_segment(marker, content):
    if marker in KEPT_SEGMENTS:
        return content.startswith(KEPT_SEGMENTS[marker])
    return not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def without_boxes(picture):
    """A JPEG 2000 without the boxes and comments of metadata."""
    if picture.startswith(RAW_CODESTREAM):
        return _without_comments(picture)
    result, place = bytearray(), 0
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
        if kind in REQUIRED_BOXES:
            result += struct.pack(">I4s", len(content) + 8, kind) + content
        place += length
    if place > len(picture) or b"jp2c" not in result:
        raise ValueError("A picture that was cut off")
    return bytes(result)


def _without_comments(codestream):
    result, place = bytearray(codestream[:2]), 2
    while True:
        marker, length = struct.unpack_from(">HH", codestream, place)
        if marker == TILE:
            return bytes(result + codestream[place:])
        if marker != COMMENT:
            result += codestream[place : place + 2 + length]
        place += 2 + length


def _active_content_error():
    return RefusedFileError(
        "active",
        _(
            "This PDF does more than show pages: it holds a script, an action, a form "
            "that sends data, a film, another file, or a link to one."
        ),
        _advice(),
    )


def _comments_error():
    return RefusedFileError(
        "comments",
        _("This PDF holds comments or marks, with the names of those who made them."),
        _(
            "Make a clean copy: delete the comments, or print it as PDF without "
            "comments and marks, and upload that file."
        ),
    )


def _picture_error():
    return RefusedFileError(
        "picture",
        _("A picture in this PDF may show its place and camera: it cannot be cleaned."),
        _advice(),
    )


def _locked_error():
    return RefusedFileError(
        "locked",
        _("This PDF is protected by a password or by restrictions."),
        _advice(),
    )


def _advice():
    return _(
        "Make a clean copy: open it, choose Print and then “Save as PDF”, and upload "
        "that file."
    )

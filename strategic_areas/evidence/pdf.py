"""Cleans PDFs: active ones and comments are refused, others lose their metadata."""

import io
import re
import struct
import zipfile

import pikepdf
from django.utils.translation import gettext as _
from pikepdf import Name

from strategic_areas.evidence import pdf_actions
from strategic_areas.evidence.limits import (
    PDF_INDEX_BYTES,
    RefusedFileError,
    holds_another_file,
    not_what_its_name_says,
)
from strategic_areas.evidence.pdf_pictures import clean_pictures

#: Keys under which documents, pages and pictures say who made them, when and how, or
#: show them as they were.
METADATA = ("/Metadata", "/PieceInfo", "/LastModified", "/SpiderInfo", "/Thumb")
#: Keys under which a mark on a page says whose it is, and since when.
AUTHOR = ("/T", "/M", "/CreationDate", "/NM", "/Subj")
DRAWN = pdf_actions.MARKS | {"/FreeText", "/Link"}
END = re.compile(rb"%%EOF[\r\n\0 ]*\Z")

# A stream of 10 MB may unpack to gigabytes; the parser itself stops at these limits.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=PDF_INDEX_BYTES,
    png_max_memory=PDF_INDEX_BYTES,
    run_length_max_memory=PDF_INDEX_BYTES,
    tiff_max_memory=PDF_INDEX_BYTES,
)


def clean_pdf(content, extension="pdf"):
    """The same pages, written anew; refused when anything in them is active."""
    if not content.startswith(b"%PDF-"):
        raise not_what_its_name_says(extension, _advice())
    if not END.search(content) or zipfile.is_zipfile(io.BytesIO(content)):
        raise holds_another_file(_advice())
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            _must_be_passive(pdf)
            if len(pdf.pages) == 0:
                raise not_what_its_name_says(extension, _advice())
            return _rewritten(pdf)
    except pikepdf.PasswordError:
        raise _locked() from None
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
        raise not_what_its_name_says(extension, _advice()) from None


def _must_be_passive(pdf):
    if pdf.is_encrypted:
        raise _locked()
    for found in pdf.objects:
        for each, keys in pdf_actions.inside(found):
            _must_only_show(each, keys)
            _remove_metadata(each, keys)
    # A stream that the parser could not unpack has not been checked.
    if any("error decoding" in str(warning) for warning in pdf.get_warnings()):
        raise ValueError("A packed index that does not open")


def _rewritten(pdf):
    for key in ("/Info", "/ID"):
        if key in pdf.trailer:
            del pdf.trailer[key]
    try:
        clean_pictures(pdf)
    except (ValueError, struct.error):
        raise _odd_picture() from None
    written = io.BytesIO()
    pdf.save(
        written,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        deterministic_id=True,
    )
    return written.getvalue()


def _must_only_show(value, keys):
    """Refuse a name that runs something, and a dictionary that does or is a comment."""
    if isinstance(value, Name):
        if str(value) in pdf_actions.ACTIVE:
            raise _active()
    elif pdf_actions.does_more(value, keys):
        raise _active()
    elif "/Subtype" in keys and pdf_actions.is_note(value):
        raise _commented()


def _remove_metadata(value, keys):
    removed = [*METADATA]
    if "/Subtype" in keys and pdf_actions.name_of(value, "/Subtype") in DRAWN:
        removed += AUTHOR
    if "/URI" in keys and pdf_actions.opens_no_page(value):
        removed += ["/URI", "/S"]
    for key in removed:
        if key in keys:
            del value[key]


def _active():
    return RefusedFileError(
        "active",
        _(
            "This PDF does more than show pages: it holds a script, an action, a form "
            "that sends data, a film, another file, or a link to one."
        ),
        _advice(),
    )


def _commented():
    return RefusedFileError(
        "comments",
        _("This PDF holds comments or marks, with the names of those who made them."),
        _(
            "Make a clean copy: delete the comments, or print it as PDF without "
            "comments and marks, and upload that file."
        ),
    )


def _odd_picture():
    return RefusedFileError(
        "picture",
        _("A picture in this PDF may tell its place and camera: it cannot be cleaned."),
        _advice(),
    )


def _locked():
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

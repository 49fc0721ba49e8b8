"""Cleans PDFs: active ones are refused, others lose their author and program."""

import io
import re
import zipfile

import pikepdf
from django.utils.translation import gettext as _
from pikepdf import Array, Dictionary, Name, Stream, String

from strategic_areas.evidence.limits import (
    PDF_INDEX_BYTES,
    RefusedFileError,
    holds_another_file,
    not_what_its_name_says,
)

#: Names with which a PDF runs something or holds another file, anywhere in it.
ACTIVE = frozenset(
    """
    /JavaScript /JS /AA /Launch /EmbeddedFile /EmbeddedFiles /EF /RichMedia /XFA
    /SubmitForm /ImportData
    """.split()  # noqa: SIM905 - a paragraph reads better than eleven quoted words
)
#: Keys under which documents, pages and pictures say who made them, when and how.
METADATA = ("/Metadata", "/PieceInfo", "/LastModified")
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
    if any(_is_active(found) for found in pdf.objects):
        raise _active()
    # A stream that the parser could not unpack has not been checked.
    if any("error decoding" in str(warning) for warning in pdf.get_warnings()):
        raise ValueError("A packed index that does not open")


def _rewritten(pdf):
    if "/Info" in pdf.trailer:
        del pdf.trailer.Info
    for found in pdf.objects:
        if isinstance(found, Dictionary | Stream):
            for key in METADATA:
                if key in found:
                    del found[key]
    written = io.BytesIO()
    pdf.save(
        written,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )
    return written.getvalue()


def _is_active(found):
    """True when anything inside this object, however deep, is active."""
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Name):
            if str(value) in ACTIVE:
                return True
        elif isinstance(value, Array):
            waiting += [item for item in value if not _is_elsewhere(item)]
        elif isinstance(value, Dictionary | Stream):
            for key, item in value.items():
                if key in ACTIVE or (key == "/OpenAction" and not _only_shows(item)):
                    return True
                if not _is_elsewhere(item):
                    waiting.append(item)
    return False


def _is_elsewhere(item):
    """True for an indirect object, which is checked by itself."""
    return isinstance(item, pikepdf.Object) and item.is_indirect


def _only_shows(action):
    """True for an action that only opens a place in this document, as Office writes."""
    places = Array | Name | String
    if isinstance(action, Dictionary):
        return (
            action.get("/S") == Name.GoTo
            and isinstance(action.get("/D"), places)
            and "/Next" not in action
        )
    return isinstance(action, places)


def _active():
    return RefusedFileError(
        "active",
        _(
            "This PDF does more than show pages: it holds a script, an action, a form "
            "that sends data, a film, or another file."
        ),
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

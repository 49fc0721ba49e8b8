"""Accepted types and sizes of files."""

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _, gettext_lazy

#: docs/operate.md repeats the sizes for people.
MEGABYTE = 1024 * 1024

FILE_BYTES = 10 * MEGABYTE
FILES_PER_UPDATE = 5
AGENCY_BYTES = 500 * MEGABYTE
#: The largest request: all files of an update, and its text.
REQUEST_BYTES = FILES_PER_UPDATE * FILE_BYTES + 5 * MEGABYTE
IMAGE_PIXELS = 40_000_000
#: The largest unpacked stream of a PDF, such as an index or a page; all pages together.
PDF_STREAM_BYTES = 50 * MEGABYTE
PDF_PAGES_TOTAL_BYTES = 200 * MEGABYTE

#: The accepted extensions, with the content type under which each file is served. The
#: type that a browser states is ignored.
EXTENSIONS = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
}
SAVE_AS_PDF = gettext_lazy(
    "Save a Word or Excel file as PDF first. On a computer: “File”, “Save as” and the "
    "type PDF. On a phone: open it in Word or Excel, touch the three dots of its menu, "
    "then “Print” or “Export”, and choose PDF."
)
IS_HEIC = gettext_lazy("This photo is a HEIC file, which the portal cannot read.")
TAKE_AS_JPG = gettext_lazy(
    "On an iPhone choose “Settings”, “Camera”, “Formats”, “Most Compatible”, and take "
    "it again; on another phone switch off “HEIF” or “High efficiency” in the settings "
    "of the camera. Of a photo that you have already, attach a screenshot instead."
)


class RefusedFileError(Exception):
    """
    ``what`` is wrong with the file, and ``how`` to make a clean copy; both for users.

    ``code`` is for programs.
    """

    def __init__(self, code, what, how):
        self.code, self.what, self.how = code, what, how
        super().__init__(f"{what} {how}")


def check_size(content):
    if len(content) > FILE_BYTES:
        raise RefusedFileError(
            "size",
            _("This file is larger than %(limit)s.")
            % {"limit": filesizeformat(FILE_BYTES)},
            _(
                "Make a smaller copy: save it with smaller pictures or fewer pages, or "
                "scan it at a lower resolution."
            ),
        )


def wrong_type_error(extension, how):
    what = _("This is not a %(extension)s file, or it is damaged.")
    what %= {"extension": extension.upper()}
    return RefusedFileError("not_its_kind", what, how)


def heic_error():
    return RefusedFileError("heic", IS_HEIC, TAKE_AS_JPG)


def polyglot_error(how):
    """The error for a file that is valid as two types, a trick to hide one."""
    return RefusedFileError(
        "two_in_one",
        _("There is something else in this file before or after its content."),
        how,
    )


class SizeLimitHandler(FileUploadHandler):
    """Refuses a too large request before it is read."""

    def handle_raw_input(
        self, input_data, META, content_length, boundary, encoding=None
    ):
        if content_length > REQUEST_BYTES:
            raise RequestDataTooBig("The request is larger than any report.")

    def receive_data_chunk(self, raw_data, start):
        return raw_data

    def file_complete(self, file_size):
        return None

"""What files are taken, how much of them, and how a refusal is told."""

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext as _

#: docs/operate.md repeats the sizes for people.
MEGABYTE = 1024 * 1024

FILE_BYTES = 10 * MEGABYTE
FILES_PER_UPDATE = 5
AGENCY_BYTES = 500 * MEGABYTE
#: A whole request: all files of an update, and its text.
REQUEST_BYTES = FILES_PER_UPDATE * FILE_BYTES + 5 * MEGABYTE
IMAGE_PIXELS = 40_000_000
UNPACKED_BYTES = 200 * MEGABYTE
PACKED_ENTRIES = 2_000
#: The packed index of a PDF; its pages and pictures are never unpacked.
PDF_INDEX_BYTES = 50 * MEGABYTE

#: What may be uploaded, and as what it is handed out; never what the browser says.
EXTENSIONS = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8",
}


class RefusedFileError(Exception):
    """
    A file is not taken. ``what`` is wrong with it; ``how`` to make a clean copy.

    Both are sentences for the person who uploads, in her language; ``code`` is for
    programs.
    """

    def __init__(self, code, what, how):
        self.code, self.what, self.how = code, what, how
        super().__init__(f"{what} {how}")


def not_what_its_name_says(extension, how):
    """Its first bytes, or its parser, tell of something else."""
    what = _("This is not a %(extension)s file, or it is damaged.")
    what %= {"extension": extension.upper()}
    return RefusedFileError("not_its_kind", what, how)


def holds_another_file(how):
    """It can be read as two kinds of file, a trick to slip one of them past."""
    return RefusedFileError(
        "two_in_one",
        _("There is something else in this file before or after its content."),
        how,
    )


class SizeLimitHandler(FileUploadHandler):
    """
    Refuses a request that is larger than any report with all its evidence.

    It is asked before anything of the request is read; all else it passes on.
    """

    def handle_raw_input(
        self, input_data, META, content_length, boundary, encoding=None
    ):
        if content_length > REQUEST_BYTES:
            raise RequestDataTooBig("The request is larger than any report.")

    def receive_data_chunk(self, raw_data, start):
        return raw_data

    def file_complete(self, file_size):
        return None

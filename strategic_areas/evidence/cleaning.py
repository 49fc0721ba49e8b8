"""From an upload to a file that may be kept, or a refusal."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from strategic_areas.evidence.images import clean_image
from strategic_areas.evidence.limits import EXTENSIONS, FILE_BYTES
from strategic_areas.evidence.names import clean_name, extension_of
from strategic_areas.evidence.office import clean_office
from strategic_areas.evidence.pdf import clean_pdf
from strategic_areas.evidence.refusals import RefusedFileError
from strategic_areas.evidence.scanning import must_be_harmless
from strategic_areas.evidence.tables import clean_csv

CLEANERS = {
    "pdf": clean_pdf,
    "jpg": clean_image,
    "jpeg": clean_image,
    "png": clean_image,
    "xlsx": clean_office,
    "docx": clean_office,
    "csv": clean_csv,
}


@dataclass(frozen=True)
class CleanFile:
    """What is kept of an upload: the cleaned bytes, and what they are."""

    name: str
    content_type: str
    content: bytes

    @property
    def size(self):
        return len(self.content)

    @property
    def sha256(self):
        return hashlib.sha256(self.content).hexdigest()


def clean(upload):
    """
    The upload as a ``CleanFile``; ``RefusedFileError`` when it cannot be taken.

    It is read once: whoever asks again gets the same answer.
    """
    if not hasattr(upload, "answer"):
        try:
            upload.answer = _cleaned(upload)
        except RefusedFileError as error:
            upload.answer = error
    if isinstance(upload.answer, RefusedFileError):
        raise upload.answer
    return upload.answer


def clean_ahead(files):
    """
    Read every upload of a request, so that later ``clean`` has its answer at once.

    Call it before a transaction that saves them begins: a scanner may take seconds, in
    which nobody else could save, and the database ends what idles for too long.
    """
    for _name, uploads in files.lists():
        for upload in uploads:
            with suppress(RefusedFileError):
                clean(upload)


def _cleaned(upload):
    name = clean_name(upload.name)
    extension = extension_of(name)
    content = upload.read(FILE_BYTES + 1)
    if not content:
        raise RefusedFileError(
            "empty",
            _("This file is empty."),
            _("Save it again and upload that file."),
        )
    _must_be_small(content)
    must_be_harmless(content)
    cleaned = CLEANERS[extension](content, extension)
    _must_be_small(cleaned)
    return CleanFile(name, EXTENSIONS[extension], cleaned)


def _must_be_small(content):
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

"""Storage of private files, with limits."""

import secrets
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from django.core.files.base import ContentFile
from django.db.models import Q, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from agencies.files import delete_once_committed
from agencies.models import Agency
from strategic_areas.evidence.limits import (
    AGENCY_BYTES,
    FILES_PER_UPDATE,
    RefusedFileError,
)
from strategic_areas.models import Evidence
from strategic_areas.models.evidence import evidence_storage

TOKEN_BYTES = 20
#: The values of a row's file columns when it has no file.
NO_FILE = {
    **{"file": "", "original_name": "", "content_type": "", "sha256": ""},
    "size": None,
}

#: Names of the files written since ``discard_files_on_rollback`` began.
_written = ContextVar("written", default=None)


@contextmanager
def discard_files_on_rollback():
    """Context that removes the written files if the database rolls back."""
    names = []
    token = _written.set(names)
    try:
        yield
    except BaseException:
        for name in names:
            with suppress(OSError):
                evidence_storage().delete(name)
        raise
    finally:
        _written.reset(token)


def attach_file(evidence, cleaned_file):
    """Write the file under a random name and describe it in the unsaved evidence."""
    _remove_once_committed(evidence.file.name)
    evidence.kind = Evidence.Kind.FILE
    write_file(evidence, cleaned_file)


def write_file(row, cleaned_file):
    row.original_name = cleaned_file.name
    row.content_type = cleaned_file.content_type
    row.size = cleaned_file.size
    row.sha256 = cleaned_file.sha256
    content = ContentFile(cleaned_file.content)
    row.file.save(secrets.token_hex(TOKEN_BYTES), content, save=False)
    if _written.get() is not None:
        _written.get().append(row.file.name)


def check_space(agency, count, new_files):
    """
    Refuse more files than an update may have, or more bytes than an agency may store.

    ``count`` is the update's new number of files. Call it inside the saving
    transaction: it locks the agency against concurrent uploads.
    """
    if count > FILES_PER_UPDATE:
        raise RefusedFileError(
            "count",
            _("A report takes %(limit)s files at most.") % {"limit": FILES_PER_UPDATE},
            _("Join pages that belong together into one PDF, or give a link."),
        )
    if not new_files:
        return
    Agency.objects.select_for_update().get(pk=agency.pk)
    kept = Evidence.objects.of_agency(agency).filter(kind=Evidence.Kind.FILE)
    # A correction shares the file: count it once.
    total = kept.order_by().values("file", "size").distinct().aggregate(Sum("size"))
    used = total["size__sum"] or 0
    if used + sum(each.size for each in new_files) > AGENCY_BYTES:
        raise RefusedFileError(
            "quota",
            _("The files of this agency would be more than %(limit)s.")
            % {"limit": filesizeformat(AGENCY_BYTES)},
            _(
                "Remove files from drafts that need them no more, or record that the "
                "document lies in the archive."
            ),
        )


def check_duplicate(cleaned_file, others):
    """
    Refuse a file that the report already has among ``others``, rows or clean files.

    Call it after ``check_space``, which locks.
    """
    for other in others:
        if other.sha256 == cleaned_file.sha256:
            raise RefusedFileError(
                "twice",
                _("This report already has this file: %(name)s.")
                % {"name": other.original_name},
                _("Attach another file, or leave this one out."),
            )


def remove_with_row(sender, instance, **kwargs):
    _remove_once_committed(instance.file.name)


def remove_contents(rows):
    """
    Remove files, links and archive references; the rows stay, marked as removed.

    Other rows of the same file, and the history, are treated alike.
    """
    rows = list(rows)
    files = {item.file.name for item in rows if item.file}
    same = Q(pk__in=[item.pk for item in rows]) | Q(file__in=files)
    ids = list(Evidence.objects.filter(same).values_list("pk", flat=True))
    location = dict.fromkeys(Evidence.WHEREABOUTS, "")
    removed = {"kind": Evidence.Kind.REMOVED, **NO_FILE, **location}
    Evidence.objects.filter(pk__in=ids).update(**removed)
    Evidence.history.model.objects.filter(id__in=ids).update(**removed)
    for name in files:
        _remove_once_committed(name)


def remove_files(rows):
    """Delete the files of letters or amendments; their other fields stay."""
    for name in rows.exclude(file="").values_list("file", flat=True):
        _remove_once_committed(name)
    rows.update(**NO_FILE)


def _remove_once_committed(name):
    if name:
        rows = Evidence.objects.filter(file=name)
        delete_once_committed(
            evidence_storage(), name, is_unused=lambda: not rows.exists()
        )

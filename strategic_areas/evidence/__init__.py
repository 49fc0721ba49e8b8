"""Files of evidence: checking, cleaning, storage and removal."""

from strategic_areas.evidence.cleaning import (
    clean_ahead,
    clean_evidence,
    received_bytes,
)
from strategic_areas.evidence.limits import (
    EXTENSIONS,
    FILE_BYTES,
    FILES_PER_UPDATE,
    IS_HEIC,
    SAVE_AS_PDF,
    TAKE_AS_JPG,
    RefusedFileError,
)
from strategic_areas.evidence.storage import (
    attach_file,
    check_duplicate,
    check_space,
    discard_files_on_rollback,
    write_file,
)

__all__ = [
    "EXTENSIONS",
    "FILES_PER_UPDATE",
    "FILE_BYTES",
    "IS_HEIC",
    "SAVE_AS_PDF",
    "TAKE_AS_JPG",
    "RefusedFileError",
    "attach_file",
    "clean_evidence",
    "clean_ahead",
    "discard_files_on_rollback",
    "check_duplicate",
    "check_space",
    "received_bytes",
    "write_file",
]

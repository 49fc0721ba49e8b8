"""Files of evidence: how they are accepted, cleaned, stored and removed."""

from strategic_areas.evidence.cleaning import clean, clean_ahead, received
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
    attach,
    kept_only_if_saved,
    must_differ,
    must_fit,
    write,
)

__all__ = [
    "EXTENSIONS",
    "FILES_PER_UPDATE",
    "FILE_BYTES",
    "IS_HEIC",
    "SAVE_AS_PDF",
    "TAKE_AS_JPG",
    "RefusedFileError",
    "attach",
    "clean",
    "clean_ahead",
    "kept_only_if_saved",
    "must_differ",
    "must_fit",
    "received",
    "write",
]

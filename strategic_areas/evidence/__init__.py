"""
Files of evidence: how they are accepted, cleaned, stored and removed.

``clean`` reads an upload with a real parser and writes it anew without its metadata, or
refuses it with a message that says how to make a clean copy. Nothing is stored before
the whole report is valid.
"""

from strategic_areas.evidence.cleaning import clean, clean_ahead
from strategic_areas.evidence.keeping import (
    attach,
    kept_only_if_saved,
    must_differ,
    must_fit,
    write,
)
from strategic_areas.evidence.limits import (
    EXTENSIONS,
    FILE_BYTES,
    FILES_PER_UPDATE,
    RefusedFileError,
)

__all__ = [
    "EXTENSIONS",
    "FILES_PER_UPDATE",
    "FILE_BYTES",
    "RefusedFileError",
    "attach",
    "clean",
    "clean_ahead",
    "kept_only_if_saved",
    "must_differ",
    "must_fit",
    "write",
]

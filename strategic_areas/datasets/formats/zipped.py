"""Reproducible ZIP files."""

import io
import zipfile
from collections.abc import Iterable

NO_TIME = (1980, 1, 1, 0, 0, 0)


def zipped(files: Iterable[tuple[str, str | bytes]]) -> bytes:
    """A ZIP of files by name, without timestamps."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, content in files:
            about = zipfile.ZipInfo(name, NO_TIME)
            about.compress_type, about.create_system = zipfile.ZIP_DEFLATED, 3
            about.external_attr = 0o644 << 16
            package.writestr(about, content)
    return written.getvalue()

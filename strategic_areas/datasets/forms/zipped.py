"""Files inside a ZIP, which are the same bytes for the same content."""

import zipfile

#: The time of each file inside.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def add(package: zipfile.ZipFile, name: str, content: str | bytes):
    """Add a file without the time and the machine on which it was added."""
    about = zipfile.ZipInfo(name, NO_TIME)
    about.compress_type, about.create_system = zipfile.ZIP_DEFLATED, 3
    about.external_attr = 0o644 << 16
    package.writestr(about, content)

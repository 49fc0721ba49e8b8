"""Where private files lie."""

from contextlib import suppress

from django.core.files.storage import FileSystemStorage


class WholeFiles(FileSystemStorage):
    """
    A folder that keeps no part of a file for which there was no room.

    A full disk takes what fits, and no row would name it.
    """

    def _save(self, name, content):
        try:
            return super()._save(name, content)
        except OSError:
            with suppress(OSError):
                self.delete(name)
            raise

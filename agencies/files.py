"""Private files, stored in a folder or in a bucket (``agencies.buckets``)."""

from contextlib import suppress

from django.core.files.storage import FileSystemStorage
from django.db import transaction

#: The storages of private files, by their names in STORAGES.
PRIVATE_STORAGES = ("evidence", "letters")


class StoreUnreachableError(OSError):
    """The file store does not answer, or refuses the portal."""


class WholeFiles(FileSystemStorage):
    """
    A folder that deletes a file that was stored in part, as on a full disk.

    No row would name such a file, so nothing else would delete it.
    """

    def _save(self, name, content):
        try:
            return super()._save(name, content)
        except OSError:
            with suppress(OSError):
                self.delete(name)
            raise


def delete_once_committed(storage, name, *, is_unused=lambda: True):
    """
    Delete a file when the transaction commits, if it is unused then.

    Raises ``StoreUnreachableError`` at once if the store does not answer: otherwise the
    record would lose the name of a file that stays.
    """
    storage.exists(name)
    transaction.on_commit(lambda: is_unused() and storage.delete(name), robust=True)


def list_names(storage):
    try:
        return sorted(storage.listdir("")[1])
    except FileNotFoundError:  # the first file makes the folder
        return []

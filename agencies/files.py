"""Where private files lie: in a folder, or in a bucket (``agencies.buckets``)."""

from contextlib import suppress

from django.core.files.storage import FileSystemStorage
from django.db import transaction

#: The storages of private files, by their names in STORAGES.
PRIVATE = ("evidence", "letters")


class StoreUnreachableError(OSError):
    """The store of files does not answer, or refuses the portal."""


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


def delete_once_committed(storage, name, *, is_unused=lambda: True):
    """
    Delete a file when the transaction commits, if it is unused then.

    Raises ``StoreUnreachableError`` at once if the store is away.
    """
    storage.exists(name)  # else a record would forget a file that stays
    transaction.on_commit(lambda: is_unused() and storage.delete(name), robust=True)


def list_names(storage):
    try:
        return sorted(storage.listdir("")[1])
    except FileNotFoundError:  # the first file makes the folder
        return []

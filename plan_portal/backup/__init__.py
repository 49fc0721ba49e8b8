"""
Backups of the database and the private files.

``archive`` is the file, ``database`` the two engines; the command ``verify`` checks a
restored portal. ``purging.blanking`` notes purges beside the backups.
"""


class BackupError(Exception):
    """Why a backup cannot be made or restored, as a sentence for the operator."""

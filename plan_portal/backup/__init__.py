"""
Backups of the whole portal: its database, its private files, and what describes them.

``archive`` is the file on disk, ``database`` the two engines. The command ``verify``
checks a restored portal. What a purge leaves beside the backups is in ``purging``.
"""


class BackupError(Exception):
    """Why a backup cannot be made, read or restored, in a sentence for an operator."""

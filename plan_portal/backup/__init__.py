"""
Backups of the whole portal: its database, its private files, and what describes them.

``archive`` is the file on disk, ``database`` the two engines, ``purged`` what a purge
leaves beside the backups, ``checks`` what a restored portal must fulfil.
"""


class BackupError(Exception):
    """Why a backup cannot be made, read or restored, in a sentence for an operator."""

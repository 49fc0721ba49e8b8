"""
SQLite's statistics of the size of tables, for its query planner.

SQLite updates them only on request. Without them it may scan a large table for each row
of another.
"""

from django.db import connections

#: The first version that chooses the tables to analyse itself.
OPTIMIZES_ITSELF = (3, 46)


def update_row_counts(using="default"):
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    version = connection.Database.sqlite_version_info
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA optimize = 0x10002" if version >= OPTIMIZES_ITSELF else "ANALYZE"
        )

"""
What the database knows of how many rows its tables hold, to choose how it reads them.

SQLite counts only when it is told to, and without it reads a large table from end to
end for each row of another.
"""

from django.db import connections

#: The version from which on SQLite finds by itself which tables to count anew.
FINDS_BY_ITSELF = (3, 46)


def update_row_counts(using="default"):
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    finds = connection.Database.sqlite_version_info >= FINDS_BY_ITSELF
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA optimize = 0x10002" if finds else "ANALYZE")

"""
Statistics that let the query planner know the size of tables.

SQLite updates them only when told to; without them it may scan a large table for each
row of another.
"""

from django.db import connections

#: From this version SQLite itself finds the tables to analyse.
FINDS_BY_ITSELF = (3, 46)


def update_row_counts(using="default"):
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    finds = connection.Database.sqlite_version_info >= FINDS_BY_ITSELF
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA optimize = 0x10002" if finds else "ANALYZE")

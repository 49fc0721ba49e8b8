"""How tests read and run our migrations."""

from collections import defaultdict
from contextlib import contextmanager
from unittest import mock

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django_migration_linter import IgnoreMigration, MigrationLinter


@contextmanager
def written_down():
    """Migration → the statements by which it changes tables, written as they run."""
    told, apply = defaultdict(list), Migration.apply
    execute = BaseDatabaseSchemaEditor.execute

    def note(editor, sql, params=()):
        values = () if params is None else tuple(map(editor.quote_value, params))
        told[editor.migration].append(str(sql) % values if values else str(sql))
        execute(editor, sql, params)

    def name_and_apply(migration, state, editor, collect_sql=False):
        editor.migration = (migration.app_label, migration.name)
        return apply(migration, state, editor, collect_sql)

    with (
        mock.patch.object(BaseDatabaseSchemaEditor, "execute", note),
        mock.patch.object(Migration, "apply", name_and_apply),
    ):
        yield told


class Linter(MigrationLinter):
    """
    Reads our migrations that the database lacks, and says which it refuses.

    It is made before they run and asked afterwards: writing their statements out once
    more would take longer than running them.
    """

    #: Migration → its statements; see ``written_down``.
    statements = {}

    def __init__(self):
        super().__init__(
            include_apps=["agencies", "strategic_areas"],
            only_unapplied_migrations=True,
            no_output=True,
        )

    def get_sql(self, app_label, migration_name):
        told = self.statements.get((app_label, migration_name), [])
        return ["BEGIN;", *(f"{each.rstrip(';')};" for each in told), "COMMIT;"]

    def refuses(self, migration):
        """
        Whether the code before this migration would break, or wait, once it has run.

        A migration that tells the linter to look away is refused too.
        """
        before = self.nb_erroneous
        self.lint_migration(migration)
        looks_away = any(
            isinstance(each, IgnoreMigration) for each in migration.operations
        )
        return self.nb_erroneous > before or looks_away

"""What the migration linter says of our migrations, on PostgreSQL."""

from django_migration_linter import IgnoreMigration, MigrationLinter


class Linter(MigrationLinter):
    """Reads our migrations that the database lacks, and says which it refuses."""

    def __init__(self):
        super().__init__(
            include_apps=["agencies", "strategic_areas"],
            only_unapplied_migrations=True,
            no_output=True,
        )

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

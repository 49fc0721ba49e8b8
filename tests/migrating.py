"""How tests read and run our migrations."""

from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from unittest import mock

from django.db.models import Field
from django.utils.functional import cached_property
from django_migration_linter import IgnoreMigration, MigrationLinter


@contextmanager
def copied_fields():
    """
    Let Django copy the fields of past models instead of putting each together anew.

    For every field that a migration adds it makes some fifty models anew, with all
    their fields: copying takes a third less time in all.
    """
    with mock.patch.object(Field, "clone", _copied):
        yield


def _copied(field):
    """A copy that knows nothing yet of the model to which it will belong."""
    found = deepcopy(field)
    for name in _worked_out(type(field)):
        found.__dict__.pop(name, None)
    # Models sort their fields by it.
    found.creation_counter = Field.creation_counter
    Field.creation_counter += 1
    return found


@cache
def _worked_out(kind):
    every = [pair for each in kind.__mro__ for pair in vars(each).items()]
    return [name for name, value in every if isinstance(value, cached_property)]


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

"""Django's migrate, which retries after a deadlock on PostgreSQL."""

import time

from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, ProgrammingError, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from agencies import row_counts
from plan_portal.databases import lacks_privilege

#: Milliseconds to wait for a lock; requests queue behind this command and give up after
#: three seconds.
LOCK_MS = 2_500
#: Seconds in which attempts are repeated.
PATIENCE = 120
#: deadlock_detected, lock_not_available
CONFLICT_CODES = {"40P01", "55P03"}
#: The last commit that can migrate a portal from before 1.0; see docs/operate.md.
COMMIT_BEFORE_1_0 = "203f57d1"
#: The apps with migrations of their own.
APPS = ("agencies", "strategic_areas")


def reason_not_to_migrate(applied):
    """
    A sentence if a portal with these migrations must reach another commit first.

    ``applied`` are pairs of an app and a name. Returns "" if this version can migrate.
    """
    known = MigrationLoader(None).disk_migrations.values()
    for first in (each for each in known if each.initial and each.app_label in APPS):
        earlier = {name for _app, name in first.replaces}
        names = {name for app, name in applied if app == first.app_label}
        if names and first.name not in names and not earlier <= names:
            return (
                "This portal is older than 1.0 and nothing was changed. Update it to "
                f"commit {COMMIT_BEFORE_1_0} first: see docs/operate.md."
            )
    return ""


class Command(migrate.Command):
    """
    Migrations and triggers lock tables in another order than requests, so deadlocks can
    occur.

    If PostgreSQL ends this command's transaction, the step is rolled back and tried
    again.
    """

    def handle(self, *args, **options):
        target = connections[options["database"]]
        try:
            applied = MigrationRecorder(target).applied_migrations()
            if reason := reason_not_to_migrate(applied):
                raise CommandError(reason)
            self.migrate_with_retries(target, *args, **options)
            row_counts.update_row_counts(options["database"])
        except ProgrammingError as error:
            if not lacks_privilege(error):
                raise
            raise CommandError(
                "The role of DATABASE_URL may not change the tables. Run this as "
                "their owner: deploy/manage --owner, then the command"
            ) from error

    def migrate_with_retries(self, target, *args, **options):
        if target.vendor != "postgresql" or target.in_atomic_block:
            super().handle(*args, **options)
            return
        begun = time.monotonic()
        database_options = target.settings_dict["OPTIONS"]
        former_options = database_options.get("options", "")
        database_options["options"] = (
            f"{former_options} -c lock_timeout={LOCK_MS}".strip()
        )
        target.close()  # the options apply to the next connection
        try:
            while not self.has_migrated(*args, **options):
                if time.monotonic() > begun + PATIENCE:
                    raise CommandError(
                        "The tables were in use all the time, and triggers may be "
                        "missing until this ends well: stop the portal, then run it "
                        "again."
                    )
        finally:
            database_options["options"] = former_options
            target.close()

    def has_migrated(self, *args, **options):
        """False if a deadlock ended the attempt."""
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) not in CONFLICT_CODES:
                raise
            self.stderr.write(
                "Somebody was using the tables; what is left begins anew."
            )
            return False
        return True

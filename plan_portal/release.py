"""How a portal from before 1.0 reaches this version."""

from django.db.migrations.loader import MigrationLoader

#: The last commit that can migrate a portal from before 1.0; see docs/operate.md.
COMMIT_BEFORE_1_0 = "203f57d1"


def reason_not_to_migrate(applied):
    """
    A sentence if a portal with these migrations must reach another commit first.

    ``applied`` are pairs of an app and a name. Returns "" if this version can migrate.
    """
    files = MigrationLoader(None).disk_migrations
    for app in ("agencies", "strategic_areas"):
        first = files[app, "0001_initial"]
        earlier = {name for _app, name in first.replaces}
        names = {name for label, name in applied if label == app}
        if names and first.name not in names and not earlier <= names:
            return (
                "This portal is older than 1.0 and nothing was changed. Update it to "
                f"commit {COMMIT_BEFORE_1_0} first: see docs/operate.md."
            )
    return ""

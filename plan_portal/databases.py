"""The two databases that the portal runs on, as settings."""

from django.core.exceptions import ImproperlyConfigured


def embedded(path):
    """SQLite in one file: for one machine, and for trying the portal out."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # A writer waits its turn from the start instead of failing half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # What is deleted or purged is overwritten, not only unlinked.
            "init_command": (
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
                "PRAGMA secure_delete = ON;"
            ),
        },
    }


def named(config):
    """PostgreSQL, as DATABASE_URL names it."""
    if config["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres://")
    # No connection outlives its request, and none is waited for long: a database that
    # is frozen must not freeze the portal.
    options = {"connect_timeout": 2, **config.get("OPTIONS", {})}
    return {**config, "CONN_MAX_AGE": 0, "OPTIONS": options}

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


#: Seconds for a connection to be made; milliseconds for what was sent to be received.
#: A server or a network that went silent is given up by then.
SILENCE = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
#: The queries of pages join many tables and read few rows. To compile one, as
#: PostgreSQL does with what it takes for long, costs up to a second and saves nothing.
UNCOMPILED = "-c jit=off"
#: What one request may hold on to. A command that migrates or loads may take longer.
DEADLINES = {
    "statement_timeout": "5s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
}


def named(config):
    """PostgreSQL, as DATABASE_URL names it."""
    if config["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres://")
    # No connection outlives its request, and none is waited for long: a database that
    # is frozen must not freeze the portal.
    options = {**SILENCE, **config.get("OPTIONS", {})}
    options["options"] = f"{UNCOMPILED} {options.get('options', '')}".strip()
    return {**config, "CONN_MAX_AGE": 0, "OPTIONS": options}


def hold_to_deadlines(config):
    """
    Let PostgreSQL end what takes longer than a reader waits, in this process alone.

    ``config`` is the connection's own settings, changed before it is first made; what
    DATABASE_URL says in ``options`` comes last and wins. SQLite has a timeout already.
    """
    if config["ENGINE"] != "django.db.backends.postgresql":
        return
    asked = " ".join(f"-c {name}={value}" for name, value in DEADLINES.items())
    said = config["OPTIONS"].get("options", "")
    config["OPTIONS"]["options"] = f"{asked} {said}".strip()

"""Settings of the two supported databases."""


def embedded_database(path):
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # A writer waits its turn from the start instead of failing half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # What is deleted or purged is overwritten, not only unlinked; and a row
            # that another one replaces counts as deleted, for the triggers that count.
            "init_command": (
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
                "PRAGMA secure_delete = ON; PRAGMA recursive_triggers = ON;"
            ),
        },
    }


#: How long a silent server or network is waited for: seconds to connect, milliseconds
#: until the server acknowledges what was sent.
SILENCE = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
#: The queries of pages join many tables and read few rows. PostgreSQL takes them for
#: long ones and compiles them (JIT), which costs up to a second and saves nothing.
UNCOMPILED = "-c jit=off"
#: How soon the server ends the session of a machine that has vanished, and frees its
#: locks. By itself it would wait for two hours.
VANISHED = (
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
)
#: How long one request may use the database. Commands that migrate or load may take
#: longer.
DEADLINES = {
    "statement_timeout": "5s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
}


def named_database(config):
    # No connection outlives its request, and none is waited for long: a database that
    # is frozen must not freeze the portal.
    options = {**SILENCE, **config.get("OPTIONS", {})}
    said = options.get("options", "")
    options["options"] = f"{UNCOMPILED} {VANISHED} {said}".strip()
    return {**config, "CONN_MAX_AGE": 0, "OPTIONS": options}


#: How PostgreSQL calls it that a role lacks a right (insufficient_privilege).
NO_RIGHT = "42501"


def lacks_right(error):
    return getattr(error.__cause__, "pgcode", None) == NO_RIGHT


def unreadable_tables(connection):
    """Number of tables that its role may not read; 0 on SQLite."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname = current_schema() "
            "AND NOT has_table_privilege(c.oid, 'SELECT')"
        )
        return cursor.fetchone()[0]


def hold_to_deadlines(config):
    """
    Set PostgreSQL's statement timeout in ``config``; options of DATABASE_URL win.

    Call it before the connection is opened. SQLite has its own timeout.
    """
    if config["ENGINE"] != "django.db.backends.postgresql":
        return
    asked = " ".join(f"-c {name}={value}" for name, value in DEADLINES.items())
    said = config["OPTIONS"].get("options", "")
    config["OPTIONS"]["options"] = f"{asked} {said}".strip()

"""Settings of the two supported databases."""


def embedded_database(path):
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # A writer waits for the lock when it begins, and does not fail half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # secure_delete overwrites deleted or purged data; recursive_triggers runs
            # delete triggers for replaced rows too.
            "init_command": (
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
                "PRAGMA secure_delete = ON; PRAGMA recursive_triggers = ON;"
            ),
        },
    }


#: Timeouts of a silent server or network: seconds to connect, milliseconds until sent
#: data is acknowledged.
CONNECTION_TIMEOUTS = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
#: No JIT: PostgreSQL overestimates queries that join many tables and read few rows, and
#: compiling them takes up to a second.
NO_JIT = "-c jit=off"
#: The server ends the session of a vanished machine and frees its locks; the default is
#: two hours.
SERVER_KEEPALIVES = (
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
)
#: Timeouts of one request. Commands that migrate or load may take longer.
DEADLINES = {
    "statement_timeout": "5s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
}


def named_database(config):
    # A connection ends with its request, and timeouts are short: a frozen database must
    # not freeze the portal.
    options = {**CONNECTION_TIMEOUTS, **config.get("OPTIONS", {})}
    configured = options.get("options", "")
    options["options"] = f"{NO_JIT} {SERVER_KEEPALIVES} {configured}".strip()
    return {**config, "CONN_MAX_AGE": 0, "OPTIONS": options}


#: PostgreSQL's error code.
INSUFFICIENT_PRIVILEGE = "42501"


def lacks_privilege(error):
    return getattr(error.__cause__, "pgcode", None) == INSUFFICIENT_PRIVILEGE


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


def set_statement_timeouts(config):
    """Set PostgreSQL's statement timeout in ``config``; options of DATABASE_URL win."""
    if config["ENGINE"] != "django.db.backends.postgresql":
        return
    deadlines = " ".join(f"-c {name}={value}" for name, value in DEADLINES.items())
    configured = config["OPTIONS"].get("options", "")
    config["OPTIONS"]["options"] = f"{deadlines} {configured}".strip()

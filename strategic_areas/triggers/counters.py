"""
The counters of the publication version in SQL, and PostgreSQL's functions for them.

``versions.py`` says which change of which row moves which of them.
"""

from strategic_areas.triggers.statements import AT_COMMIT, PREFIX, model_named

#: Statuses of revisions of which the public knows. Of a submitted one it knows only
#: that it was submitted; of a draft or a returned one it knows nothing.
PUBLICLY_KNOWN = "('submitted', 'published', 'replaced', 'withdrawn')"
#: The models of revisions; rows that link to a revision are as public as it is. Each
#: comes with the kind of record of which it tells, a ``ChangedAccounts.Kind``, and with
#: the column that holds the id of that record.
TOLD_OF = {
    "ActivityUpdate": ("activity", "activity_id"),
    "CommitmentUpdate": ("commitment", "commitment_id"),
}
#: By counter, the counter whose next number it takes.
COUNTERS = {"number": "number", "takedowns": "takedowns", "structure": "number"}


def _version_table():
    return model_named("PublicationVersion")._meta.db_table


def move(*counters):
    """The SQL that moves these counters, and creates their row if it is missing."""
    version, names = _version_table(), ", ".join(COUNTERS)
    first = ", ".join(str(int(name in counters)) for name in COUNTERS)
    moved = (f'{name} = "{version}".{COUNTERS[name]} + 1' for name in counters)
    return (
        f'INSERT INTO "{version}" (id, {names}) VALUES (1, {first}) '  # noqa: S608
        f"ON CONFLICT (id) DO UPDATE SET {', '.join(moved)}"
    )


def note(kind, record):
    """The SQL that notes the number at which an account of this record changed."""
    noted = model_named("ChangedAccounts")._meta.db_table
    return (
        f'INSERT INTO "{noted}" (kind, record, number) '  # noqa: S608 - our names
        f"VALUES ({kind}, {record}, "
        f'(SELECT number FROM "{_version_table()}")) '
        "ON CONFLICT (kind, record) DO UPDATE SET number = excluded.number"
    )


def everything_changed():
    """The SQL that moves all counters, so that every page and board is made again."""
    moved = ", ".join(f"{name} = {COUNTERS[name]} + 1" for name in COUNTERS)
    return f'UPDATE "{_version_table()}" SET {moved}'  # noqa: S608 - our names


def functions():
    """The functions that the triggers call on PostgreSQL."""
    return [
        _version_moves(),
        _takes_down(),
        _structure_moves(),
        _account_changed(),
        _trigger_function("taken_down", f"PERFORM {PREFIX}takes_down();"),
        _trigger_function("move_version", _MOVE),
        _trigger_function("move_structure", _MOVE_STRUCTURE),
        *(_move_account(kind, column) for kind, column in TOLD_OF.values()),
        _move_beside("version", _MOVE),
        _move_beside("structure", _MOVE_STRUCTURE),
    ]


def _version_moves():
    """The function that moves ``number``, at most once in a transaction."""
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}version_moves() RETURNS void AS $$ "
        f"BEGIN {_once_per_transaction('portal.moved')} "
        f"{AT_COMMIT}; {move('number')}; "
        # PostgreSQL delivers it at commit, to the processes that keep finished pages.
        "PERFORM pg_notify('portal_version', ''); "
        "END $$ LANGUAGE plpgsql"
    )


def _takes_down():
    """The function that moves both counters, at most once in a transaction."""
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}takes_down() RETURNS void AS $$ "
        f"BEGIN PERFORM {PREFIX}version_moves(); "
        f"{_once_per_transaction('portal.taken_down')} {move('takedowns')}; "
        "END $$ LANGUAGE plpgsql"
    )


def _structure_moves():
    """The function that notes, once in a transaction, that the structure changed."""
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}structure_moves() "  # noqa: S608
        "RETURNS void AS $$ "
        f"BEGIN {_once_per_transaction('portal.structure')} "
        f'UPDATE "{_version_table()}" SET structure = number; '
        "END $$ LANGUAGE plpgsql"
    )


def _account_changed():
    """The function that notes of which record an account changed."""
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}account_changed(text, bigint) "
        f"RETURNS void AS $$ BEGIN {note('$1', '$2')}; END $$ LANGUAGE plpgsql"
    )


def _once_per_transaction(setting):
    """SQL that ends the function if this transaction has called it before."""
    return (
        f"IF current_setting('{setting}', true) IS NOT DISTINCT FROM "
        "txid_current()::text THEN RETURN; END IF; "
        f"PERFORM set_config('{setting}', txid_current()::text, true);"
    )


#: What a trigger's function does on PostgreSQL for a row of which the public knows.
_MOVE = (
    f"IF TG_OP = 'DELETE' THEN PERFORM {PREFIX}takes_down(); "
    f"ELSE PERFORM {PREFIX}version_moves(); END IF;"
)
#: The same for a row that the board of a plan may show.
_MOVE_STRUCTURE = f"{_MOVE} PERFORM {PREFIX}structure_moves();"


def _trigger_function(name, does):
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}{name}() RETURNS trigger AS $$ "
        f"BEGIN {does} RETURN NULL; END $$ LANGUAGE plpgsql"
    )


def _move_account(kind, column):
    """The function for a revision, of which the public may know."""
    noted = f"PERFORM {PREFIX}account_changed('{kind}', %s.{column});"
    does = (
        f"{_MOVE} IF TG_OP <> 'INSERT' THEN {noted % 'OLD'} END IF; "
        f"IF TG_OP <> 'DELETE' THEN {noted % 'NEW'} END IF;"
    )
    return _trigger_function(f"move_{kind}", does)


def _move_beside(name, does):
    """The function for rows that link to revisions of which the public may know."""
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}move_{name}_beside() "  # noqa: S608
        "RETURNS trigger AS $$ "
        "DECLARE number int := 0; told boolean; "
        "BEGIN WHILE number < TG_NARGS LOOP "
        "EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE status IN "
        + PUBLICLY_KNOWN.replace("'", "''")
        + " AND id IN (($1).%I, ($2).%I))', "
        "TG_ARGV[number + 1], TG_ARGV[number], TG_ARGV[number]) "
        "INTO told USING COALESCE(NEW, OLD), COALESCE(OLD, NEW); "
        f"IF told THEN {does} RETURN NULL; END IF; "
        "number := number + 2; END LOOP; RETURN NULL; END $$ LANGUAGE plpgsql"
    )

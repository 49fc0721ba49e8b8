"""
Triggers that move the counters of the publication version.

``number`` moves when a public row changes. ``takedowns`` moves too when a row is
deleted, or changed as in ``TAKEN_DOWN``: pages made before are never served again.
"""

from dataclasses import dataclass

from django.apps import apps

from strategic_areas.triggers.trigger_sql import (
    AT_COMMIT,
    EVENTS,
    PREFIX,
    Trigger,
    model_named,
    revision_models,
)

#: Statuses of revisions of which the public knows. Of a submitted one it knows only
#: that it was submitted; of a draft or a returned one it knows nothing.
PUBLICLY_KNOWN = "('submitted', 'published', 'replaced', 'withdrawn')"
#: What the version is made of.
COUNTERS = ("number", "takedowns")

#: Models that may link to a revision but are public by themselves.
ON_NO_REVISION = {"RecordDispute"}

_WITHDRAWN = "OLD.status = 'published' AND NEW.status = 'withdrawn'"
#: By model, the condition under which a change takes something away from the public;
#: every revision does when it is withdrawn.
#: Every change of a help line counts, since a wrong number may reach the wrong people.
#: A replaced revision does not count, as it can still be read at its address, and
#: neither does an edited text: a purge takes a text away for good. ``is_moving`` is
#: the column of ``is_locked`` and ``is_changing_rows``.
TAKEN_DOWN = {
    "Evidence": "OLD.is_public AND NOT NEW.is_public",
    "Activity": "NEW.counts_victims AND NOT OLD.counts_victims"
    " OR NEW.reaches_victims AND NOT OLD.reaches_victims"
    " OR NEW.provenance <> OLD.provenance",
    "Edition": "NEW.withdrawn IS DISTINCT FROM OLD.withdrawn"
    " OR NEW.is_moving AND NOT OLD.is_moving",
    "HelpLine": "NOT OLD.confirm_before_publishing",
    "PublishedFigure": "NEW.is_hidden AND NOT OLD.is_hidden",
    "Takedown": "OLD.is_moving AND NOT NEW.is_moving",
    "Purge": "OLD.status <> 'approved' AND NEW.status = 'approved'",
}


@dataclass(frozen=True)
class Table:
    """
    A public table. ``revision_links`` are pairs of a column and the table of revisions
    that it links to.
    """

    name: str
    is_of_revisions: bool = False
    revision_links: tuple[tuple[str, str], ...] = ()


def public_tables():
    for model in apps.get_models():
        declared = getattr(model, "fields", None)
        is_public = bool(declared and declared.names(public=True))
        if getattr(model, "moves_version", is_public):
            yield _table(model)
            for many in model._meta.many_to_many:
                if many.name != "contributors":
                    yield _table(many.remote_field.through)


def _table(model):
    links = tuple(
        (field.column, field.related_model._meta.db_table)
        for field in model._meta.concrete_fields
        if field.related_model in revision_models()
        and model.__name__ not in ON_NO_REVISION
    )
    return Table(model._meta.db_table, model in revision_models(), links)


def version():
    """Triggers that move ``number``; a deletion moves ``takedowns`` too."""
    for table in public_tables():
        for event in EVENTS:
            rows = {"INSERT": ["NEW"], "DELETE": ["OLD"]}.get(event, ["NEW", "OLD"])
            name = f"{PREFIX}v_{event.lower()}_{table.name}"[:63]
            yield Trigger(
                name=name,
                table=table.name,
                sqlite=_sqlite(name, table, event, rows),
                postgresql=_postgresql(name, table, event, rows),
            )


def takedowns():
    """
    Triggers that move both counters when a row changes as in ``TAKEN_DOWN``, or the
    protection of an indicator changes.
    """
    withdrawn = {model.__name__: _WITHDRAWN for model in revision_models()}
    protects = model_named("Indicator").fields.columns(protects=True)
    changed = (f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in protects)
    conditions = withdrawn | TAKEN_DOWN | {"Indicator": " OR ".join(changed)}
    for model, condition in conditions.items():
        table = model_named(model)._meta.db_table
        name = f"{PREFIX}takedown_{table}"
        yield Trigger(
            name=name,
            table=table,
            sqlite=(
                f'CREATE TRIGGER "{name}" AFTER UPDATE ON "{table}" WHEN {condition} '
                f"BEGIN {_move('number', 'takedowns')}; END"
            ),
            postgresql=(
                f'CREATE CONSTRAINT TRIGGER "{name}" AFTER UPDATE ON "{table}" '
                "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
                f"WHEN ({condition}) EXECUTE FUNCTION {PREFIX}taken_down()"
            ),
        )


def _of_status(table, rows):
    return " OR ".join(f"{row}.status IN {PUBLICLY_KNOWN}" for row in rows)


def _sqlite(name, table, event, rows):
    when = ""
    if table.is_of_revisions:
        when = f"WHEN {_of_status(table, rows)} "
    elif table.revision_links:
        conditions = " OR ".join(
            f'EXISTS (SELECT 1 FROM "{parent}" '  # noqa: S608 - our own names
            f"WHERE id = {row}.{column} AND status IN {PUBLICLY_KNOWN})"
            for row in rows
            for column, parent in table.revision_links
        )
        when = f"WHEN {conditions} "
    counters = ["number", "takedowns"] if event == "DELETE" else ["number"]
    return (
        f'CREATE TRIGGER "{name}" AFTER {event} ON "{table.name}" {when}'
        f"BEGIN {_move(*counters)}; END"
    )


def _postgresql(name, table, event, rows):
    when = ""
    function = f"{PREFIX}move_version()"
    if table.is_of_revisions:
        when = f"WHEN ({_of_status(table, rows)}) "
    elif table.revision_links:
        # A condition of a trigger may not read another table there; its function may.
        arguments = ", ".join(
            f"'{name}'" for pair in table.revision_links for name in pair
        )
        function = function.replace("()", f"_beside({arguments})")
    # Deferred to commit: an immediate one makes two editors deadlock.
    return (
        f'CREATE CONSTRAINT TRIGGER "{name}" AFTER {event} ON "{table.name}" '
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        f"{when}EXECUTE FUNCTION {function}"
    )


def _version_table():
    return model_named("PublicationVersion")._meta.db_table


def _move(*counters):
    version = _version_table()
    first = ", ".join(str(int(name in counters)) for name in COUNTERS)
    moved = (f'{name} = "{version}".{name} + 1' for name in counters)
    return (
        f'INSERT INTO "{version}" (id, {", ".join(COUNTERS)}) '  # noqa: S608
        f"VALUES (1, {first}) "
        f"ON CONFLICT (id) DO UPDATE SET {', '.join(moved)}"
    )


def everything_changed():
    """SQL that moves both counters."""
    moved = ", ".join(f"{name} = {name} + 1" for name in COUNTERS)
    return f'UPDATE "{_version_table()}" SET {moved}'  # noqa: S608 - our names


def functions():
    """Functions that the triggers call on PostgreSQL."""
    return [
        _version_moves(),
        _takes_down(),
        _trigger_function("taken_down", f"PERFORM {PREFIX}takes_down();"),
        _trigger_function("move_version", _MOVE),
        _move_beside(),
    ]


def _version_moves():
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}version_moves() RETURNS void AS $$ "
        f"BEGIN {_once_per_transaction('portal.moved')} "
        f"{AT_COMMIT}; {_move('number')}; "
        # PostgreSQL delivers it at commit, to the processes that keep finished pages.
        "PERFORM pg_notify('portal_version', ''); "
        "END $$ LANGUAGE plpgsql"
    )


def _takes_down():
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}takes_down() RETURNS void AS $$ "
        f"BEGIN PERFORM {PREFIX}version_moves(); "
        f"{_once_per_transaction('portal.taken_down')} {_move('takedowns')}; "
        "END $$ LANGUAGE plpgsql"
    )


def _once_per_transaction(setting):
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


def _trigger_function(name, does):
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}{name}() RETURNS trigger AS $$ "
        f"BEGIN {does} RETURN NULL; END $$ LANGUAGE plpgsql"
    )


def _move_beside():
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}move_version_beside() "  # noqa: S608
        "RETURNS trigger AS $$ "
        "DECLARE number int := 0; told boolean; "
        "BEGIN WHILE number < TG_NARGS LOOP "
        "EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I WHERE status IN "
        + PUBLICLY_KNOWN.replace("'", "''")
        + " AND id IN (($1).%I, ($2).%I))', "
        "TG_ARGV[number + 1], TG_ARGV[number], TG_ARGV[number]) "
        "INTO told USING COALESCE(NEW, OLD), COALESCE(OLD, NEW); "
        f"IF told THEN {_MOVE} RETURN NULL; END IF; "
        "number := number + 2; END LOOP; RETURN NULL; END $$ LANGUAGE plpgsql"
    )

"""A trigger, with the SQL statement that creates it on each engine."""

from dataclasses import dataclass

from django.apps import apps

PREFIX = "portal_"
EVENTS = ("INSERT", "UPDATE", "DELETE")
#: On PostgreSQL all work at commit takes one lock, since two could cause a deadlock.
AT_COMMIT = "PERFORM pg_advisory_xact_lock(hashtext('portal_at_commit'))"
PUBLIC_RECORD = "('published', 'replaced', 'withdrawn')"


@dataclass(frozen=True)
class Trigger:
    """
    One trigger: its name, its table, and the statement for each engine.

    The statement is empty for an engine that does not need the trigger.
    """

    name: str
    table: str
    sqlite: str
    postgresql: str

    def create(self, vendor):
        return self.sqlite if vendor == "sqlite" else self.postgresql


def model_named(name):
    return apps.get_model("strategic_areas", name)


def refusal(name, table, event, when, message):
    """A trigger that refuses ``event`` on a row for which ``when`` holds."""
    timing = event.split()[0]
    function = f"{PREFIX}refuse_{name}"[:63]
    old_or_new = "OLD" if timing == "DELETE" else "NEW"
    return Trigger(
        name=f"{PREFIX}{name}",
        table=table,
        sqlite=(
            f'CREATE TRIGGER "{PREFIX}{name}" BEFORE {event} ON "{table}" '
            f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ),
        postgresql=(
            f'CREATE OR REPLACE FUNCTION "{function}"() RETURNS trigger AS $$ BEGIN '
            f"IF {when} THEN RAISE EXCEPTION '{message}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"RETURN {old_or_new}; END $$ LANGUAGE plpgsql; "
            f'CREATE TRIGGER "{PREFIX}{name}" BEFORE {event} ON "{table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{function}"()'
        ),
    )

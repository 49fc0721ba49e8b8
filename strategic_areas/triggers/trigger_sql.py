"""A trigger and its SQL on each engine."""

from dataclasses import dataclass

from django.apps import apps

PREFIX = "portal_"
EVENTS = ("INSERT", "UPDATE", "DELETE")
#: On PostgreSQL all work at commit takes one lock, since two could cause a deadlock.
AT_COMMIT = "PERFORM pg_advisory_xact_lock(hashtext('portal_at_commit'))"
#: Holds for each row: the table keeps all its rows.
EVERY_ROW = "OLD.id IS NOT NULL"
PUBLIC_STATUSES = "('published', 'replaced', 'withdrawn')"


@dataclass(frozen=True)
class Trigger:
    """
    A trigger with its SQL for each engine, or "". ``kept`` is a condition on rows that
    may not be deleted.
    """

    name: str
    table: str
    sqlite: str
    postgresql: str
    kept: str = ""
    message: str = ""

    def sql_for(self, vendor):
        return self.sqlite if vendor == "sqlite" else self.postgresql


def model_named(name):
    return apps.get_model("strategic_areas", name)


def revision_models():
    """Models of revisions: their ``link_field`` names the field that links to them."""
    return [each for each in apps.get_models() if getattr(each, "link_field", "")]


def refusal(name, table, event, when, message):
    """A trigger that refuses ``event`` on a row for which ``when`` holds."""
    operation = event.split()[0]
    function = f"{PREFIX}refuse_{name}"[:63]
    old_or_new = "OLD" if operation == "DELETE" else "NEW"
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
        kept=when if operation == "DELETE" else "",
        message=message,
    )


def refusal_of_replacing(deletion):
    """
    A trigger against SQLite's INSERT OR REPLACE, which deletes rows with the same key
    without firing ``deletion``.
    """
    name, table = f"{deletion.name}_by_replacing", deletion.table
    same = " OR ".join(
        " AND ".join(f'OLD."{column}" = NEW."{column}"' for column in key)
        for key in _keys(deletion)
    )
    return Trigger(
        name=name,
        table=table,
        sqlite=(
            f'CREATE TRIGGER "{name}" BEFORE INSERT ON "{table}" '  # noqa: S608
            f'WHEN EXISTS (SELECT 1 FROM "{table}" AS OLD '
            f"WHERE ({same}) AND ({deletion.kept})) "
            f"BEGIN SELECT RAISE(ABORT, '{deletion.message}'); END"
        ),
        postgresql="",
    )


def _keys(deletion):
    (model,) = (
        each
        for each in apps.get_models(include_auto_created=True)
        if each._meta.db_table == deletion.table
    )
    meta = model._meta
    yield [meta.pk.column]
    if deletion.kept != EVERY_ROW and model not in revision_models():
        # The other tables with codes hold parts of plans: an approved plan refuses new
        # ones too. Elsewhere a taken code gets the constraint's message.
        return
    for field in meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield [field.column]
    for constraint in meta.total_unique_constraints:
        yield [meta.get_field(name).column for name in constraint.fields]

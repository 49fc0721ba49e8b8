"""
What the database itself refuses or counts, on both engines. Declared here only.

* plan agreement: a record stands in the same plan as the record above it, and never
  moves to another plan;
* the public record: a published, replaced or withdrawn revision keeps its content; a
  transition or a submission is never changed or deleted, only its free text may be
  blanked;
* publication version: whatever changes what the public reads moves one counter in
  the same transaction, so that no code path, bulk update or SQL shell goes unseen.

They are dropped before and installed after every migrate; ``missing`` tells which of
them are not there, for the readiness probe.
"""

from dataclasses import dataclass

from django.apps import apps
from django.db import connections, transaction

PREFIX = "portal_"
EVENTS = ("INSERT", "UPDATE", "DELETE")
PUBLIC_RECORD = "('published', 'replaced', 'withdrawn')"


@dataclass(frozen=True)
class Trigger:
    """One trigger: its name, its table, and the statement for each engine."""

    name: str
    table: str
    sqlite: str
    postgresql: str

    def create(self, vendor):
        return self.sqlite if vendor == "sqlite" else self.postgresql


def _model(name):
    return apps.get_model("strategic_areas", name)


def _refusal(name, table, event, when, message):
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


def _plan_agreement():
    """One refusal per foreign key that must stay within the plan, and no moving."""
    for model in apps.get_app_config("strategic_areas").get_models():
        for link in getattr(model, "same_plan_as", ()):
            field = model._meta.get_field(link)
            table, parent = model._meta.db_table, field.related_model._meta.db_table
            when = (
                f"NEW.{field.column} IS NOT NULL AND "  # noqa: S608 - our own names
                f"NEW.plan_id <> "
                f'(SELECT plan_id FROM "{parent}" '
                f"WHERE id = NEW.{field.column})"
            )
            message = f"{model._meta.model_name}.{link} is of another plan"
            for event in ("INSERT", "UPDATE"):
                name = f"{model._meta.model_name}_{link}_plan_{event.lower()}"
                yield _refusal(name, table, event, when, message)
        if hasattr(model, "same_plan_as"):
            yield _refusal(
                f"{model._meta.model_name}_stays_in_plan",
                model._meta.db_table,
                "UPDATE",
                "NEW.plan_id <> OLD.plan_id",
                f"a {model._meta.model_name} never moves to another plan",
            )


#: Columns of a public revision that may still change: its standing and its stamps.
MOVABLE = {"status", "withdrawn_at", "withdrawn_by_id", "withdrawal_reason"}


def _differs(column):
    return f'NEW."{column}" IS DISTINCT FROM OLD."{column}"'


def _public_record():
    for name in ("ActivityUpdate", "CommitmentUpdate"):
        model = _model(name)
        table, label = model._meta.db_table, model._meta.model_name
        kept = [
            field.column
            for field in model._meta.concrete_fields
            if field.column not in MOVABLE | {"changed_at"}
        ]
        changed = " OR ".join(_differs(column) for column in kept)
        yield _refusal(
            f"{label}_public_content",
            table,
            "UPDATE",
            f"OLD.status IN {PUBLIC_RECORD} AND ({changed})",
            f"a public {label} never changes: correct it by a new revision",
        )
        yield _refusal(
            f"{label}_public_status",
            table,
            "UPDATE",
            f"OLD.status IN {PUBLIC_RECORD} AND NEW.status <> OLD.status AND NOT "
            "(OLD.status = 'published' AND NEW.status IN ('replaced', 'withdrawn'))",
            f"a public {label} is only ever replaced or withdrawn",
        )
        yield _refusal(
            f"{label}_public_deletion",
            table,
            "DELETE",
            f"OLD.status IN {PUBLIC_RECORD}",
            f"a public {label} is never deleted",
        )
    yield from _public_sources()
    yield _refusal(
        "period_stays_a_demonstration",
        _model("ReportingPeriod")._meta.db_table,
        "UPDATE",
        "NEW.is_demonstration IS DISTINCT FROM OLD.is_demonstration",
        "whether a period is a demonstration never changes",
    )


#: What is only ever appended: its free text, and what that is when it is blank.
APPENDED = {"Transition": ("reason", ""), "Submission": ("content", "{}")}


def _append_only():
    for name, (text, blank) in APPENDED.items():
        model = _model(name)._meta
        kept = [f.column for f in model.concrete_fields if f.column != text]
        changed = " OR ".join(_differs(column) for column in kept)
        yield _refusal(
            f"{model.model_name}_change",
            model.db_table,
            "UPDATE",
            f"{changed} OR ({_differs(text)} "
            f"AND CAST(NEW.{text} AS text) <> '{blank}')",
            f"a {model.model_name} never changes; only its free text may be blanked",
        )
        yield _refusal(
            f"{model.model_name}_deletion",
            model.db_table,
            "DELETE",
            "OLD.id IS NOT NULL",
            f"a {model.model_name} is never deleted",
        )


def _public_sources():
    """The sources of a public revision are part of what it says: none goes."""
    for name in ("ActivityUpdate", "CommitmentUpdate"):
        model = _model(name)
        label, through = model._meta.model_name, model.sources.through._meta
        parent = f"OLD.{label}_id"
        when = (
            f"(SELECT status FROM {model._meta.db_table} "  # noqa: S608 - our own names
            f"WHERE id = {parent}) IN {PUBLIC_RECORD}"
        )
        message = f"a public {label} keeps its sources"
        for event in ("UPDATE", "DELETE"):
            yield _refusal(
                f"{label}_sources_{event.lower()}",
                through.db_table,
                event,
                when,
                message,
            )


#: Tables that only staff read, or that carry no content of a public page.
NOT_PUBLIC = {
    "RoundReopening",
    "Submission",
    "ImportedRecord",
    "PublicationVersion",
    "Measurement",
    "Breakdown",
}


def _public_tables():
    """Pairs of a table and the condition under which a row of it is public."""
    status = f"{{row}}.status IN {PUBLIC_RECORD}"
    conditions = {"ActivityUpdate": status, "CommitmentUpdate": status}
    for config in ("agencies", "strategic_areas"):
        for model in apps.get_app_config(config).get_models():
            name = model.__name__
            if name.startswith("Historical") or name in NOT_PUBLIC:
                continue
            if config == "agencies" and name not in {"Agency", "AgencyName"}:
                continue
            yield model._meta.db_table, conditions.get(name)
            for many in model._meta.many_to_many:
                if many.name != "contributors":
                    yield many.remote_field.through._meta.db_table, None


def _next_version():
    """The statement that moves the counter; the row is made when it is missing."""
    version = _model("PublicationVersion")._meta.db_table
    return (
        f'INSERT INTO "{version}" (id, number) VALUES (1, 1) '  # noqa: S608 - our names
        f'ON CONFLICT (id) DO UPDATE SET number = "{version}".number + 1'
    )


def _version():
    upsert = _next_version()
    for table, condition in _public_tables():
        for event in EVENTS:
            rows = {"INSERT": ["NEW"], "DELETE": ["OLD"]}.get(event, ["NEW", "OLD"])
            when = (
                " OR ".join(condition.format(row=row) for row in rows)
                if (condition)
                else ""
            )
            when_sqlite = f"WHEN {when} " if when else ""
            when_postgresql = f"WHEN ({when}) " if when else ""
            name = f"{PREFIX}v_{event.lower()}_{table}"[:63]
            yield Trigger(
                name=name,
                table=table,
                sqlite=(
                    f'CREATE TRIGGER "{name}" AFTER {event} ON "{table}" {when_sqlite}'
                    f"BEGIN {upsert}; END"
                ),
                # Deferred to commit: an immediate one makes two editors deadlock.
                postgresql=(
                    f'CREATE CONSTRAINT TRIGGER "{name}" AFTER {event} ON "{table}" '
                    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
                    f"{when_postgresql}EXECUTE FUNCTION {PREFIX}move_version()"
                ),
            )


def _move_version_function():
    """Once per transaction is enough, however many rows it changes."""
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}move_version() RETURNS trigger AS $$ "
        "BEGIN "
        "IF current_setting('portal.moved', true) IS NOT DISTINCT FROM "
        "txid_current()::text THEN RETURN NULL; END IF; "
        "PERFORM set_config('portal.moved', txid_current()::text, true); "
        f"{_next_version()}; "
        "RETURN NULL; END $$ LANGUAGE plpgsql"
    )


def declared():
    """Every trigger that the portal needs, as a list of ``Trigger``."""
    return [*_plan_agreement(), *_public_record(), *_append_only(), *_version()]


def _existing(connection):
    """Names of our triggers that are in the database, with their tables."""
    if connection.vendor == "sqlite":
        query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT t.tgname, c.relname FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' "
            "AND n.nspname = ANY (current_schemas(false))"
        )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name: table for name, table in cursor if name.startswith(PREFIX)}


def missing(using="default"):
    """The names of declared triggers that the database lacks, sorted."""
    existing = _existing(connections[using])
    return sorted(t.name for t in declared() if existing.get(t.name) != t.table)


def drop(using="default"):
    """Remove every trigger of ours; the functions stay."""
    connection = connections[using]
    existing = _existing(connection)
    with connection.cursor() as cursor:
        for name, table in existing.items():
            where = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER "{name}"{where}')


def install(using="default"):
    """Put every declared trigger in place, whatever was there before."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        drop(using)
        if connection.vendor == "postgresql":
            cursor.execute(_move_version_function())
        for trigger in declared():
            cursor.execute(trigger.create(connection.vendor))


def drop_before_migrate(sender, using, plan=(), **kwargs):
    """
    Receiver of ``pre_migrate``: only when there is something to apply.

    A migrate that has nothing to do leaves a portal that is being used armed.
    """
    if plan:
        drop(using)


def install_after_migrate(sender, using, plan=(), **kwargs):
    """Receiver of ``post_migrate``; tables may be missing after going backwards."""
    tables = set(connections[using].introspection.table_names())
    if not {trigger.table for trigger in declared()} <= tables:
        return
    if plan or missing(using):
        install(using)

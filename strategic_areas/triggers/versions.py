"""What moves the publication version: every row that a public page shows."""

from django.apps import apps

from strategic_areas.triggers.statements import (
    AT_COMMIT,
    EVENTS,
    PREFIX,
    PUBLIC_RECORD,
    Trigger,
    model_named,
)

#: Tables that only staff read, or that carry no content of a public page.
NOT_PUBLIC = {
    "ActivityProposal",
    "PendingChange",
    "RoundReopening",
    "Submission",
    "Purge",
    "PurgedText",
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
    version = model_named("PublicationVersion")._meta.db_table
    return (
        f'INSERT INTO "{version}" (id, number) VALUES (1, 1) '  # noqa: S608 - our names
        f'ON CONFLICT (id) DO UPDATE SET number = "{version}".number + 1'
    )


def version():
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


def move_version_function():
    """Once per transaction is enough, however many rows it changes."""
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}move_version() RETURNS trigger AS $$ "
        "BEGIN "
        "IF current_setting('portal.moved', true) IS NOT DISTINCT FROM "
        "txid_current()::text THEN RETURN NULL; END IF; "
        "PERFORM set_config('portal.moved', txid_current()::text, true); "
        f"{AT_COMMIT}; {_next_version()}; "
        # Delivered at commit, to whoever keeps finished pages.
        "PERFORM pg_notify('portal_version', ''); "
        "RETURN NULL; END $$ LANGUAGE plpgsql"
    )

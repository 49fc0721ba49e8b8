"""Triggers of the audit record."""

from django.apps import apps

from strategic_areas.triggers.trigger_sql import (
    AT_COMMIT,
    EVERY_ROW,
    PREFIX,
    Trigger,
    refusal,
)

ENTRIES, HEAD = "agencies_auditentry", "agencies_audithead"
NEVER = "the audit record is only appended to"
#: Columns that are set once, when an entry is added to the chain.
PLACE = {"seq", "prev_hash", "hash"}


def record():
    fields = apps.get_model("agencies", "AuditEntry")._meta.concrete_fields
    kept = [field.column for field in fields if field.name not in PLACE]
    changed = " OR ".join(
        f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in kept
    )
    changes = f"OLD.seq IS NOT NULL OR {changed}"
    yield refusal("audit_change", ENTRIES, "UPDATE", changes, NEVER)
    yield refusal("audit_deletion", ENTRIES, "DELETE", EVERY_ROW, NEVER)
    backwards = "NEW.id <> OLD.id OR NEW.seq <> OLD.seq + 1"
    yield refusal("audit_head_change", HEAD, "UPDATE", backwards, NEVER)
    yield refusal("audit_head_deletion", HEAD, "DELETE", EVERY_ROW, NEVER)
    yield _no_emptying("audit_emptying", ENTRIES)
    yield _no_emptying("audit_head_emptying", HEAD)
    yield _chaining()


def _no_emptying(name, table):
    return Trigger(
        name=f"{PREFIX}{name}",
        table=table,
        sqlite="",
        postgresql=(
            f'CREATE OR REPLACE FUNCTION "{PREFIX}refuse_{name}"() RETURNS trigger '
            f"AS $$ BEGIN RAISE EXCEPTION '{NEVER}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$ "
            f'LANGUAGE plpgsql; CREATE TRIGGER "{PREFIX}{name}" BEFORE TRUNCATE '
            f'ON "{table}" FOR EACH STATEMENT '
            f'EXECUTE FUNCTION "{PREFIX}refuse_{name}"()'
        ),
    )


def _chaining():
    name = f"{PREFIX}audit_chain"
    return Trigger(
        name=name,
        table=ENTRIES,
        sqlite="",  # there the transaction is alone, and the code itself appends
        postgresql=(
            f'CREATE CONSTRAINT TRIGGER "{name}" AFTER INSERT ON "{ENTRIES}" '
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
            f"EXECUTE FUNCTION {PREFIX}audit_chain()"
        ),
    )


def chain_functions():
    """
    Functions that add an entry to the chain, with the rights of the tables' owner.
    ``agencies.audit.chain`` computes the same hash.
    """
    append, chain = f"{PREFIX}audit_append(bigint)", f"{PREFIX}audit_chain()"
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}audit_append(entry bigint) "  # noqa: S608
        "RETURNS void SECURITY DEFINER AS $$ "
        f'DECLARE head "{HEAD}"%ROWTYPE; link text; BEGIN {AT_COMMIT}; '
        f'INSERT INTO "{HEAD}" (id, seq, hash) '
        "VALUES (1, 0, repeat('0', 64)) ON CONFLICT (id) DO NOTHING; "
        f'SELECT * INTO head FROM "{HEAD}" WHERE id = 1; '
        "SELECT encode(sha256(convert_to("
        "head.hash || ':' || (head.seq + 1) || ':' || digest, 'UTF8')), 'hex') "
        f'INTO link FROM "{ENTRIES}" WHERE id = entry; '
        f'UPDATE "{ENTRIES}" SET seq = head.seq + 1, prev_hash = head.hash, '
        "hash = link WHERE id = entry AND seq IS NULL; "
        f'IF FOUND THEN UPDATE "{HEAD}" SET seq = head.seq + 1, hash = link '
        "WHERE id = 1; END IF; END $$ LANGUAGE plpgsql; "
        f"CREATE OR REPLACE FUNCTION {chain} RETURNS trigger SECURITY DEFINER AS $$ "
        f"BEGIN PERFORM {PREFIX}audit_append(NEW.id); RETURN NULL; END $$ "
        "LANGUAGE plpgsql; "
        f"{_in_our_schema(append)}; {_in_our_schema(chain)}; "
        f"REVOKE ALL ON FUNCTION {append} FROM PUBLIC"
    )


def _in_our_schema(function):
    return (
        f"DO $$ BEGIN EXECUTE format('ALTER FUNCTION {function} "
        "SET search_path = %I, pg_temp', current_schema()); END $$"
    )


def chain_what_waits():
    """SQL that chains entries recorded while there were no triggers."""
    return (
        f"SELECT {PREFIX}audit_append(id) "  # noqa: S608 - our own names
        f'FROM "{ENTRIES}" WHERE seq IS NULL ORDER BY id'
    )

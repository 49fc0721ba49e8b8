"""
The triggers: what the database itself refuses or counts, on both engines.

* Plan agreement: a record belongs to the same plan as the record above it, and never
  moves to another plan.
* Plans: the status of a plan never goes back.
* The public record: a published, replaced or withdrawn revision keeps its content and
  its evidence; a transition or a submission is never changed or deleted. Only a running
  purge, which takes two people, may replace a text that it has listed by the marker, or
  remove a piece of evidence.
* Decisions: what one person proposes and another decides on is decided once. A proposed
  change keeps its content; only a purge blanks it.
* Structure: what an approved plan holds by its own word changes only while an amendment
  is applied or a plan file is loaded. What the public was told of a change stays.
* Editions: they keep their rows, but for what is taken away from the public.
* Figures: a published number never changes; another figure revises it.
* Disputes: an agency's statement about an attribution keeps its text; only the decision
  on it may change.
* The audit record: rows are only appended, and chained at commit on PostgreSQL.
* The publication version: every change to what the public reads moves a counter in the
  same transaction, whether it comes from code, a bulk update or an SQL shell. A change
  that takes something away from the public moves a second counter too.

They are dropped before every migrate and installed again after it. ``missing`` names
those that the database lacks, for the readiness probe.
"""

from django.db import connection, connections, transaction

from strategic_areas.triggers import (
    audit,
    decisions,
    refusals,
    versions,
)
from strategic_areas.triggers.statements import PREFIX, replacement


def declared(vendor=""):
    every = [
        *refusals.plan_agreement(),
        *refusals.plan_status(),
        *refusals.public_record(),
        *refusals.append_only(),
        *audit.record(),
        *decisions.decided_once(),
        *decisions.record_changes(),
        *refusals.said_by_agencies(),
        *decisions.purges(),
        *decisions.approved_plans(),
        *decisions.what_is_told(),
        *decisions.loaded_files(),
        *decisions.takedowns(),
        *decisions.people(),
        *refusals.published_figures(),
        *refusals.editions(),
        *refusals.proposed_editions(),
        *versions.version(),
        *versions.takedowns(),
    ]
    every += [replacement(trigger) for trigger in every if trigger.kept]
    return [trigger for trigger in every if trigger.create(vendor or connection.vendor)]


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
    target = connections[using]
    existing, needed = _existing(target), declared(target.vendor)
    return sorted(t.name for t in needed if existing.get(t.name) != t.table)


def drop(using="default"):
    """Drop every trigger of the portal; the functions stay."""
    target = connections[using]
    existing = _existing(target)
    with target.cursor() as cursor:
        for name, table in existing.items():
            where = f' ON "{table}"' if target.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER "{name}"{where}')


def install(using="default"):
    """
    Create every declared trigger anew.

    It moves all counters, since rows may have changed while there were no triggers.
    """
    target = connections[using]
    with transaction.atomic(using=using), target.cursor() as cursor:
        drop(using)
        if target.vendor == "postgresql":
            for function in versions.functions():
                cursor.execute(function)
            cursor.execute(audit.chain_functions())
        for trigger in declared(target.vendor):
            cursor.execute(trigger.create(target.vendor))
        if target.vendor == "postgresql":
            cursor.execute(audit.chain_what_waits())
        cursor.execute(versions.everything_changed())


def drop_before_migrate(sender, using, plan=(), **kwargs):
    """
    Receiver of ``pre_migrate``: drop the triggers if there is a migration to apply.

    Either all are dropped or none: one may wait for a table that somebody uses, in
    vain.
    """
    if plan:
        with transaction.atomic(using=using):
            drop(using)


def install_after_migrate(sender, using, plan=(), **kwargs):
    """Receiver of ``post_migrate``; tables may be missing after going backwards."""
    tables = set(connections[using].introspection.table_names())
    if not {trigger.table for trigger in declared()} <= tables:
        return
    if plan or missing(using):
        install(using)

"""
Triggers: what the database refuses or counts, on both engines.

* Plan agreement: a record belongs to the plan of the record above it, for good.
* Public record: published, replaced and withdrawn revisions keep content and evidence;
  transitions and submissions never change. Only a running purge blanks listed texts.
* Decisions: each is decided once; the proposal keeps its content.
* Structure: an approved plan changes only by an amendment or a plan file.
* Editions, figures, disputes: rows stay, except for takedowns and revisions.
* Audit record: rows are only appended, and chained at commit on PostgreSQL.
* Publication version: every change of public content moves a counter in the same
  transaction. A takedown moves a second one.

Triggers are dropped before every migrate and installed after it.
"""

from django.db import connection, connections, transaction

from strategic_areas.triggers import (
    audit,
    decisions,
    refusals,
    versions,
)
from strategic_areas.triggers.trigger_sql import PREFIX, refusal_of_replacing


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
        *decisions.amendments_and_plan_changes(),
        *decisions.loaded_files(),
        *decisions.takedowns(),
        *decisions.account_proposals(),
        *refusals.published_figures(),
        *refusals.editions(),
        *refusals.proposed_editions(),
        *versions.version(),
        *versions.takedowns(),
    ]
    every += [refusal_of_replacing(trigger) for trigger in every if trigger.kept]
    return [each for each in every if each.sql_for(vendor or connection.vendor)]


def _existing(connection):
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
    """Drop all triggers; functions stay."""
    target = connections[using]
    existing = _existing(target)
    with target.cursor() as cursor:
        for name, table in existing.items():
            where = f' ON "{table}"' if target.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER "{name}"{where}')


def install(using="default"):
    """
    Create all triggers, and move all counters, since rows may have changed without
    triggers.
    """
    target = connections[using]
    with transaction.atomic(using=using), target.cursor() as cursor:
        drop(using)
        if target.vendor == "postgresql":
            for function in versions.functions():
                cursor.execute(function)
            cursor.execute(audit.chain_functions())
        for trigger in declared(target.vendor):
            cursor.execute(trigger.sql_for(target.vendor))
        if target.vendor == "postgresql":
            cursor.execute(audit.chain_what_waits())
        cursor.execute(versions.everything_changed())


def drop_before_migrate(sender, using, plan=(), **kwargs):
    """Receiver of ``pre_migrate``. One transaction drops all triggers or none."""
    if plan:
        with transaction.atomic(using=using):
            drop(using)


def install_after_migrate(sender, using, plan=(), **kwargs):
    """Receiver of ``post_migrate``. Tables may be missing after migrating backwards."""
    tables = set(connections[using].introspection.table_names())
    if not {trigger.table for trigger in declared()} <= tables:
        return
    if plan or missing(using):
        install(using)

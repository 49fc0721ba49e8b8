"""What the database refuses: another plan, a changed public record."""

from django.apps import apps

from strategic_areas.triggers.statements import (
    PUBLIC_RECORD,
    model_named,
    refusal,
)


def plan_agreement():
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
                yield refusal(name, table, event, when, message)
        if hasattr(model, "same_plan_as"):
            yield refusal(
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


def public_record():
    for name in ("ActivityUpdate", "CommitmentUpdate"):
        model = model_named(name)
        table, label = model._meta.db_table, model._meta.model_name
        kept = [
            field.column
            for field in model._meta.concrete_fields
            if field.column not in MOVABLE | {"changed_at"}
        ]
        changed = " OR ".join(_differs(column) for column in kept)
        yield refusal(
            f"{label}_public_content",
            table,
            "UPDATE",
            f"OLD.status IN {PUBLIC_RECORD} AND ({changed})",
            f"a public {label} never changes: correct it by a new revision",
        )
        yield refusal(
            f"{label}_public_status",
            table,
            "UPDATE",
            f"OLD.status IN {PUBLIC_RECORD} AND NEW.status <> OLD.status AND NOT "
            "(OLD.status = 'published' AND NEW.status IN ('replaced', 'withdrawn'))",
            f"a public {label} is only ever replaced or withdrawn",
        )
        yield refusal(
            f"{label}_public_deletion",
            table,
            "DELETE",
            f"OLD.status IN {PUBLIC_RECORD}",
            f"a public {label} is never deleted",
        )
    yield from _public_sources()
    yield refusal(
        "period_stays_a_demonstration",
        model_named("ReportingPeriod")._meta.db_table,
        "UPDATE",
        "NEW.is_demonstration IS DISTINCT FROM OLD.is_demonstration",
        "whether a period is a demonstration never changes",
    )


#: What is only ever appended: its free texts, and what each is when it is blank.
APPENDED = {
    "Transition": {"reason": "", "private_note": ""},
    "Submission": {"content": "{}"},
}


def append_only():
    """Transitions and receipts: never changed, never deleted."""
    for name, texts in APPENDED.items():
        model = model_named(name)._meta
        kept = [f.column for f in model.concrete_fields if f.column not in texts]
        changed = [_differs(column) for column in kept]
        rewritten = [
            f"({_differs(text)} AND CAST(NEW.{text} AS text) <> '{blank}')"
            for text, blank in texts.items()
        ]
        yield refusal(
            f"{model.model_name}_change",
            model.db_table,
            "UPDATE",
            " OR ".join([*changed, *rewritten]),
            f"a {model.model_name} never changes; only its free text may be blanked",
        )
        yield refusal(
            f"{model.model_name}_deletion",
            model.db_table,
            "DELETE",
            "OLD.id IS NOT NULL",
            f"a {model.model_name} is never deleted",
        )


def decided_once():
    """A proposed change keeps what it says, and is decided on just once."""
    model = model_named("PendingChange")._meta
    decision = {"status", "decided_by_id", "decided_at", "object_id", "reason"}
    texts = {"before": "{}", "after": "{}", "label": "", "reason": ""}
    columns = [field.column for field in model.concrete_fields]
    kept = [_differs(name) for name in columns if name not in decision | set(texts)]
    blanked = [
        f"({_differs(name)} AND CAST(NEW.{name} AS text) <> '{blank}')"
        for name, blank in texts.items()
        if name not in decision
    ]
    decided = [_differs(name) for name in sorted(decision - {"reason"})]
    again = f"({_differs('reason')} AND NEW.reason <> '')"
    yield refusal(
        "pendingchange_change",
        model.db_table,
        "UPDATE",
        f"{' OR '.join([*kept, *blanked])} OR (OLD.status <> 'pending' AND "
        f"({' OR '.join([*decided, again])}))",
        "a proposed change never changes; it is decided on once",
    )
    yield refusal(
        "pendingchange_deletion",
        model.db_table,
        "DELETE",
        "OLD.id IS NOT NULL",
        "a proposed change is never deleted",
    )


def _public_sources():
    """The sources of a public revision are part of what it says: none goes."""
    for name in ("ActivityUpdate", "CommitmentUpdate"):
        model = model_named(name)
        label, through = model._meta.model_name, model.sources.through._meta
        parent = f"OLD.{label}_id"
        when = (
            f"(SELECT status FROM {model._meta.db_table} "  # noqa: S608 - our own names
            f"WHERE id = {parent}) IN {PUBLIC_RECORD}"
        )
        message = f"a public {label} keeps its sources"
        for event in ("UPDATE", "DELETE"):
            yield refusal(
                f"{label}_sources_{event.lower()}",
                through.db_table,
                event,
                when,
                message,
            )

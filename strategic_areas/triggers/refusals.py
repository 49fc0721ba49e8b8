"""Triggers that refuse records of another plan and changes of what is public."""

from django.apps import apps
from django.db import models

from strategic_areas.disclosure import MARKER
from strategic_areas.triggers.trigger_sql import (
    EVERY_ROW,
    PUBLIC_STATUSES,
    model_named,
    refusal,
    revision_models,
)

#: What was told as a figure, and of what: another number is another figure, which
#: revises this one.
TOLD_FIGURE = (
    "value",
    "is_protected",
    "indicator_id",
    "starts_on",
    "ends_on",
    "counted_by",
)


def plan_agreement():
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


def plan_status():
    model = model_named("Plan")
    back = [
        f"OLD.status = '{status.value}' AND NEW.status = '{earlier.value}'"
        for status, past in model.EARLIER_STATUSES.items()
        for earlier in past
    ]
    yield refusal(
        "plan_status_goes_on",
        model._meta.db_table,
        "UPDATE",
        " OR ".join(back),
        "the status of a plan never goes back",
    )


#: Columns of a public revision that may still change: its status and withdrawal.
MOVABLE = {
    *("status", "withdrawn_at", "withdrawn_by_id"),
    *("withdrawal_cause", "withdrawal_reason"),
}


def differs(column):
    return f'NEW."{column}" IS DISTINCT FROM OLD."{column}"'


def _is_purged(model, *fields):
    names = ", ".join(f"'{name}'" for name in fields)
    purge = model_named("Purge")._meta.db_table
    place = model_named("PurgedText")._meta.db_table
    return (
        f'EXISTS (SELECT 1 FROM "{place}" t '  # noqa: S608 - our own names
        f'JOIN "{purge}" p ON p.id = t.purge_id '
        f"WHERE p.status = 'applying' AND t.model = '{model._meta.label_lower}' "
        f"AND t.row = OLD.id AND t.field IN ({names}))"
    )


def is_hiding():
    """A condition: something is being hidden or restored."""
    table = model_named("Takedown")._meta.db_table
    return f'EXISTS (SELECT 1 FROM "{table}" WHERE is_moving)'  # noqa: S608


def _forbidden(field):
    changes, model = differs(field.column), field.model
    if field.name == "purged_at":
        return f"({changes} AND NOT {_is_purged(model, field.name)})"
    if not isinstance(field, models.TextField | models.CharField) or field.choices:
        return changes
    marked = f"NEW.{field.column} = '{MARKER}'"
    purged = f"({marked} AND {_is_purged(model, field.name)})"
    return f"({changes} AND NOT {purged} AND NOT {is_hiding()})"


def _explained_alone(model):
    change = model_named("PendingChange")._meta.db_table
    words = model._meta.get_field("withdrawal_reason")
    return (
        f"NEW.{words.column} <> '' AND {_forbidden(words)} AND NOT EXISTS "  # noqa: S608
        f"(SELECT 1 FROM \"{change}\" WHERE status = 'applying')"
    )


def public_record():
    for model in revision_models():
        table, label = model._meta.db_table, model._meta.model_name
        kept = [
            field
            for field in model._meta.concrete_fields
            if field.column not in MOVABLE | {"changed_at"}
        ]
        changed = " OR ".join(map(_forbidden, kept))
        yield refusal(
            f"{label}_public_content",
            table,
            "UPDATE",
            f"OLD.status IN {PUBLIC_STATUSES} AND ({changed})",
            f"a public {label} never changes: correct it by a new revision",
        )
        yield refusal(
            f"{label}_public_status",
            table,
            "UPDATE",
            f"OLD.status IN {PUBLIC_STATUSES} AND NEW.status <> OLD.status AND NOT "
            "(OLD.status = 'published' AND NEW.status IN ('replaced', 'withdrawn'))",
            f"a public {label} is only ever replaced or withdrawn",
        )
        yield refusal(
            f"{label}_explained",
            table,
            "UPDATE",
            _explained_alone(model),
            "a withdrawal is explained in words that another person approved",
        )
        yield refusal(
            f"{label}_public_deletion",
            table,
            "DELETE",
            f"OLD.status IN {PUBLIC_STATUSES}",
            f"a public {label} is never deleted",
        )
    yield from _public_sources()
    yield from _public_evidence()
    yield refusal(
        "period_stays_a_demonstration",
        model_named("ReportingPeriod")._meta.db_table,
        "UPDATE",
        "NEW.is_demonstration IS DISTINCT FROM OLD.is_demonstration",
        "whether a period is a demonstration never changes",
    )


def changed_except_by_purge(model, texts):
    """Conditions: a free text changes, other than by a running purge."""
    return [
        f"({differs(column)} AND NOT (CAST(NEW.{column} AS text) = '{blank}' "
        f"AND {_is_purged(model, name)}))"
        for name, blank in texts.items()
        for column in [model._meta.get_field(name).column]
    ]


def append_only():
    kinds = (each for each in apps.get_models() if hasattr(each, "is_only_appended"))
    for kind in kinds:
        model, texts = kind._meta, getattr(kind, "blanks", {})
        kept = [f.column for f in model.concrete_fields if f.column not in texts]
        changed = [differs(column) for column in kept]
        changed += changed_except_by_purge(kind, texts)
        yield refusal(
            f"{model.model_name}_change",
            model.db_table,
            "UPDATE",
            " OR ".join(changed),
            f"a {model.model_name} never changes; only a purge blanks its free text",
        )
        yield refusal(
            f"{model.model_name}_deletion",
            model.db_table,
            "DELETE",
            EVERY_ROW,
            f"a {model.model_name} is never deleted",
        )


#: Columns of a dispute that hold the secretariat's decision, which may change later.
RESOLUTION = {"outcome", "resolved_on", "resolution", "resolution_es", "resolution_en"}


def said_by_agencies():
    """An agency's statement in a dispute stays; only a purge blanks it."""
    model = model_named("RecordDispute")
    table = model._meta.db_table
    forbidden = [
        _forbidden(field)
        for field in model._meta.concrete_fields
        if field.name not in RESOLUTION
    ]
    yield refusal(
        "recorddispute_change",
        table,
        "UPDATE",
        " OR ".join(forbidden),
        "what an agency does not acknowledge is its own word: decide on it instead",
    )
    yield refusal(
        "recorddispute_deletion",
        table,
        "DELETE",
        EVERY_ROW,
        "that an agency does not acknowledge a record stays beside it",
    )


def _public_sources():
    for model in revision_models():
        label, through = model._meta.model_name, model.sources.through._meta
        parent = f"OLD.{label}_id"
        when = (
            f"(SELECT status FROM {model._meta.db_table} "  # noqa: S608 - our own names
            f"WHERE id = {parent}) IN {PUBLIC_STATUSES}"
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


def _public_evidence():
    model = model_named("Evidence")
    table, whereabouts = model._meta.db_table, model.WHEREABOUTS
    file_fields = {"kind", "file", "content_type", "size", "sha256", *whereabouts}
    forbidden, file_changes = [], []
    for field in model._meta.concrete_fields:
        if field.name in file_fields:
            file_changes.append(differs(field.column))
        elif field.name != "is_public":
            forbidden.append(_forbidden(field))
    is_removal = f"NEW.kind = 'removed' AND {_is_purged(model, *whereabouts)}"
    changed = (
        f"{' OR '.join(forbidden)} OR ({' OR '.join(file_changes)}) "
        f"AND NOT ({is_removal})"
    )
    message = "the evidence of a public revision never changes"
    yield refusal(
        "evidence_public_content",
        table,
        "UPDATE",
        f"({_beside_public('OLD')} OR {_beside_public('NEW')}) AND ({changed})",
        message,
    )
    for event, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
        name = f"evidence_public_{event.lower()}"
        yield refusal(name, table, event, _beside_public(row), message)


def _beside_public(row):
    return " OR ".join(
        f"EXISTS (SELECT 1 FROM {model._meta.db_table} r "  # noqa: S608
        f"WHERE r.id = {row}.{model.link_field}_id AND r.status IN {PUBLIC_STATUSES})"
        for model in revision_models()
    )


def published_figures():
    yield refusal(
        "publishedfigure_number",
        model_named("PublishedFigure")._meta.db_table,
        "UPDATE",
        " OR ".join(map(differs, TOLD_FIGURE)),
        "a published figure keeps its number: another one revises it",
    )


def editions():
    """
    Rows of an edition change only while it is locked; when that ends, its nonce must
    be new.
    """
    model, rows = model_named("Edition"), model_named("EditionRows")
    table, label = model._meta.db_table, model._meta.model_name
    changeable = {"corrected_rows", "withdrawn", "nonce", "is_locked"}
    kept = [x for x in model._meta.concrete_fields if x.name not in changeable]
    corrected_rows, withdrawn = changed_except_by_purge(
        model, {"corrected_rows": "[]", "withdrawn": "[]"}
    )
    ends = "OLD.is_moving AND NOT NEW.is_moving"
    changed = [
        *map(_forbidden, kept),
        corrected_rows,
        f"(({withdrawn} OR {differs('random')}) AND NOT ({ends}))",
        f"({ends} AND NOT {differs('random')})",
    ]
    message = "an edition never changes: correct it by another one"
    yield refusal(f"{label}_change", table, "UPDATE", " OR ".join(changed), message)
    yield refusal(f"{label}_deletion", table, "DELETE", EVERY_ROW, message)
    table, label = rows._meta.db_table, rows._meta.model_name
    kept = " OR ".join(map(differs, ("id", "edition_id", "dataset", "columns")))
    still = (
        f'NOT EXISTS (SELECT 1 FROM "{model._meta.db_table}" '  # noqa: S608
        "WHERE id = NEW.edition_id AND is_moving)"
    )
    yield refusal(f"{label}_insertion", table, "INSERT", still, message)
    yield refusal(f"{label}_change", table, "UPDATE", f"{kept} OR {still}", message)
    yield refusal(f"{label}_deletion", table, "DELETE", EVERY_ROW, message)


def proposed_editions():
    model = model_named("EditionProposal")._meta
    columns = ("plan_id", "corrects_id")
    texts = {k: v for k, v in model.model.blanks.items() if k != "reason"}
    yield refusal(
        f"{model.model_name}_change",
        model.db_table,
        "UPDATE",
        " OR ".join(
            [
                *map(differs, columns),
                *changed_except_by_purge(model.model, texts),
            ]
        ),
        "a proposed edition never changes; it is decided on once",
    )

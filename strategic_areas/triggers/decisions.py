"""Triggers of decisions and of the structure of approved plans."""

from django.apps import apps

from agencies.fields import models_declaring
from strategic_areas.triggers.refusals import (
    changed_except_by_purge,
    differs,
    is_hiding,
)
from strategic_areas.triggers.trigger_sql import (
    EVENTS,
    EVERY_ROW,
    model_named,
    refusal,
)

ENDED = "('approved', 'declined', 'taken_back', 'outdated')"


def decided_once():
    """
    A proposal is decided once. An approval passes through ``applying`` within one
    transaction.
    """
    kinds = (each for each in apps.get_models() if hasattr(each, "is_decided_once"))
    for model in kinds:
        table, name = model._meta.db_table, model._meta.model_name
        # A takedown's own words ("why") have a trigger of their own: ``takedowns``.
        texts = {**model.blanks}
        texts.pop("why", None)
        proposal_changes = [differs("proposed_by_id"), differs("proposed_at")]
        decision_changes = [differs("decided_by_id"), differs("decided_at")]
        changes_after_end = [
            differs("status"),
            *decision_changes,
            *changed_except_by_purge(model, texts),
        ]
        yield refusal(
            f"{name}_begins_as_a_proposal",
            table,
            "INSERT",
            "NEW.status <> 'pending'",
            f"a {name} begins as a proposal",
        )
        yield refusal(
            f"{name}_decision",
            table,
            "UPDATE",
            f"{' OR '.join(proposal_changes)} "
            f"OR OLD.status IN {ENDED} AND ({' OR '.join(changes_after_end)}) "
            "OR OLD.status = 'applying' AND (NEW.status NOT IN "
            f"('applying', 'approved', 'outdated') OR {' OR '.join(decision_changes)}) "
            "OR OLD.status = 'pending' AND NEW.status = 'approved'",
            f"a {name} is decided on once",
        )
        yield refusal(
            f"{name}_deletion",
            table,
            "DELETE",
            EVERY_ROW,
            f"a {name} is never deleted",
        )


def record_changes():
    """
    A proposed change keeps its content; only a purge may blank its texts.

    Applying it may fill in the id of the record that it created, or why it was left
    out; the decision empties ``slot``.
    """
    model = model_named("RecordChange")
    table, texts = model._meta.db_table, dict(model.blanks)
    (returned_changes,) = changed_except_by_purge(
        model, {"returned": texts.pop("returned")}
    )
    changes = model_named("PendingChange")._meta.db_table

    def status(row):
        return f'(SELECT status FROM "{changes}" WHERE id = {row}.change_id)'  # noqa: S608

    changeable = {"object_id", "slot", "returned", *texts}
    columns = [field.column for field in model._meta.concrete_fields]
    fixed_changes = [differs(each) for each in columns if each not in changeable]
    may_fill_id = f"OLD.object_id IS NULL AND {status('OLD')} = 'applying'"
    may_fill_returned = f"OLD.returned = '' AND {status('OLD')} = 'applying'"
    may_empty_slot = f"NEW.slot IS NULL AND {status('OLD')} <> 'pending'"
    changed = [
        *fixed_changes,
        *changed_except_by_purge(model, texts),
        f"({differs('object_id')} AND NOT ({may_fill_id}))",
        f"({differs('slot')} AND NOT ({may_empty_slot}))",
        f"({returned_changes} AND NOT ({may_fill_returned}))",
    ]
    message = "a proposed change never changes; it is decided on once"
    yield refusal(
        "recordchange_begins_as_a_proposal",
        table,
        "INSERT",
        f"NEW.slot IS NULL OR {status('NEW')} <> 'pending'",
        message,
    )
    yield refusal("recordchange_change", table, "UPDATE", " OR ".join(changed), message)
    yield refusal(
        "recordchange_deletion",
        table,
        "DELETE",
        EVERY_ROW,
        "a proposed change is never deleted",
    )


def takedowns():
    """
    What was hidden and its cause stay.

    ``why`` changes only while something is being hidden or restored, or by a purge.
    """
    model = model_named("Takedown")
    texts = {**model.blanks}
    # ``decided_once`` guards why it was declined.
    del texts["reason"]
    (why_changes,) = changed_except_by_purge(model, {"why": texts.pop("why")})
    (editions_change,) = changed_except_by_purge(
        model, {"editions": texts.pop("editions")}
    )
    # The cells removed from editions are stored once.
    may_be_filled = "CAST(OLD.editions AS text) = '{}' AND OLD.status = 'pending'"
    yield refusal(
        "takedown_change",
        model._meta.db_table,
        "UPDATE",
        " OR ".join(
            [
                *map(differs, ("content_type_id", "object_id", "cause")),
                *changed_except_by_purge(model, texts),
                f"({why_changes} AND NOT {is_hiding()})",
                f"({editions_change} AND NOT ({may_be_filled}))",
            ]
        ),
        "what was hidden never changes; it is decided on once",
    )


def account_proposals():
    for name, columns, message in (
        (
            "StandIn",
            ("user_id", "starts_on", "ends_on"),
            "a substitute is named once, for the days that were approved",
        ),
        (
            "AccountChange",
            ("user_id", "what", "value"),
            "a change of an account never changes; it is decided on once",
        ),
    ):
        model = apps.get_model("agencies", name)._meta
        changed = " OR ".join(map(differs, columns))
        trigger = f"{model.model_name}_change"
        yield refusal(trigger, model.db_table, "UPDATE", changed, message)


def purges():
    """A purge keeps phrases and files until the decision empties them."""
    table = model_named("Purge")._meta.db_table
    search_changes = " OR ".join(map(differs, ("phrases", "files")))
    yield refusal(
        "purge_words",
        table,
        "UPDATE",
        f"({search_changes}) AND (NEW.status IN ('pending', 'applying') "
        "OR NEW.phrases <> '' OR NEW.files <> '')",
        "what a purge looks for never changes; it is forgotten with the decision",
    )


#: Not guarded: the private file of an amendment, which a purge removes.
FILE_COLUMNS = {"file", "original_name", "content_type", "size", "sha256"}
MESSAGE = "the structure of an approved plan changes only by an amendment"


def approved_plans():
    """
    What an approved plan states (fields marked ``structure``) changes only while an
    amendment, a plan file, a hiding or a purge is applied.
    """
    plan = model_named("Plan")
    is_changed = " OR ".join(map(differs, _columns(plan)))
    yield refusal(
        "plan_structure",
        plan._meta.db_table,
        "UPDATE",
        f"OLD.status <> 'in_preparation' AND ({is_changed}) "
        f"AND {_nothing_is_applied('OLD.id')}",
        MESSAGE,
    )
    for model in models_declaring(structure=True):
        if model is plan:
            continue
        table, label = model._meta.db_table, model._meta.model_name
        for event in EVENTS:
            yield refusal(
                f"{label}_structure_{event.lower()}",
                table,
                event,
                _touches(model, event),
                MESSAGE,
            )
        for field in model.fields.where(structure=True):
            if field.model_field.many_to_many:
                yield from _links(model, field.model_field)


def _columns(model):
    fields = [
        model._meta.get_field(name)
        for name in model.fields.first_columns(structure=True)
    ]
    return [field.column for field in fields if not field.many_to_many]


def _is_purging():
    table = model_named("Purge")._meta.db_table
    return f"EXISTS (SELECT 1 FROM \"{table}\" WHERE status = 'applying')"  # noqa: S608


def _nothing_is_applied(plan):
    """A condition: no amendment, plan file, hiding or purge is being applied."""
    change = model_named("PendingChange")._meta.db_table
    amendment = model_named("Amendment")._meta.db_table
    file = model_named("PlanFile")._meta.db_table
    return (
        f'NOT EXISTS (SELECT 1 FROM "{change}" c '  # noqa: S608 - our own names
        f'JOIN "{amendment}" a ON a.change_id = c.id '
        f"WHERE c.status = 'applying' AND a.plan_id = {plan}) "
        f"AND NOT EXISTS (SELECT 1 FROM \"{file}\" WHERE status = 'applying') "
        f"AND NOT {is_hiding()} AND NOT {_is_purging()}"
    )


def _is_stated_by_plan(model, row):
    stated = f"{row}.provenance = 'plan'"
    has_work_outside = any(f.name == "is_in_plan" for f in model._meta.concrete_fields)
    return f"({stated} AND {row}.is_in_plan)" if has_work_outside else stated


def _has_left_preparation(plan):
    table = model_named("Plan")._meta.db_table
    status = f'(SELECT status FROM "{table}" WHERE id = {plan})'  # noqa: S608
    return f"{status} <> 'in_preparation'"


def _touches(model, event):
    row = "NEW" if event == "INSERT" else "OLD"
    condition = _is_stated_by_plan(model, row)
    if event == "UPDATE":
        changed = map(differs, [*_columns(model), "provenance"])
        condition = f"({condition} OR {_is_stated_by_plan(model, 'NEW')})"
        condition += f" AND ({' OR '.join(changed)})"
    plan = f"{row}.plan_id"
    return (
        f"{condition} AND {_has_left_preparation(plan)} AND {_nothing_is_applied(plan)}"
    )


def _links(model, field):
    through = field.remote_field.through._meta
    ends = [f for f in through.concrete_fields if f.related_model is model]
    for event in EVENTS:
        touched = " OR ".join(
            f'EXISTS (SELECT 1 FROM "{model._meta.db_table}" r '  # noqa: S608
            f"WHERE r.id = {row}.{end.column} AND {_is_stated_by_plan(model, 'r')} "
            f"AND {_has_left_preparation('r.plan_id')} "
            f"AND {_nothing_is_applied('r.plan_id')})"
            for row in {"INSERT": ["NEW"], "DELETE": ["OLD"]}.get(event, ["NEW", "OLD"])
            for end in ends
        )
        yield refusal(
            f"{model._meta.model_name}_{field.name}_structure_{event.lower()}",
            through.db_table,
            event,
            touched,
            MESSAGE,
        )


def amendments_and_plan_changes():
    for name, message in (
        ("Amendment", "an approved amendment never changes"),
        ("PlanChange", "the text of a change of the plan never changes"),
    ):
        model = model_named(name)
        texts = model.blanks
        table, label = model._meta.db_table, model._meta.model_name
        fixed_columns = [
            field.column
            for field in model._meta.concrete_fields
            if field.name not in {*texts, *FILE_COLUMNS}
        ]
        texts_change = " OR ".join(changed_except_by_purge(model, texts))
        changed = [
            *map(differs, fixed_columns),
            f"(({texts_change}) AND NOT {is_hiding()})",
        ]
        is_final = "OLD.approved_at IS NOT NULL" if name == "Amendment" else EVERY_ROW
        yield refusal(
            f"{label}_change",
            table,
            "UPDATE",
            f"{is_final} AND ({' OR '.join(changed)})",
            message,
        )
        yield refusal(f"{label}_deletion", table, "DELETE", EVERY_ROW, message)


def loaded_files():
    """A loaded file stays as it is, and none goes back to ``applying``."""
    table = model_named("PlanFile")._meta.db_table
    message = "what was loaded stays on record"
    yield refusal(
        "planfile_begins_as_applying",
        table,
        "INSERT",
        "NEW.status <> 'applying'",
        "a plan file is on record before it is loaded",
    )
    loaded = "OLD.status = 'loaded'"
    yield refusal("planfile_change", table, "UPDATE", loaded, message)
    yield refusal("planfile_deletion", table, "DELETE", loaded, message)

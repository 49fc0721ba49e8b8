"""Triggers that keep the structure of approved plans, and what is told of changes."""

from agencies.fields import models_declaring
from strategic_areas.triggers.refusals import differs, is_hiding, rewritten
from strategic_areas.triggers.statements import EVENTS, model_named, refusal

#: The columns of a file that is never public: a purge removes the file.
OF_FILE = {"file", "original_name", "content_type", "size", "sha256"}
MESSAGE = "the structure of an approved plan changes only by an amendment"


def approved_plans():
    """
    What an approved plan holds by its own word changes only by an amendment.

    That is while a change with an amendment of the plan is applied, or a plan file
    loaded.
    """
    plan = model_named("Plan")
    dates = " OR ".join(map(differs, _columns(plan)))
    yield refusal(
        "plan_structure",
        plan._meta.db_table,
        "UPDATE",
        f"OLD.status <> 'in_preparation' AND ({dates}) AND {_closed('OLD.id')}",
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
        model._meta.get_field(name) for name in model.fields.spanish(structure=True)
    ]
    return [field.column for field in fields if not field.many_to_many]


def _is_purging():
    table = model_named("Purge")._meta.db_table
    return f"EXISTS (SELECT 1 FROM \"{table}\" WHERE status = 'applying')"  # noqa: S608


def _closed(plan):
    """
    A condition: nothing is being applied that may change the plan's structure.

    That is an amendment of the plan, a file, and whatever takes a text away.
    """
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


def _is_official(model, row):
    """A condition: the plan itself states the record, as a part of the plan."""
    stated = f"{row}.provenance = 'plan'"
    has_work_outside = any(f.name == "is_in_plan" for f in model._meta.concrete_fields)
    return f"({stated} AND {row}.is_in_plan)" if has_work_outside else stated


def _approved(plan):
    table = model_named("Plan")._meta.db_table
    status = f'(SELECT status FROM "{table}" WHERE id = {plan})'  # noqa: S608
    return f"{status} <> 'in_preparation'"


def _touches(model, event):
    """A condition: the statement changes the structure of an approved plan."""
    row = "NEW" if event == "INSERT" else "OLD"
    official = _is_official(model, row)
    if event == "UPDATE":
        changed = map(differs, [*_columns(model), "provenance"])
        official = f"({official} OR {_is_official(model, 'NEW')})"
        official += f" AND ({' OR '.join(changed)})"
    plan = f"{row}.plan_id"
    return f"{official} AND {_approved(plan)} AND {_closed(plan)}"


def _links(model, field):
    through = field.remote_field.through._meta
    ends = [f for f in through.concrete_fields if f.related_model is model]
    for event in EVENTS:
        rows = {"INSERT": ["NEW"], "DELETE": ["OLD"]}.get(event, ["NEW", "OLD"])
        touched = " OR ".join(
            f'EXISTS (SELECT 1 FROM "{model._meta.db_table}" r '  # noqa: S608
            f"WHERE r.id = {row}.{end.column} AND {_is_official(model, 'r')} "
            f"AND {_approved('r.plan_id')} AND {_closed('r.plan_id')})"
            for row in rows
            for end in ends
        )
        yield refusal(
            f"{model._meta.model_name}_{field.name}_structure_{event.lower()}",
            through.db_table,
            event,
            touched,
            MESSAGE,
        )


def what_is_told():
    for name, message in (
        ("Amendment", "an approved amendment never changes"),
        ("PlanChange", "what is told of a change of the plan never changes"),
    ):
        model = model_named(name)
        texts = model.blanks
        table, label = model._meta.db_table, model._meta.model_name
        kept = [
            field.column
            for field in model._meta.concrete_fields
            if field.name not in {*texts, *OF_FILE}
        ]
        told = " OR ".join(rewritten(model, texts))
        changed = [*map(differs, kept), f"(({told}) AND NOT {is_hiding()})"]
        stands = "OLD.approved_at IS NOT NULL" if name == "Amendment" else "1 = 1"
        yield refusal(
            f"{label}_change",
            table,
            "UPDATE",
            f"{stands} AND ({' OR '.join(changed)})",
            message,
        )
        yield refusal(f"{label}_deletion", table, "DELETE", "OLD.id > 0", message)


def loaded_files():
    """A loaded file is told as it was loaded, and no row goes back to ``applying``."""
    table = model_named("PlanFile")._meta.db_table
    message = "what was loaded stays on record"
    yield refusal(
        "planfile_begins",
        table,
        "INSERT",
        "NEW.status <> 'applying'",
        "a plan file is on record while it is loaded",
    )
    loaded = "OLD.status = 'loaded'"
    yield refusal("planfile_change", table, "UPDATE", loaded, message)
    yield refusal("planfile_deletion", table, "DELETE", loaded, message)

"""Triggers of decisions: each is decided once, and what was proposed stays."""

from django.apps import apps

from strategic_areas.triggers.refusals import differs, is_hiding, rewritten
from strategic_areas.triggers.statements import model_named, refusal

ENDED = "('approved', 'declined', 'taken_back', 'outdated')"


def decided_once():
    """
    Every kind of decision begins as a proposal and is decided only once.

    An approval passes through ``applying``, set by the person who decides, and ends in
    the same transaction. Only a running purge blanks the reason.
    """
    kinds = (each for each in apps.get_models() if hasattr(each, "is_decided_once"))
    for model in kinds:
        table, name = model._meta.db_table, model._meta.model_name
        # What a takedown tells the public has a trigger of its own: ``takedowns``.
        kept = {**model.blanks}
        kept.pop("why", None)
        proposed = [differs("proposed_by_id"), differs("proposed_at")]
        decided = [differs("decided_by_id"), differs("decided_at")]
        ended = [
            differs("status"),
            *decided,
            *rewritten(model, kept),
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
            f"{' OR '.join(proposed)} "
            f"OR OLD.status IN {ENDED} AND ({' OR '.join(ended)}) "
            "OR OLD.status = 'applying' AND (NEW.status NOT IN "
            f"('applying', 'approved', 'outdated') OR {' OR '.join(decided)}) "
            "OR OLD.status = 'pending' AND NEW.status = 'approved'",
            f"a {name} is decided on once",
        )
        yield refusal(
            f"{name}_deletion",
            table,
            "DELETE",
            "OLD.id IS NOT NULL",
            f"a {name} is never deleted",
        )


def record_changes():
    """
    The content of a proposed change stays as it was proposed.

    The id of a new record may be set while it is applied; the decision clears the slot.
    """
    model = model_named("RecordChange")
    table, texts = model._meta.db_table, model.blanks
    changes = model_named("PendingChange")._meta.db_table

    def status(row):
        return f'(SELECT status FROM "{changes}" WHERE id = {row}.change_id)'  # noqa: S608

    moving = {"object_id", "slot", *texts}
    columns = [field.column for field in model._meta.concrete_fields]
    kept = [differs(column) for column in columns if column not in moving]
    named = f"OLD.object_id IS NULL AND {status('OLD')} = 'applying'"
    freed = f"NEW.slot IS NULL AND {status('OLD')} <> 'pending'"
    changed = [
        *kept,
        *rewritten(model, texts),
        f"({differs('object_id')} AND NOT ({named}))",
        f"({differs('slot')} AND NOT ({freed}))",
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
        "OLD.id IS NOT NULL",
        "a proposed change is never deleted",
    )


def takedowns():
    """
    What was hidden, and why, stays as it was proposed.

    The public reads why: a purge that waits hides words in it, too.
    """
    model = model_named("Takedown")
    texts = {**model.blanks}
    del texts["reason"]
    (told,) = rewritten(model, {"why": texts.pop("why")})
    about = map(differs, ("content_type_id", "object_id", "cause"))
    yield refusal(
        "takedown_change",
        model._meta.db_table,
        "UPDATE",
        " OR ".join(
            [*about, *rewritten(model, texts), f"({told} AND NOT {is_hiding()})"]
        ),
        "what was hidden never changes; it is decided on once",
    )


def people():
    """What was proposed of an account stays as it was proposed."""
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
    """A purge keeps its phrases and files until the decision, which empties them."""
    table = model_named("Purge")._meta.db_table
    asked = " OR ".join(map(differs, ("phrases", "files")))
    yield refusal(
        "purge_words",
        table,
        "UPDATE",
        f"({asked}) AND (NEW.status IN ('pending', 'applying') "
        "OR NEW.phrases <> '' OR NEW.files <> '')",
        "what a purge looks for never changes; it is forgotten with the decision",
    )

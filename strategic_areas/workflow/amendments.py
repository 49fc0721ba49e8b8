"""Amendments: the act by which a change of an approved plan's structure applies."""

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies import audit
from agencies.access import RefusedError
from strategic_areas.models import (
    Activity,
    Amendment,
    Commitment,
    DueProvenance,
    Plan,
)
from strategic_areas.workflow import structure
from strategic_areas.workflow.guard import blocked_texts, must_count_nobody

Kind, Stop = Amendment.Kind, Commitment.Stop
#: How an amendment stops a record → the kind of the amendment.
STOPPING = {Stop.CANCELLED: Kind.CANCEL, Stop.SUSPENDED: Kind.SUSPEND}
#: The kind of an amendment by the fields that it changes, the first that holds.
KINDS = (
    (Kind.MOVE, {"lead", "agency", "supporting"}),
    (Kind.REDATE, {"starts_on", "due_on", "launched_on", "resumes_on"}),
    (Kind.RETARGET, {"quantity", "unit_es", "value"}),
)


def kind_of(amendment, parts):
    """
    What kind of amendment it is, from what it cites and what it changes.

    ``parts`` are pairs of a record and its ``RecordChange``. A kind that was given
    stays.
    """
    if amendment.act in Amendment.CITED:
        return Amendment.CITED[amendment.act]
    if amendment.kind:
        return amendment.kind
    if any(part.object_id is None for _record, part in parts):
        return Kind.ADD
    names = {name for _record, part in parts for name in part.after}
    if (
        stops := {part.after.get("stopped") for _record, part in parts}
        & STOPPING.keys()
    ):
        return STOPPING[stops.pop()]
    if any(isinstance(record, Plan) for record, _part in parts) and "ends_on" in names:
        return Kind.EXTEND_PLAN
    return next((kind for kind, fields in KINDS if fields & names), Kind.REWORD)


def state_who_dates(records, amendment):
    """Say of each new due date that an amendment states it; a correction does not."""
    if amendment is None or amendment.act in Amendment.CITED:
        return
    for record in records:
        if isinstance(record, Commitment | Activity) and _is_redated(record):
            by_amendment = DueProvenance.AMENDMENT if record.due_on else ""
            record.due_provenance = by_amendment


def _is_redated(record):
    if record.pk is None:
        return True
    rows = type(record).objects.filter(pk=record.pk)
    return rows.values_list("due_on", flat=True).first() != record.due_on


def check(parts, amendment):
    """
    Refuse a change of structure without an act, and an act without such a change.

    ``parts`` are pairs of a record, as the change leaves it, and its ``RecordChange``.
    """
    plans = set()
    for record, part in parts:
        names = structure.changed(
            record, part.before, part.after, is_new=part.object_id is None
        )
        if names and amendment is None:
            raise RefusedError(
                _(
                    "%(record)s: the plan is approved, so this changes only by an "
                    "amendment, which names its act: %(fields)s."
                )
                % {"record": record, "fields": structure.labels(record, names)}
            )
        if names:
            plans.add(structure.plan_of(record))
        _must_fit(record, part.after)
    if amendment is not None and plans != {amendment.plan}:
        raise RefusedError(
            _("An amendment changes the structure of one plan, that which it names.")
        )


def _must_fit(record, after):
    if outside := dates_outside(record, after):
        raise RefusedError(f"{record}: {' '.join(outside.values())}")


def dates_outside(record, names):
    """Which of the named dates lie outside the plan's, each with the reason."""
    if not isinstance(record, Commitment | Activity):
        return {}
    plan, found = getattr(record, "plan", None), {}
    if not (plan and plan.starts_on and plan.ends_on):
        return {}
    for name in ("starts_on", "due_on"):
        day = getattr(record, name)
        if name in names and day and not plan.starts_on <= day <= plan.ends_on:
            found[name] = _(
                "The plan runs from %(start)s to %(end)s. An amendment has to extend "
                "the plan first."
            ) % {
                "start": date_format(plan.starts_on, "SHORT_DATE_FORMAT"),
                "end": date_format(plan.ends_on, "SHORT_DATE_FORMAT"),
            }
    return found


def keep(amendment, change, parts):
    amendment.change, amendment.proposed_by = change, change.proposed_by
    amendment.kind = kind_of(amendment, parts)
    names = amendment.fields.columns(guarded=True)
    texts = {name: getattr(amendment, name) for name in names}
    if blocked := blocked_texts(Amendment, texts):
        raise RefusedError(" ".join(blocked.values()))
    for record, _part in parts:
        must_count_nobody(record, texts, Amendment)
    try:
        amendment.full_clean(exclude=["file"])
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages)) from error
    amendment.save()


def enact(change, made, by):
    amendment = Amendment.objects.filter(change=change).first()
    structure.tell(change, made, amendment)
    if amendment is None:
        return
    Amendment.objects.filter(pk=amendment.pk).update(
        approved_by=by, approved_at=change.decided_at
    )
    first = made[min(made)]
    agency = getattr(first, "agency", None) or getattr(first, "lead", None)
    audit.record(audit.Event.AMENDMENT_MADE, actor=by, obj=amendment, agency=agency)

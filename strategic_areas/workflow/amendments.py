"""Amendments: changes of an approved plan's structure, decided by an act."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import chain

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _, override

from agencies import audit
from agencies.access import RefusedError
from agencies.fields import FieldKind
from strategic_areas.models import (
    OF_PLAN,
    Activity,
    Amendment,
    Commitment,
    DueProvenance,
    Plan,
    PlanChange,
    Provenance,
)
from strategic_areas.workflow.guard import blocked_texts, must_count_nobody
from strategic_areas.workflow.plain_values import is_new, place_of_new, plain_values
from strategic_areas.workflow.plan_approval import path_to_plan

#: Provenance states whether a record is stated by the plan itself.
PROVENANCE_FIELD = "provenance"
#: Superseding an official record ends that record.
SUPERSEDES_FIELD = "supersedes"
LANGUAGES = ("es", "en")


def approved_plan_of(record):
    """Return the approved plan to which a record belongs, or None."""
    if not isinstance(record, OF_PLAN) or not getattr(record, "is_in_plan", True):
        return None
    path = path_to_plan(type(record))
    plan = getattr(record, path, None) if path else record
    is_public = plan is not None and plan.status != Plan.Status.IN_PREPARATION
    return plan if is_public else None


def changed_structure_fields(record, before, after, *, is_new=False):
    """
    Return the names of the structural fields that a change sets.

    ``record`` is as the change leaves it; ``before`` and ``after`` are its changed
    columns.
    """
    names = record.fields.spanish(structure=True)
    if not names or approved_plan_of(record) is None:
        return []
    if isinstance(record, Plan):
        # A new plan, and its approval, are decided as a whole.
        if is_new or before.get("status", record.status) == Plan.Status.IN_PREPARATION:
            return []
        return [name for name in names if name in after]
    stood = before.get(PROVENANCE_FIELD, record.provenance)
    if Provenance.PLAN not in {stood, record.provenance}:
        replaced = [*before.get(SUPERSEDES_FIELD, ()), *after.get(SUPERSEDES_FIELD, ())]
        return [SUPERSEDES_FIELD] if _are_official(type(record), replaced) else []
    return [name for name in [*names, PROVENANCE_FIELD] if name in after]


def _are_official(model, links):
    records = [each for each in links if isinstance(each, Model)]
    if len(records) == len(links):
        return any(each.provenance == Provenance.PLAN for each in records if each.pk)
    stored = [key for key in links if not is_new(key)]
    rows = model.objects.filter(pk__in=stored, provenance=Provenance.PLAN)
    return bool(stored) and rows.exists()


def field_labels(record, names):
    fields = [
        record.fields.of_column(name)
        for name in names
        if record.fields.of_column(name).kind is not FieldKind.OTHER or name == "code"
    ]
    return ", ".join(field.label for field in fields)


def plain_value_in_words(field, value, names=None):
    """
    Return a stored plain value as text, "" for an empty one.

    ``names`` maps the places of new records of this change to their names.
    """
    if value in (None, "", []):
        return ""
    if field.is_relation:
        keys = value if isinstance(value, list) else [value]
        stored = [key for key in keys if not is_new(key)]
        rows = field.related_model._default_manager.filter(pk__in=stored)
        new = [str(names[place_of_new(key)]) for key in keys if is_new(key)]
        return ", ".join([*map(str, rows), *new])
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field.choices:
        known = dict(field.flatchoices)
        words = value if isinstance(value, list) else [value]
        return ", ".join(str(known.get(word, word)) for word in words)
    kind = field.get_internal_type()
    if kind == "DateField":
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if kind == "DecimalField":
        return number_format(format(Decimal(value), "f"))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def record_plan_changes(change, made, amendment=None):
    """
    Store the public ``PlanChange`` rows of a change that was applied.

    ``made`` maps places of parts to stored records.
    """
    rows, day = [], timezone.localdate(change.decided_at)
    parts = [part for part in change.records.all() if part.place in made]
    kinds = amendment_kinds(parts)
    for part in parts:
        record = made[part.place]
        if (plan := approved_plan_of(record)) is None:
            continue
        about = {
            "plan": plan,
            "change": change,
            "amendment": amendment,
            "model": record._meta.model_name,
            "commitment": record if isinstance(record, Commitment) else None,
            "activity": record if isinstance(record, Activity) else None,
            "decided_on": amendment.decided_on if amendment else day,
            **_record_names(record),
        }
        if amendment:
            about["kind"] = kinds[part.place]
        rows += [
            PlanChange(**about, **line) for line in _change_rows(record, part, made)
        ]
    PlanChange.objects.bulk_create(rows)


def _record_names(record):
    found = _in_both_languages("name", lambda language: str(record)[:500])
    title = "title_en" if hasattr(record, "title_en") else "name_en"
    return found if getattr(record, title, True) else found | {"name_en": ""}


def _in_both_languages(name, said):
    found = {}
    for language in LANGUAGES:
        with override(language):
            found[f"{name}_{language}"] = said(language)
    return found


def _change_rows(record, part, made):
    if not part.before:
        yield _row_of_new_record(record, part, made)
        return
    names = {place: str(each) for place, each in made.items()}
    for field in record.fields.where(public=True):
        columns = [name for name in field.columns if name in part.after]
        follows = field.name == "due_provenance" and "due_on" in part.after
        if follows or not columns:
            continue
        # A change of the English text only is recorded as such in both languages.
        is_english = field.bilingual and columns[0] != field.columns[0]
        in_both = field.bilingual and not is_english
        told = field.columns if in_both else columns * 2
        of = dict(zip(LANGUAGES, told, strict=True))
        said = partial(_value_in_words, record, names, of)
        yield {
            "field": columns[0] if is_english else field.name,
            **_in_both_languages("old_value", partial(said, part.before)),
            **_in_both_languages("new_value", partial(said, part.after)),
            "old_plain": _old_plain_value(field, part.before),
        }


def _value_in_words(record, names, of, values, language):
    field = record._meta.get_field(of[language])
    values = plain_values(record, [field.name]) | values
    return plain_value_in_words(field, values[field.name], names)


def _row_of_new_record(record, part, made):
    replaced = part.after.get("supersedes")

    def former(language):
        return plain_value_in_words(
            record._meta.get_field("supersedes"), replaced, made
        )

    return {
        "field": record._meta.model_name,
        **_in_both_languages("new_value", lambda language: str(record)),
        **(_in_both_languages("old_value", former) if replaced else {}),
    }


def _old_plain_value(field, before):
    if field.kind is FieldKind.TEXT or field.bilingual:
        return ""
    told = json.dumps(before.get(field.name))
    return (
        told if len(told) <= PlanChange._meta.get_field("old_plain").max_length else ""
    )


StopKind = Commitment.StopKind
KIND_BY_STOP = {
    StopKind.CANCELLED: Amendment.Kind.CANCEL,
    StopKind.SUSPENDED: Amendment.Kind.SUSPEND,
}
#: Kind of amendment, and changed fields that imply it; the first match counts.
KIND_BY_FIELDS = (
    (Amendment.Kind.RESUME, {"stopped", "resumes_on"}),
    (Amendment.Kind.MOVE, {"lead", "agency", "supporting"}),
    (
        Amendment.Kind.REDATE,
        {"starts_on", "ends_on", "due_on", "stopped_on", "launched_on"},
    ),
    (Amendment.Kind.RETARGET, {"quantity", "unit_es", "value"}),
)


def amendment_kinds(parts):
    """
    Return the kind of amendment that each ``RecordChange`` is by itself, by place.

    Several records that replace one divide it; one that replaces several joins them.
    """
    replaced = [
        [(part.model, str(key)) for key in part.after.get(SUPERSEDES_FIELD, ())]
        for part in parts
    ]
    shared = Counter(chain(*replaced))
    return {
        part.place: _kind_of(part, [shared[key] for key in keys])
        for part, keys in zip(parts, replaced, strict=True)
    }


def _kind_of(part, sharing):
    after = part.after
    if not part.before and len(sharing) > 1:
        return Amendment.Kind.MERGE
    if not part.before:
        is_divided = bool(sharing) and sharing[0] > 1
        return Amendment.Kind.SPLIT if is_divided else Amendment.Kind.ADD
    if stop := KIND_BY_STOP.get(after.get("stopped")):
        return stop
    if part.model is Plan and after.get("ends_on", "") > part.before.get("ends_on", ""):
        return Amendment.Kind.EXTEND_PLAN
    return next(
        (kind for kind, fields in KIND_BY_FIELDS if fields & after.keys()),
        Amendment.Kind.REWORD,
    )


def amendment_kind(amendment, parts):
    """
    Return the kind of an amendment, from the act it cites and the structure it changes.

    ``parts`` are pairs of a record and its ``RecordChange``.
    """
    if amendment.act in Amendment.CITED:
        return Amendment.CITED[amendment.act]
    kinds = amendment_kinds([part for _record, part in parts])
    found = {kinds[part.place] for record, part in parts if _structure_in(record, part)}
    return found.pop() if len(found) == 1 else Amendment.Kind.SEVERAL


def _structure_in(record, part):
    is_new = part.object_id is None
    return changed_structure_fields(record, part.before, part.after, is_new=is_new)


def set_due_provenance(records, amendment):
    """Mark new due dates as stated by the amendment, unless it is a correction."""
    if amendment is None or amendment.act in Amendment.CITED:
        return
    for record in records:
        if isinstance(record, Commitment | Activity) and _is_redated(record):
            record.due_provenance = DueProvenance.AMENDMENT if record.due_on else ""


def _is_redated(record):
    if record.pk is None:
        return True
    rows = type(record).objects.filter(pk=record.pk)
    return rows.values_list("due_on", flat=True).first() != record.due_on


def check_act(parts, amendment):
    """
    Refuse a change of structure without an act, and an act without such a change.

    ``parts`` are pairs of a record, as the change leaves it, and its ``RecordChange``.
    """
    plans = set()
    as_left = {each.pk: each for each, _part in parts if isinstance(each, Plan)}
    for record, part in parts:
        names = _structure_in(record, part)
        if names and amendment is None:
            raise RefusedError(
                _(
                    "%(record)s: the plan is approved, so this changes only by an "
                    "amendment, which names its act: %(fields)s."
                )
                % {"record": record, "fields": field_labels(record, names)}
            )
        if names:
            plans.add(approved_plan_of(record))
        plan = as_left.get(getattr(record, "plan_id", None))
        if outside := dates_outside_plan(record, part.after, plan):
            raise RefusedError(f"{record}: {' '.join(outside.values())}")
    if amendment is not None and plans != {amendment.plan}:
        raise RefusedError(
            _("An amendment changes the structure of one plan, that which it names.")
        )


def dates_outside_plan(record, names, plan=None):
    """
    Return reasons for the named dates that lie outside the plan, by name.

    ``plan`` is the plan as the same change leaves it.
    """
    if not isinstance(record, Commitment | Activity):
        return {}
    plan, found = plan or getattr(record, "plan", None), {}
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


def must_not_replace_themselves(parts):
    """Refuse saved records that supersede themselves through others."""
    for record, part in parts:
        found, waiting = set(), {record.pk} if SUPERSEDES_FIELD in part.after else set()
        while waiting:
            rows = type(record).objects.filter(superseded_by__in=waiting)
            waiting = {*rows.values_list("pk", flat=True)} - found
            found |= waiting
        if record.pk in found:
            text = _("A record cannot replace itself.")
            raise RefusedError(f"{record}: {text}")


def save_amendment(amendment, change, parts):
    amendment.change, amendment.proposed_by = change, change.proposed_by
    amendment.kind = amendment_kind(amendment, parts)
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


def apply_amendment(change, parts, amendment, by):
    """``parts`` are pairs of each saved record and its ``RecordChange``."""
    made = {part.place: record for record, part in parts}
    record_plan_changes(change, made, amendment)
    if amendment is None:
        return
    # Some proposed parts may have been returned.
    amendment.kind = amendment_kind(amendment, parts)
    amendment.approved_by, amendment.approved_at = by, change.decided_at
    amendment.save(update_fields=["kind", "approved_by", "approved_at"])
    first = made[min(made)]
    agency = getattr(first, "agency", None) or getattr(first, "lead", None)
    audit.record_event(
        audit.Event.AMENDMENT_MADE, actor=by, obj=amendment, agency=agency
    )

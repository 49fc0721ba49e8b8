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

#: It says whether the plan itself states a record.
PROVENANCE_FIELD = "provenance"
#: Superseding a record that the plan states ends that record.
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

    ``record`` has the new values; ``before`` and ``after`` are values by changed
    column.
    """
    names = record.fields.first_columns(structure=True)
    if not names or approved_plan_of(record) is None:
        return []
    if isinstance(record, Plan):
        # A new plan, and its approval, are decided as a whole.
        if is_new or before.get("status", record.status) == Plan.Status.IN_PREPARATION:
            return []
        return [name for name in names if name in after]
    former = before.get(PROVENANCE_FIELD, record.provenance)
    if Provenance.PLAN not in {former, record.provenance}:
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
        labels = dict(field.flatchoices)
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(str(labels.get(value, value)) for value in chosen)
    kind = field.get_internal_type()
    if kind == "DateField":
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if kind == "DecimalField":
        return number_format(format(Decimal(value), "f"))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def record_plan_changes(change, records_by_place, amendment=None):
    """
    Store the public ``PlanChange`` rows of a change that was applied.

    ``records_by_place`` maps places of parts to stored records.
    """
    rows, today = [], timezone.localdate(change.decided_at)
    parts = [part for part in change.records.all() if part.place in records_by_place]
    kinds = amendment_kinds(parts)
    for part in parts:
        record = records_by_place[part.place]
        if (plan := approved_plan_of(record)) is None:
            continue
        common_values = {
            "plan": plan,
            "change": change,
            "amendment": amendment,
            "model": record._meta.model_name,
            "commitment": record if isinstance(record, Commitment) else None,
            "activity": record if isinstance(record, Activity) else None,
            "decided_on": amendment.decided_on if amendment else today,
            **_record_names(record),
        }
        if amendment:
            common_values["kind"] = kinds[part.place]
        rows += [
            PlanChange(**common_values, **row)
            for row in _change_rows(record, part, records_by_place)
        ]
    PlanChange.objects.bulk_create(rows)


def _record_names(record):
    names = _in_both_languages("name", lambda language: str(record)[:500])
    title = "title_en" if hasattr(record, "title_en") else "name_en"
    return names if getattr(record, title, True) else names | {"name_en": ""}


def _in_both_languages(name, value_in):
    values = {}
    for language in LANGUAGES:
        with override(language):
            values[f"{name}_{language}"] = value_in(language)
    return values


def _change_rows(record, part, records_by_place):
    if not part.before:
        yield _row_of_new_record(record, part, records_by_place)
        return
    names = {place: str(each) for place, each in records_by_place.items()}
    for field in record.fields.where(public=True):
        columns = [name for name in field.columns if name in part.after]
        follows = field.name == "due_provenance" and "due_on" in part.after
        if follows or not columns:
            continue
        # A change of the English text only is recorded as such in both languages.
        is_english = field.bilingual and columns[0] != field.columns[0]
        in_both = field.bilingual and not is_english
        shown_columns = field.columns if in_both else columns * 2
        column_by_language = dict(zip(LANGUAGES, shown_columns, strict=True))
        in_words = partial(_value_in_words, record, names, column_by_language)
        yield {
            "field": columns[0] if is_english else field.name,
            **_in_both_languages("old_value", partial(in_words, part.before)),
            **_in_both_languages("new_value", partial(in_words, part.after)),
            "old_plain": _old_plain_value(field, part.before),
        }


def _value_in_words(record, names, column_by_language, values, language):
    field = record._meta.get_field(column_by_language[language])
    values = plain_values(record, [field.name]) | values
    return plain_value_in_words(field, values[field.name], names)


def _row_of_new_record(record, part, records_by_place):
    replaced = part.after.get("supersedes")

    def former(language):
        return plain_value_in_words(
            record._meta.get_field("supersedes"), replaced, records_by_place
        )

    return {
        "field": record._meta.model_name,
        **_in_both_languages("new_value", lambda language: str(record)),
        **(_in_both_languages("old_value", former) if replaced else {}),
    }


def _old_plain_value(field, before):
    if field.kind is FieldKind.TEXT or field.bilingual:
        return ""
    value = json.dumps(before.get(field.name))
    longest = PlanChange._meta.get_field("old_plain").max_length
    return value if len(value) <= longest else ""


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


def _kind_of(part, replacement_counts):
    """``replacement_counts`` has a number for each record that the part replaces."""
    after = part.after
    if not part.before and len(replacement_counts) > 1:
        return Amendment.Kind.MERGE
    if not part.before:
        is_split = bool(replacement_counts) and replacement_counts[0] > 1
        return Amendment.Kind.SPLIT if is_split else Amendment.Kind.ADD
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
    if amendment.act in Amendment.KINDS_WITHOUT_ACT:
        return Amendment.KINDS_WITHOUT_ACT[amendment.act]
    kinds = amendment_kinds([part for _record, part in parts])
    found = {kinds[part.place] for record, part in parts if _structure_in(record, part)}
    return found.pop() if len(found) == 1 else Amendment.Kind.SEVERAL


def _structure_in(record, part):
    is_new = part.object_id is None
    return changed_structure_fields(record, part.before, part.after, is_new=is_new)


def set_due_provenance(records, amendment):
    """Mark new due dates as stated by the amendment, unless it is a correction."""
    if amendment is None or amendment.act in Amendment.KINDS_WITHOUT_ACT:
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

    ``parts`` are pairs of a record with its new values and its ``RecordChange``.
    """
    plans = set()
    changed_plans = {each.pk: each for each, _part in parts if isinstance(each, Plan)}
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
        plan = changed_plans.get(getattr(record, "plan_id", None))
        if outside := dates_outside_plan(record, part.after, plan):
            raise RefusedError(f"{record}: {' '.join(outside.values())}")
    if amendment is not None and plans != {amendment.plan}:
        raise RefusedError(
            _("An amendment changes the structure of one plan, that which it names.")
        )


def dates_outside_plan(record, names, plan=None):
    """
    Return by field name why a date lies outside the plan.

    ``names`` are the fields to check; ``plan`` replaces the record's plan if the same
    change sets its dates.
    """
    if not isinstance(record, Commitment | Activity):
        return {}
    plan, problems = plan or getattr(record, "plan", None), {}
    if not (plan and plan.starts_on and plan.ends_on):
        return {}
    for name in ("starts_on", "due_on"):
        day = getattr(record, name)
        if name in names and day and not plan.starts_on <= day <= plan.ends_on:
            problems[name] = _(
                "The plan runs from %(start)s to %(end)s. An amendment has to extend "
                "the plan first."
            ) % {
                "start": date_format(plan.starts_on, "SHORT_DATE_FORMAT"),
                "end": date_format(plan.ends_on, "SHORT_DATE_FORMAT"),
            }
    return problems


def must_not_replace_themselves(parts):
    """Refuse saved records that supersede themselves through others."""
    for record, part in parts:
        superseded = set()
        to_follow = {record.pk} if SUPERSEDES_FIELD in part.after else set()
        while to_follow:
            rows = type(record).objects.filter(superseded_by__in=to_follow)
            to_follow = {*rows.values_list("pk", flat=True)} - superseded
            superseded |= to_follow
        if record.pk in superseded:
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
    records_by_place = {part.place: record for record, part in parts}
    record_plan_changes(change, records_by_place, amendment)
    if amendment is None:
        return
    # Some proposed parts may have been returned.
    amendment.kind = amendment_kind(amendment, parts)
    amendment.approved_by, amendment.approved_at = by, change.decided_at
    amendment.save(update_fields=["kind", "approved_by", "approved_at"])
    first = records_by_place[min(records_by_place)]
    agency = getattr(first, "agency", None) or getattr(first, "lead", None)
    audit.record_event(
        audit.Event.AMENDMENT_MADE, actor=by, obj=amendment, agency=agency
    )

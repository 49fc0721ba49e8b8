"""
Changes of public records: one person proposes, another approves, which applies them.
"""

import json
from contextlib import contextmanager
from hashlib import sha256

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _, override

from agencies import audit
from agencies.access import RefusedError
from agencies.decisions import DecisionStatus
from agencies.fields import field_of
from agencies.models import FocalPoint
from strategic_areas.datasets.removals import protect_in_editions
from strategic_areas.models import (
    ActivityProposal,
    Amendment,
    PendingChange,
    Plan,
    PlanFile,
    RecordChange,
    RecordDispute,
)
from strategic_areas.models.drafts import DRAFT_TABLES
from strategic_areas.models.review import Revision
from strategic_areas.workflow import amendments, plan_approval, plan_drafts
from strategic_areas.workflow.guard import (
    blocked_texts,
    must_count_nobody,
    must_identify_nobody,
    must_not_be_in_pending_purge,
)
from strategic_areas.workflow.plain_values import (
    apply_part,
    is_new,
    must_be_valid,
    plain_value,
    plain_values,
    release_unique_values,
    released_unique_fields,
)
from strategic_areas.workflow.transitions import (
    GuardedSteps,
    decides_on,
    require_may_propose,
)

#: Position of a model in the order in which records of a plan are saved.
MODEL_ORDER = {model: place for place, model in enumerate(DRAFT_TABLES.values())}
EMPTY_VALUES = ("", None, [])


@contextmanager
def dry_run():
    """Allow any change of a plan's structure, and roll all changes back."""
    with transaction.atomic():
        # Triggers allow changes of structure in the transaction of a plan file.
        PlanFile.objects.create()
        yield
        transaction.set_rollback(True)


class AlreadyWaitingError(RefusedError):
    def __init__(self, current):
        self.current = current
        super().__init__(
            _("%(record)s: a change of it waits for approval already.")
            % {"record": current}
        )


class ChangeSteps(GuardedSteps):
    """
    Reviewers decide on changes; administrators on those of agencies and their names.

    The parts of a change are ``RecordChange`` objects.
    """

    model = PendingChange
    #: Called after a change was applied, with change, records and approver.
    after_apply = []
    #: Called with each change after its decision.
    after_decision = []

    def objection(self, user, change):
        """
        State that another role decides, or that the user's agency disputes the record.
        """
        if not decides_on(user, [part.model for part in change.records.all()]):
            return _("The secretariat decides on this.")
        is_own = getattr(change, "is_of_own_dispute", None)
        if is_own is None:
            is_own = _of_own_disputes(user).filter(change=change).exists()
        text = _(
            "Your agency does not acknowledge this record: another person decides."
        )
        return text if is_own else ""

    def waiting_for(self, user):
        """
        Return pending changes; ``is_of_own_dispute`` marks those the user is a party
        to.
        """
        own_disputes = _of_own_disputes(user).filter(change=OuterRef("pk"))
        return (
            super().waiting_for(user).annotate(is_of_own_dispute=Exists(own_disputes))
        )

    def store(self, change, parts, amendment=None):
        plans = [record.pk for record, _build_part in parts if isinstance(record, Plan)]
        # Saving a record of a plan in preparation locks the plan too.
        list(Plan.objects.select_for_update().filter(pk__in=plans).values_list("pk"))
        change.save()
        parts, records = [part for _record, part in parts], parts
        for part in parts:
            part.change = change
        try:
            with transaction.atomic():
                RecordChange.objects.bulk_create(parts)
        except IntegrityError as error:
            slots = [part.slot for part in parts]
            current = PendingChange.objects.filter(records__slot__in=slots).first()
            if current is None:
                raise
            raise AlreadyWaitingError(current) from error
        if amendment is not None:
            amendments.save_amendment(amendment, change, records)

    def apply(self, change, by, seen_digest="", declared_absent=(), reasons=None):
        """
        Save every record of the change in order, except returned ones.

        ``seen_digest`` and ``declared_absent`` are as in ``must_be_approvable``.
        ``reasons`` maps the places of parts to why they return: these parts, and all
        that depend on them, go back to the proposer's draft.
        """
        all_parts = list(change.records.all())
        plan_approval.check_plan_approval(
            change, all_parts, seen_digest=seen_digest, declared_absent=declared_absent
        )
        values = [value for part in all_parts for value in part.after.values()]
        if amendment := Amendment.objects.filter(change=change).first():
            names = amendment.fields.columns(guarded=True)
            values += [getattr(amendment, name) for name in names]
        must_not_be_in_pending_purge(change, values)
        parts = self._leave_out(change, all_parts, reasons) if reasons else all_parts
        saved = self.save_parts(change, parts, by)
        for part in parts:
            if part.object_id is None:
                change.records.filter(pk=part.pk).update(object_id=saved[part.place].pk)
        # The plan may have changed since the proposal.
        applied = [(saved[part.place], part) for part in parts]
        amendments.check_act(applied, amendment)
        amendments.must_not_replace_themselves(applied)
        amendments.apply_amendment(change, applied, amendment, by)
        flags = {
            name
            for part in parts
            if part.object_id
            for name in part.after.keys() & part.model.fields.names(protects=True)
        }
        if flags:
            protect_in_editions((type(record), record.pk) for record in saved.values())
        for callback in self.after_apply:
            callback(change, saved, by)
        if left_out := [part for part in all_parts if part.returned]:
            plan_drafts.return_to_draft(change, left_out, all_parts)
        return {"left_out": len(left_out)} if left_out else {}

    def _leave_out(self, change, all_parts, reasons):
        labels = {part.place: part.label for part in all_parts}
        if not (plan_drafts.may_return(all_parts) and reasons.keys() <= labels.keys()):
            raise RefusedError(
                _("%(record)s: it is approved or declined as a whole.")
                % {"record": change}
            )
        for place, reason in reasons.items():
            if not reason.strip():
                raise RefusedError(
                    _("%(record)s: state the reason.") % {"record": labels[place]}
                )
            must_identify_nobody(RecordChange, returned=reason)
        dependants = plan_drafts.dependants_of(all_parts)
        places = plan_drafts.with_dependants(dependants, reasons)
        if len(places) == len(all_parts):
            raise RefusedError(
                _("%(record)s: nothing of it would be approved. Decline it instead.")
                % {"record": change}
            )
        with override(change.proposed_by.language):
            reason = _("It depends on what was returned: %(names)s") % {
                "names": ", ".join(labels[place] for place in reasons)
            }
        for part in all_parts:
            if part.place in places:
                part.returned = reasons.get(part.place, reason).strip()
                change.records.filter(pk=part.pk).update(returned=part.returned)
        return [part for part in all_parts if not part.returned]

    def save_parts(self, change, parts, by):
        """Save the parts; return their records by place."""
        saved = {}
        old_unique_values = release_unique_values(
            (part.model, part.object_id, part.before, part.after) for part in parts
        )
        for part in parts:
            old_values = old_unique_values.get((part.model, part.object_id), {})
            saved[part.place] = apply_part(part, change, by, saved, old_values)
        return saved

    def on_end(self, change):
        """
        If a plan's change was not approved, return its parts to the proposer's draft.
        """
        change.records.update(slot=None)
        for callback in self.after_decision:
            callback(change)
        if change.status == DecisionStatus.APPROVED:
            return
        parts = [part for part in change.records.all() if part.after]
        is_of_plan = hasattr(change, "amendment") or plan_drafts.may_return(parts)
        # An agency's proposal stays pending, and can be accepted again.
        if is_of_plan and not ActivityProposal.objects.filter(change=change).exists():
            plan_drafts.return_to_draft(change, parts, parts)

    def facts(self, change):
        """
        Return the changed records, or their number, and fields; never their values.
        """
        parts = change.records.all()
        kinds = [part.model._meta.label_lower for part in parts]
        records = {"kind": kinds, "record": [part.object_id for part in parts]}
        if len(kinds) > audit.MAX_VALUES:
            records = {"kind": set(kinds), "changed": len(kinds)}
        return {**records, "fields": {name for part in parts for name in part.after}}


CHANGE_STEPS = ChangeSteps()


def _of_own_disputes(user):
    agencies = list(
        FocalPoint.objects.agencies_of(user).values_list("agency_id", flat=True)
    )
    disputes = RecordDispute.objects.filter(Q(agency__in=agencies) | Q(written_by=user))
    return RecordChange.objects.filter(
        Q(object_id__in=disputes.values("pk"))
        | Q(object_id__isnull=True, after__agency__in=agencies),
        content_type=ContentType.objects.get_for_model(RecordDispute),
    )


def changeable_fields(model):
    """
    Return the names of the fields that a change may set, links included.

    A change of a revision may only set the reason for its withdrawal.
    """
    if issubclass(model, Revision):
        return ["withdrawal_reason"]
    names = {field.name for field in model._meta.get_fields()}
    return [
        field.name
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
        if field.editable and not field.primary_key and f"{field.name}_es" not in names
    ]


def propose(record, *, by, links=None, amendment=None):
    """
    Propose the values of an unsaved or changed record; return the change.

    The record is not saved. ``links`` are its many-to-many values by name. Raises
    ``AlreadyWaitingError`` if another change of it is pending.
    """
    return propose_records([(record, links or {})], by=by, amendment=amendment)


def propose_records(records, *, by, amendment=None):
    """
    Propose a change of several records, approved as a whole.

    ``records`` are pairs of a record and its links. Records of a plan are saved from
    the plan down, others in the given order. A link may lead to an unsaved record that
    is saved earlier. An ``amendment`` names the act for structural changes.
    """
    records = sorted(
        records, key=lambda pair: MODEL_ORDER.get(type(pair[0]), len(MODEL_ORDER))
    )
    changed_records = [record for record, _links in records]
    for record in changed_records:
        require_may_propose(by, record)
    parts = build_parts(records, amendment)
    if not parts:
        raise RefusedError(
            _("%(record)s: nothing of it would change.")
            % {"record": changed_records[0]}
        )
    if any(plan_approval.approves_plan(part) for _record, part in parts):
        raise RefusedError(
            _("%(record)s: a plan is approved on the page that shows all of it.")
            % {"record": changed_records[0]}
        )
    return CHANGE_STEPS.propose(
        PendingChange(), by=by, parts=parts, amendment=amendment
    )


@transaction.atomic
def propose_approval(plan, *, by, seen_digest, declared_absent=()):
    """
    Propose to publish a plan in preparation as it is; return the change.

    ``seen_digest`` and ``declared_absent`` are as in ``must_be_approvable``.
    """
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    require_may_propose(by, plan)
    plan_approval.must_be_approvable(
        plan, seen_digest=seen_digest, declared_absent=declared_absent
    )
    plan.status = Plan.Status.APPROVED
    change = PendingChange(plan_digest=seen_digest)
    return CHANGE_STEPS.propose(change, by=by, parts=build_parts([(plan, {})]))


def build_parts(records, amendment=None):
    changed_records = [record for record, _links in records]
    amendments.set_due_provenance(changed_records, amendment)
    released_fields = released_unique_fields(changed_records)
    parts = [
        (
            record,
            _build_part(record, links, changed_records[:place], released_fields[place]),
        )
        for place, (record, links) in enumerate(records)
    ]
    parts = [(record, part) for record, part in parts if part.after]
    if parts:
        amendments.check_act(parts, amendment)
    return parts


def waiting_change(record):
    """Return the pending change of a record, which may be new, or None."""
    if not (slot := _slot(record)):
        return None
    return PendingChange.objects.filter(records__slot=slot).first()


def waiting_keys(records):
    slots = {_slot(each): (type(each), each.pk) for each in records if each.pk}
    rows = RecordChange.objects.filter(slot__in=slots)
    return {slots[slot] for slot in rows.values_list("slot", flat=True)}


def _build_part(record, links, earlier, released_fields):
    model = type(record)
    proposed = _proposed_values(record, links, earlier)
    unsaved_links = [name for name in proposed if is_new(proposed[name])]
    must_be_valid(record, exclude=unsaved_links, released_fields=released_fields)
    before = {}
    if record.pk:
        before = plain_values(model._default_manager.get(pk=record.pk), proposed)
    after = {
        name: value
        for name, value in proposed.items()
        if (value != before[name] if before else value not in EMPTY_VALUES)
    }
    if blocked := blocked_texts(model, after):
        raise RefusedError(f"{record}: {' '.join(blocked.values())}")
    must_count_nobody(record, after)
    return RecordChange(
        place=len(earlier),
        content_type=ContentType.objects.get_for_model(model),
        object_id=record.pk,
        slot=_slot(record) or _slot_of_new(model, after),
        label=_label(record),
        before={name: before[name] for name in after if before},
        after=after,
    )


def _proposed_values(record, links, earlier):
    fields = {
        name: record._meta.get_field(name) for name in changeable_fields(type(record))
    }
    columns = [name for name, field in fields.items() if not field.many_to_many]
    return {
        **plain_values(record, columns, earlier),
        **{
            name: plain_value(fields[name], value, earlier)
            for name, value in links.items()
        },
    }


def _slot(record):
    own = f"{record._meta.model_name}:{record.pk}" if record.pk else ""
    return getattr(record, "approval_slot", own)


def _slot_of_new(model, after):
    values = json.dumps(after, sort_keys=True).encode()
    return f"{model._meta.model_name}:new:{sha256(values).hexdigest()[:20]}"


def _label(record):
    with override("es"):
        return str(record)[:300]


def needs_no_approval(record, changed, links=None):
    """
    Whether saving the ``changed`` fields needs no second person.

    True if only staff read the fields and they protect nobody, or if the record is in a
    plan in preparation. Fields that the model does not declare count as public.
    """
    fields = [field_of(type(record), name) for name in changed]
    needs_approval = any(each.public or each.protects for each in fields)
    if record.pk and fields and not needs_approval:
        return True
    if isinstance(record, Plan) and record.pk and "status" in changed:
        return False
    return _is_in_preparation(record, links or {})


def none_needs_approval(plan, records):
    """
    Whether saving many records of one plan needs no second person.

    Takes a fixed number of queries. ``records`` are pairs of a record and its links.
    """
    stored_keys = {}
    for record, _links in records:
        if record.pk and record != plan:
            stored_keys.setdefault(type(record), []).append(record.pk)
    return (
        _is_open(plan)
        and not any(_leads_outside(record, links) for record, links in records)
        and not any(_are_named_outside(*each) for each in stored_keys.items())
    )


def _is_in_preparation(record, links):
    path = plan_approval.path_to_plan(type(record))
    if path is None:
        return False
    plan = _follow(record, path)
    if record.pk:
        stored = _follow(type(record)._default_manager.get(pk=record.pk), path)
        if stored is None or not _is_open(stored):
            return False
    return plan is not None and none_needs_approval(plan, [(record, links)])


def _follow(record, path):
    for name in filter(None, path.split("__")):
        record = record and getattr(record, name, None)
    return record


def _is_open(plan):
    """
    Whether the plan is in preparation and its approval is not pending.

    In a transaction the plan is locked, so that nothing is saved after its proposal.
    """
    # An unsaved plan cannot be queried.
    if plan.pk is None:
        return plan.status == Plan.Status.IN_PREPARATION
    rows = Plan.objects.filter(pk=plan.pk, status=Plan.Status.IN_PREPARATION)
    if connection.in_atomic_block:
        rows = rows.select_for_update()
    return bool(rows.values_list("pk")) and waiting_change(plan) is None


def _leads_outside(record, links):
    former = [*links.get("supersedes", ()), getattr(record, "continues", None)]
    return any(each.plan_id != record.plan_id for each in former if each is not None)


def _are_named_outside(named_model, keys):
    for relation in named_model._meta.get_fields(include_hidden=True):
        model = relation.related_model
        if relation.concrete or not hasattr(model, "fields"):
            continue
        rows = model._default_manager.filter(**{f"{relation.field.name}__in": keys})
        path = plan_approval.path_to_plan(model)
        if path is not None:
            status = "__".join(filter(None, [path, "status"]))
            rows = rows.exclude(**{status: Plan.Status.IN_PREPARATION})
        if rows.exists():
            return True
    return False

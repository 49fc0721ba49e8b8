"""Changes of two people: one proposes, another approves, and only then it applies."""

import json
from hashlib import sha256

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from agencies import audit
from strategic_areas.models import (
    AgencyComment,
    AttributionDispute,
    PendingChange,
)
from strategic_areas.workflow.authority import (
    is_of_own_dispute,
    may_propose,
    may_review,
)
from strategic_areas.workflow.moves import TransitionError
from strategic_areas.workflow.personal_data import blocked_texts
from strategic_areas.workflow.plain_values import (
    plain_value,
    plain_values,
    put,
    put_links,
)

Status = PendingChange.Status
#: What each decision is called in the audit record.
EVENTS = {
    Status.APPROVED: audit.Event.APPROVAL_GIVEN,
    Status.DECLINED: audit.Event.APPROVAL_REFUSED,
    Status.TAKEN_BACK: audit.Event.APPROVAL_WITHDRAWN,
    Status.OUTDATED: audit.Event.APPROVAL_OUTDATED,
}
#: What says nothing in a record that is not there yet.
UNSAID = ("", None, [])


class AlreadyWaiting(TransitionError):
    """A change of the same record waits already: ``current``."""

    def __init__(self, current):
        self.current = current
        super().__init__(
            _("%(record)s: a change of it waits for approval already.")
            % {"record": current}
        )


def changeable(model):
    """Names of the fields that a change of the record may hold, links included."""
    names = {field.name for field in model._meta.get_fields()}
    return [
        field.name
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
        if field.editable and not field.primary_key and f"{field.name}_es" not in names
    ]


@transaction.atomic
def propose(record, *, by, links=None):
    """
    Keep what an unsaved or changed record would say, and return the change.

    Nothing of the record itself is saved. ``links`` are its many-to-many fields, by
    name, where they may change. Raises ``AlreadyWaiting`` beside an undecided change.
    """
    if not may_propose(by, record):
        raise TransitionError(
            _("%(record)s: you may not change this.") % {"record": record}
        )
    _must_be_valid(record)
    model = type(record)
    wanted = _wanted(record, links or {})
    before = {}
    if record.pk:
        before = plain_values(model._default_manager.get(pk=record.pk), wanted)
    after = {
        name: value
        for name, value in wanted.items()
        if (value != before[name] if before else value not in UNSAID)
    }
    if not after:
        raise TransitionError(
            _("%(record)s: nothing of it would change.") % {"record": record}
        )
    if blocked := blocked_texts(model, after):
        raise TransitionError(f"{record}: {' '.join(blocked.values())}")
    return _store(
        PendingChange(
            content_type=ContentType.objects.get_for_model(model),
            object_id=record.pk,
            slot=_slot(record, after),
            label=_label(record),
            before={name: before[name] for name in after if before},
            after=after,
            proposed_by=by,
            proposed_at=timezone.now(),
        )
    )


def _wanted(record, links):
    fields = {name: record._meta.get_field(name) for name in changeable(type(record))}
    single = [name for name, field in fields.items() if not field.many_to_many]
    return {
        **plain_values(record, single),
        **{name: plain_value(fields[name], value) for name, value in links.items()},
    }


def _slot(record, after):
    """What may wait only once; of a new record, one that says the very same."""
    if slot := getattr(record, "approval_slot", ""):
        return slot
    name = record._meta.model_name
    if record.pk:
        return f"{name}:{record.pk}"
    told = json.dumps(after, sort_keys=True).encode()
    return f"{name}:new:{sha256(told).hexdigest()[:20]}"


def _label(record):
    with override("es"):
        return str(record)[:300]


def _store(change):
    try:
        with transaction.atomic():
            change.save()
    except IntegrityError as error:
        current = PendingChange.objects.waiting().filter(slot=change.slot).first()
        if current is None:
            raise
        raise AlreadyWaiting(current) from error
    _record(audit.Event.APPROVAL_ASKED, change, change.proposed_by)
    return change


def _record(event, change, by):
    """Which record and fields it was about; never what they say."""
    audit.record(
        event,
        actor=by,
        obj=change,
        kind=change.content_type.model_class()._meta.label_lower,
        record=change.object_id,
        fields=sorted(change.after),
    )


@transaction.atomic
def approve(change, *, by):
    """
    Apply a change that somebody else proposed, and return it as it stands then.

    It is ``outdated`` instead, and nothing applies, where the record says something
    else now than what it said to whoever proposed, or has no place any more.
    """
    change = _undecided(change, by)
    if change.proposed_by_id == by.pk:
        raise TransitionError(
            _("%(record)s: nobody approves what they proposed.") % {"record": change}
        )
    record = stored_record(change)
    if record is None or plain_values(record, change.before) != change.before:
        return _decide(change, Status.OUTDATED, by)
    # Spanish, the first language: it is what undecorated columns hold.
    with override("es"):
        put(record, change.after)
    if not getattr(record, "may_stand", True):
        return _decide(change, Status.OUTDATED, by)
    _apply(record, change, by)
    change.object_id = record.pk
    return _decide(change, Status.APPROVED, by)


def _apply(record, change, by):
    is_new = change.object_id is None
    is_said = isinstance(record, AgencyComment)
    if is_said or isinstance(record, AttributionDispute) and is_new:
        record.written_by = change.proposed_by
        record.written_at = change.proposed_at
    _must_be_valid(record)
    record._history_user = by
    record._change_reason = _provenance(change, by)
    try:
        with override("es"):
            record.save()
            put_links(record, change.after)
    except IntegrityError as error:
        raise TransitionError(
            _("%(record)s: something else was saved in its place meanwhile.")
            % {"record": change}
        ) from error


def stored_record(change):
    """The record to change, locked; a new one for what is not there; None if gone."""
    model = change.content_type.model_class()
    if change.object_id is None:
        return model()
    rows = model._default_manager.select_for_update()
    return rows.filter(pk=change.object_id).first()


def _provenance(change, by):
    said = _("change %(number)s: proposed by %(one)s, approved by %(other)s")
    return said[:100] % {
        "number": change.pk,
        "one": change.proposed_by.get_username()[:25],
        "other": by.get_username()[:25],
    }


def decline(change, *, by, reason):
    """Leave the record as it is; whoever proposed reads the reason."""
    if not reason.strip():
        raise TransitionError(_("%(record)s: state the reason.") % {"record": change})
    with transaction.atomic():
        return _decide(_undecided(change, by), Status.DECLINED, by, reason)


def take_back(change, *, by):
    """The proposer's own way out, as long as nobody decided."""
    with transaction.atomic():
        change = _locked(change)
        if change.proposed_by_id != by.pk:
            raise TransitionError(
                _("%(record)s: only who proposed it takes it back.")
                % {"record": change}
            )
        return _decide(change, Status.TAKEN_BACK, by)


def _undecided(change, by):
    """The change, locked, for a reviewer whose own institution's dispute it is not."""
    if not may_review(by, change):
        raise TransitionError(
            _("%(record)s: only the secretariat reviews.") % {"record": change}
        )
    change = _locked(change)
    if is_of_own_dispute(by, change):
        raise TransitionError(
            _("%(record)s: nobody decides on what their institution disputes.")
            % {"record": change}
        )
    return change


def _locked(change):
    change = PendingChange.objects.select_for_update().get(pk=change.pk)
    if not change.is_waiting:
        raise TransitionError(
            _("%(record)s: somebody has decided on this already (%(status)s).")
            % {"record": change, "status": change.get_status_display().lower()}
        )
    return change


def _decide(change, status, by, reason=""):
    change.status = status
    change.decided_by = by
    change.decided_at = timezone.now()
    change.reason = reason.strip()
    change.save()
    _record(EVENTS[status], change, by)
    return change


def _must_be_valid(record):
    try:
        record.full_clean()
    except ValidationError as error:
        told = "; ".join(error.messages)
        raise TransitionError(f"{record}: {told}") from error

"""The one guarded UPDATE behind every step, and the trace that it leaves."""

from itertools import count

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import audit
from agencies.access import RefusedError
from strategic_areas.addresses import permanent_word
from strategic_areas.models import Status, Transition

#: What each step is called in the audit record.
EVENTS = {
    Status.SUBMITTED: audit.Event.REPORT_SUBMITTED,
    Status.RETURNED: audit.Event.REPORT_RETURNED,
    Status.PUBLISHED: audit.Event.REPORT_PUBLISHED,
    Status.REPLACED: audit.Event.REPORT_REPLACED,
    Status.WITHDRAWN: audit.Event.REPORT_WITHDRAWN,
}


class TransitionError(RefusedError):
    """This step is not possible now; the message says why, for people."""


class Conflict(TransitionError):
    """Somebody else saved this revision in the meantime; ``current`` is theirs."""

    def __init__(self, current):
        self.current = current
        super().__init__(
            _("%(record)s: somebody else saved it in the meantime.")
            % {"record": current}
        )


def siblings(update):
    """All revisions of the same subject and period."""
    return type(update).objects.filter(
        **{update.subject_field: update.subject}, period=update.period
    )


def published(update):
    return siblings(update).filter(status=Status.PUBLISHED).first()


def public_id(update):
    """
    The word by which a revision is addressed for good once it is published.

    Made of what it is about, so that one plan file gives the same addresses wherever
    it is loaded; kept, so that no later change of a code moves it. It tells nothing of
    what is not published: a draft has none, whatever somebody computes.
    """
    identity = "/".join(
        (
            type(update)._meta.model_name,
            update.period.plan.code,
            update.subject.code,
            update.period.code,
            str(update.revision),
        )
    )
    words = (permanent_word(f"{identity}/{attempt}") for attempt in count())
    taken = type(update).objects.filter
    return next(word for word in words if not taken(public_id=word).exists())


def next_revision(update):
    highest = siblings(update).aggregate(highest=Max("revision"))["highest"]
    return (highest or 0) + 1


@transaction.atomic
def move(
    update,
    *,
    to,
    allowed,
    by,
    reason="",
    private_note="",
    seen_version=None,
    not_by_contributors=False,
    contributes=False,
    **stamp,
):
    """Change status in one guarded UPDATE; the rule stands in its WHERE clause."""
    row = type(update).objects.filter(pk=update.pk)
    # What the trace says it moved from is what is stored, not what somebody had loaded.
    before = row.select_for_update().values_list("status", flat=True).get()
    row = row.filter(status__in=allowed)
    if seen_version is not None:
        row = row.filter(version=seen_version)
    if not_by_contributors:
        row = row.exclude(contributors=by)
    if not row.update(status=to, **stamp):
        raise _refusal(update, to, allowed, by, seen_version)
    update.refresh_from_db()
    if contributes:
        update.contributors.add(by)
    leave_trace(
        update, from_status=before, by=by, reason=reason, private_note=private_note
    )


def _refusal(update, to, allowed, by, seen_version):
    """Why the guarded UPDATE changed nothing, in words."""
    update.refresh_from_db()
    if update.status not in allowed:
        return TransitionError(
            _("%(record)s is %(status)s; this step is no longer possible.")
            % {"record": update, "status": update.get_status_display().lower()}
        )
    if seen_version is not None and update.version != seen_version:
        return Conflict(update)
    return TransitionError(
        _("%(record)s: you had a part in this revision; another person publishes it.")
        % {"record": update}
    )


def leave_trace(update, *, from_status, by, reason="", private_note=""):
    """One step: with its reason in the trail, without a word in the audit record."""
    Transition.objects.create(
        **{update.link_field: update},
        from_status=from_status,
        to_status=update.status,
        by=by,
        at=timezone.now(),
        reason=reason,
        private_note=private_note,
    )
    audit.record(
        EVENTS.get(update.status, audit.Event.REPORT_CHANGED),
        actor=by,
        obj=update,
        agency=update.agency,
        from_status=from_status or None,
        to_status=update.status,
        period=update.period_id,
        revision=update.revision,
    )

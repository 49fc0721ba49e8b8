from datetime import date
from itertools import count

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import audit
from agencies.access import RefusedError
from strategic_areas.addresses import permanent_word
from strategic_areas.models import Answer, Status, Transition
from strategic_areas.workflow.guard import must_be_clean

#: The audit event of each step, by the new status.
EVENTS = {
    Status.SUBMITTED: audit.Event.REPORT_SUBMITTED,
    Status.RETURNED: audit.Event.REPORT_RETURNED,
    Status.PUBLISHED: audit.Event.REPORT_PUBLISHED,
    Status.REPLACED: audit.Event.REPORT_REPLACED,
    Status.WITHDRAWN: audit.Event.REPORT_WITHDRAWN,
}


class TransitionError(RefusedError):
    """The step is not possible now; the message tells people why."""


class Conflict(TransitionError):
    """Somebody else saved this revision meanwhile; ``current`` is the stored one."""

    def __init__(self, current):
        self.current = current
        super().__init__(
            _("%(record)s: somebody else saved it in the meantime.")
            % {"record": current}
        )


def siblings(update):
    return type(update).objects.filter(
        **{update.subject_field: update.subject}, period=update.period
    )


def published(update):
    return siblings(update).filter(status=Status.PUBLISHED).order_by("pk").first()


def public_id(update):
    """
    The permanent last part of the address of a revision that is being published.

    It is computed from codes, so that one plan file gives the same addresses wherever
    it is loaded, and stored, so that no later change of a code changes it.
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
    """Change the status in one UPDATE whose WHERE clause holds the rule."""
    said = {"reason": reason, "private_note": private_note}
    must_be_clean(Transition, error=TransitionError, **said)
    row = type(update).objects.filter(pk=update.pk)
    # The transition names the stored status, which may differ from the loaded one.
    before = row.select_for_update().values_list("status", flat=True).get()
    row = row.filter(status__in=allowed)
    if seen_version is not None:
        row = row.filter(version=seen_version)
    if not_by_contributors:
        row = row.exclude(contributors__in=[by.pk, *by.invited_alone])
    if not row.update(status=to, **stamp):
        raise _refusal(update, to, allowed, by, seen_version)
    update.refresh_from_db()
    if contributes:
        update.contributors.add(by)
    leave_trace(update, from_status=before, by=by, **said)


def _refusal(update, to, allowed, by, seen_version):
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
    """Record one step: with its reason as a transition, without it in the audit."""
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


def unchanged_since(update) -> date | None:
    """
    The end of the period since which the agency has said just this; None for news.

    Texts count in Spanish, and figures, places and the state, but for what only staff
    read. It compares with the agency's own last report alone, never with what public
    sources say. Of a reserved report the public reads too little for it to be told.
    """
    if getattr(update, "is_reserved", False):
        return None
    if getattr(update, "answer", None) == Answer.NO_NEWS:
        return None
    own = type(update).objects.own_of(update.agency)
    about = {update.subject_field: update.subject}
    before = own.filter(**about).before(update.period).newest_first().first()
    if before is None or _said(before) != _said(update):
        return None
    return before.unchanged_since or before.period.ends_on


def _said(update):
    return [
        _words(field.in_words(field.plain(update)))
        for field in update.fields.where(filled_in=True, repeated=True)
        if not update.is_for_staff(field)
    ]


def _words(text):
    return text.split()

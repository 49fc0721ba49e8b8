"""Publishing from the public record, the only step that needs no second person."""

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from strategic_areas.models import OPEN, Provenance, Status
from strategic_areas.models.review import Reviewed
from strategic_areas.workflow.moves import (
    TransitionError,
    leave_trace,
    move,
    next_revision,
    public_id,
    published,
    siblings,
)

#: The user who publishes what the importer takes from the public record.
SYSTEM_USERNAME = "registro-publico"


def system_user():
    """The account of the importer: inactive, without a usable password."""
    user, created = get_user_model().objects.get_or_create(
        username=SYSTEM_USERNAME, defaults={"is_active": False, "is_staff": False}
    )
    if created:
        user.set_unusable_password()
        user.save()
    return user


@transaction.atomic
def record(update, *, sources):
    """
    Publish an update from the public record, without a second person.

    Only the importer calls this. The update needs a source, and its provenance is never
    that of a report. It may replace only an update from the public record, and so never
    what an agency reported here.
    """
    if not sources:
        raise TransitionError(
            _("%(record)s: a matter of record needs a source.") % {"record": update}
        )
    if update.provenance not in {
        Provenance.PLAN,
        Provenance.DOCUMENTED,
        Provenance.PRESS,
        Provenance.RECONSTRUCTED,
    }:
        raise TransitionError(
            _("%(record)s: a matter of record is never “%(provenance)s”.")
            % {"record": update, "provenance": update.get_provenance_display()}
        )
    said_here = siblings(update).filter(origin=Reviewed.Origin.ENTERED)
    if said_here.filter(status__in=[*OPEN, Status.PUBLISHED]).exists():
        raise TransitionError(
            _("%(record)s: the agency itself has reported on this.")
            % {"record": update}
        )
    by = system_user()
    before = published(update)
    # Of a reconstruction it is a matter of knowledge, which may change.
    stays = before and update.subject.is_official
    update.agency = before.agency if stays else update.answering
    if before:
        move(before, to=Status.REPLACED, allowed=[Status.PUBLISHED], by=by)
    update.origin = Reviewed.Origin.RECORD
    update.revision = next_revision(update)
    update.status = Status.PUBLISHED
    update.public_id = public_id(update)
    update.published_at = timezone.now()
    update.published_by = by
    update._history_user = by
    update.save()
    update.sources.set(sources)
    leave_trace(update, from_status="", by=by)
    return update

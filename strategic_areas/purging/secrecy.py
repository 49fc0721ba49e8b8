"""
What an agency has not handed in is its own: which versions of it others read.

A purge blanks its places as all others, but whoever asks for it or confirms it is told
only how many they are, so that nobody reads an agency's drafts in this way.
"""

from django.contrib.admin.models import LogEntry

from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    CommitmentUpdate,
    Evidence,
    Status,
)
from strategic_areas.models.review import Reviewed

#: What an agency writes, and hands in.
WRITTEN = (ActivityUpdate, CommitmentUpdate, Activity, Evidence)


def handed_in(record):
    """
    The versions of a record, without those from before it was handed in.

    For each submission that is the last version before it. What was never a draft
    counts in all its versions.
    """
    versions = record.history.all()
    moments = _submissions(record)
    if moments is None:
        return versions
    newest = versions.order_by("-history_date", "-pk").values_list("pk", flat=True)
    found = [newest.filter(history_date__lte=moment).first() for moment in moments]
    return versions.filter(pk__in=found)


def _submissions(record):
    """When the record was handed in; None for one that is never a draft."""
    if isinstance(record, Evidence):
        record = record.record
    if isinstance(record, Reviewed) and record.origin == Reviewed.Origin.ENTERED:
        steps = record.transitions.filter(to_status=Status.SUBMITTED)
        return list(steps.values_list("at", flat=True))
    if isinstance(record, Activity) and not record.is_in_plan:
        reports = record.updates.filter(submitted_at__isnull=False)
        return list(reports.values_list("submitted_at", flat=True))
    return None


def divide(places):
    """Two lists: the places that may be shown, and those that are only counted."""
    secret = _Secret(places)
    hidden = [place for place in places if secret.holds(place)]
    return [place for place in places if place not in hidden], hidden


class _Secret:
    def __init__(self, places):
        drafts = {
            model: model.objects.filter(status=Status.DRAFT)
            for model in (ActivityUpdate, CommitmentUpdate)
        }
        told = ActivityUpdate.objects.filter(submitted_at__isnull=False)
        drafts[Activity] = Activity.objects.off_plan().exclude(
            pk__in=told.values("activity")
        )
        drafts[Evidence] = Evidence.objects.filter(
            activity_update__in=drafts[ActivityUpdate]
        ) | Evidence.objects.filter(commitment_update__in=drafts[CommitmentUpdate])
        self.rows = {model: _keys(found) for model, found in drafts.items()}
        for model in WRITTEN:
            versions = model.history.model
            found = {place.row for place in places if place.model is versions}
            self.rows[versions] = found - self._readable(model, versions, found)

    def holds(self, place):
        if place.model is LogEntry:
            entry = LogEntry.objects.select_related("content_type").get(pk=place.row)
            model = entry.content_type and entry.content_type.model_class()
            return entry.object_id in map(str, self.rows.get(model, ()))
        return place.row in self.rows.get(place.model, ())

    def _readable(self, model, versions, found):
        records = model.objects.filter(
            pk__in=versions.objects.filter(pk__in=found).values("id")
        )
        return {
            key
            for record in records.exclude(pk__in=self.rows[model])
            for key in _keys(handed_in(record).filter(pk__in=found))
        }


def _keys(rows):
    return set(rows.values_list("pk", flat=True))

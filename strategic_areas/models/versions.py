"""Which versions of what an agency wrote are read by others: those it handed in."""

from strategic_areas.models.activities import Activity
from strategic_areas.models.review import Reviewed, Status
from strategic_areas.models.trail import Evidence


def handed_in(record):
    """
    The versions of a record, without those from before it was handed in.

    For each submission that is the last version before it. What belongs to the plan,
    and the public record, were never drafts: all their versions count.
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

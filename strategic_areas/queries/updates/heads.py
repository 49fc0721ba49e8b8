"""Public accounts before their content is read: what orders and what marks them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from strategic_areas.models import (
    PUBLIC_RECORD,
    Activity,
    ActivityUpdate,
    Commitment,
    Plan,
    Provenance,
    ReportingPeriod,
    Status,
)
from strategic_areas.models.review import said_on
from strategic_areas.newest import Age
from strategic_areas.queries.plan import counted
from strategic_areas.queries.prepared import prepared


class PublicAccount:
    """What pages ask of an account, whether its content was read or not."""

    @property
    def key(self):
        return self.kind, self.pk

    @property
    def age(self):
        """How new it is among all accounts."""
        return Age(
            self.period.ends_on,
            self.said_on or date.min,
            not self.is_recorded,
            self.revision,
        )

    @property
    def is_demonstration(self):
        return (
            self.period.is_demonstration or self.provenance == Provenance.DEMONSTRATION
        )

    @property
    def is_withdrawn(self):
        return self.status == Status.WITHDRAWN

    @property
    def is_recorded(self):
        """True if it was taken from public sources and not reported here."""
        return self.provenance not in {"reported", "transcribed", "demonstration"}

    @property
    def is_reconstructed(self):
        """True if a source tells of work that the plan itself does not state."""
        return self.is_recorded and not self.is_of_official


@dataclass(frozen=True, kw_only=True)
class Head(PublicAccount):
    """A public account without its content."""

    kind: str
    pk: int
    subject: Activity | Commitment
    period: ReportingPeriod
    revision: int
    status: str
    provenance: str
    said_on: date | None
    #: Whether the plan itself states the commitment.
    is_of_official: bool


@prepared
def updates():
    """Updates that are or were public or wait for review, as rows of few columns."""
    rows = ActivityUpdate.objects.filter(status__in=[*PUBLIC_RECORD, Status.SUBMITTED])
    rows = rows.exclude(plan__status=Plan.Status.IN_PREPARATION).order_by()
    return counted.columns_of(rows)


def of_updates(rows: Iterable, activities: Mapping[int, Activity], periods: Mapping):
    """
    The heads of rows of ``updates``, without those that wait for review.

    ``activities`` and ``periods`` are the records by their ids. The activities know the
    ``commitment_provenance``.
    """
    for row in rows:
        if row.status != Status.SUBMITTED:
            activity = activities[row.activity_id]
            is_official = activity.commitment_provenance == Provenance.PLAN
            period = periods[row.period_id]
            yield _head("activityupdate", row, activity, period, is_official)


def of_declarations(rows: Iterable):
    """The heads of rows of ``record.declarations``."""
    for row in rows:
        subject = row.commitment
        yield _head("commitmentupdate", row, subject, row.period, subject.is_official)


def _head(kind, row, subject, period, is_official):
    return Head(
        kind=kind,
        pk=row.pk,
        subject=subject,
        period=period,
        revision=row.revision,
        status=row.status,
        provenance=row.provenance,
        said_on=said_on(row),
        is_of_official=is_official,
    )

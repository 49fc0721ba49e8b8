"""The queue of submitted reports that wait for review, the longest first."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils import timezone

from strategic_areas import workflow
from strategic_areas.models import ActivityUpdate, CommitmentUpdate, Status
from strategic_areas.workflow import guard

#: The word in the address → the model that is reviewed there.
KINDS = {"avance": ActivityUpdate, "declaracion": CommitmentUpdate}
WORDS = {model: word for word, model in KINDS.items()}
#: The related records that a row of the queue shows, for each model.
RELATED = {
    ActivityUpdate: [
        *("period", "translation", "letter"),
        *("agency", "activity__commitment__plan"),
    ],
    CommitmentUpdate: [
        *("period", "translation", "letter"),
        *("agency", "commitment__plan"),
    ],
}


#: What the guard reads of many reports at once, and who had a part in them.
READ_TOGETHER = {
    ActivityUpdate: ["contributors", "evidences", "places"],
    CommitmentUpdate: ["contributors", "evidences"],
}


@dataclass(frozen=True)
class QueuedReport:
    """
    One submitted record in the queue.

    ``is_mine`` says that the user had a part in it, so that another must publish it.
    """

    record: ActivityUpdate | CommitmentUpdate
    is_mine: bool

    @property
    def token(self):
        """The record and the version that is on screen, as one form value."""
        record = self.record
        return f"{WORDS[type(record)]}-{record.pk}-{record.version}"

    @property
    def address(self):
        return address_of(self.record)

    @property
    def days(self):
        """Whole days since the day on which it was submitted, in Santo Domingo."""
        return (timezone.localdate() - timezone.localdate(self.since)).days

    @property
    def since(self):
        return self.record.submitted_at

    @property
    def place(self):
        """The sort key of the queue: date, kind and id."""
        return self.since, WORDS[type(self.record)], self.record.pk

    @cached_property
    def warnings(self):
        """The warnings of the guard; computed once, for it takes a moment."""
        return guard.warnings(self.record)

    @cached_property
    def count(self):
        """How many warnings and blocks the guard found."""
        return len(self.warnings) + len(guard.blocks(self.record))

    @property
    def is_plain(self):
        """Whether it may be published with others: no findings, no own part."""
        return not (self.is_mine or self.count)


def address_of(record):
    """The address at which the record is reviewed."""
    return reverse("admin:review", args=[WORDS[type(record)], record.pk])


def reviewable(user, model):
    """The rows of a model, without drafts, that the user may review."""
    if not workflow.may_review(user, model):
        return model.objects.none()
    rows = model.objects.visible_to(user).exclude(status=Status.DRAFT)
    return rows.select_related(*RELATED[model])


def queue(user):
    """The records that wait for this reviewer, the longest waiting first."""
    found = [
        QueuedReport(row, user in row.contributors.all())
        for model in KINDS.values()
        for row in reviewable(user, model)
        .filter(status=Status.SUBMITTED)
        .prefetch_related(*READ_TOGETHER[model])
    ]
    return sorted(found, key=lambda item: item.place)


def after(items, place):
    """The first item after a place, or else the first of all; None without one."""
    others = [item for item in items if item.place != place]
    behind = (item for item in others if item.place > place)
    return next(behind, others[0] if others else None)

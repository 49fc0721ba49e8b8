"""The queue of submitted reports that wait for review, the longest first."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst

from agencies.models import User
from strategic_areas import workflow
from strategic_areas.desk.changes.decisions import Waiting, days_since, to_decide
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


#: The relations that are read at once of many reports: for the guard, and to tell who
#: had a part in them.
READ_TOGETHER = {
    ActivityUpdate: ["contributors", "evidences", "places"],
    CommitmentUpdate: ["contributors", "evidences"],
}


@dataclass(frozen=True, order=True)
class Place:
    """Where a submitted record stands in the queue: since when, its kind and its id."""

    since: datetime
    word: str
    pk: int

    @property
    def address(self):
        return reverse("admin:review", args=[self.word, self.pk])


@dataclass(frozen=True)
class QueuedReport:
    """
    ``is_mine`` says that the user had a part in it, so that another must publish it.
    """

    record: ActivityUpdate | CommitmentUpdate
    is_mine: bool
    #: The words that name nobody, read at most once for all records of a page.
    known: object = field(default=None, compare=False, repr=False)

    @property
    def token(self):
        record = self.record
        return f"{WORDS[type(record)]}-{record.pk}-{record.version}"

    @property
    def kind(self):
        return capfirst(str(self.record._meta.verbose_name))

    @property
    def address(self):
        return address_of(self.record)

    @property
    def days(self):
        return days_since(self.since)

    @property
    def since(self):
        return self.record.submitted_at

    @property
    def place(self):
        return Place(self.since, WORDS[type(self.record)], self.record.pk)

    @cached_property
    def _judged(self):
        return guard.judged(self.record)

    @property
    def count(self):
        return sum(map(len, self._judged))

    @cached_property
    def examined(self):
        return guard.examined(self.record, self.known)

    @property
    def is_plain(self):
        """Whether it may be published with others: no findings, no own part."""
        return not (self.is_mine or self.count)


def address_of(record):
    return reverse("admin:review", args=[WORDS[type(record)], record.pk])


def reviewable(user, model):
    """The rows of a model, without drafts, that the user may review."""
    if not workflow.may_review(user, model):
        return model.objects.none()
    rows = model.objects.visible_to(user).exclude(status=Status.DRAFT)
    return rows.select_related(*RELATED[model])


def places(user, **but):
    """
    The places of the records that wait for this reviewer, the longest waiting first.
    """
    return sorted(
        Place(since, word, pk)
        for word, model in KINDS.items()
        for since, pk in _waiting(user, model)
        .exclude(**but)
        .order_by()
        .values_list("submitted_at", "pk")
    )


def reports(user, asked):
    found, known = {}, SimpleLazyObject(guard.known_words)
    for word, model in KINDS.items():
        if keys := [place.pk for place in asked if place.word == word]:
            rows = _waiting(user, model).filter(pk__in=keys)
            for row in rows.prefetch_related(*READ_TOGETHER[model]):
                item = QueuedReport(row, user in row.contributors.all(), known)
                found[item.place] = item
    return found


def _waiting(user, model):
    return reviewable(user, model).filter(status=Status.SUBMITTED)


def after(items, place):
    """The first place after another, or else the first of all; None without one."""
    others = [item for item in items if item != place]
    behind = (item for item in others if item > place)
    return next(behind, others[0] if others else None)


@dataclass(frozen=True)
class Everything:
    """
    What waits, the longest first; of a report its place alone, until it is loaded.

    Every screen counts by it, so that all tell the same number.
    """

    user: User
    items: tuple[Place | Waiting, ...]

    @property
    def total(self):
        return len(self.items)

    @property
    def reports(self):
        return sum(isinstance(each, Place) for each in self.items)

    @property
    def decisions(self):
        return self.total - self.reports

    def loaded(self, items) -> list[QueuedReport | Waiting]:
        places = [each for each in items if isinstance(each, Place)]
        found = reports(self.user, places)
        rows = (found.get(each, each) for each in items)
        # What somebody decided on between the two queries is left out.
        return [row for row in rows if not isinstance(row, Place)]


def everything(user: User, **but) -> Everything:
    """What this person may decide, and what she proposed and others decide."""
    items = [*places(user, **but), *to_decide(user)]
    return Everything(user, tuple(sorted(items, key=lambda each: each.since)))

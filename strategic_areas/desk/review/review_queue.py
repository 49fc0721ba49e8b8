"""The review queue: submitted answers, and proposals of others."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import F, QuerySet, Value
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agencies.access import RefusedError
from agencies.fields import FieldKind
from agencies.models import User
from strategic_areas import workflow
from strategic_areas.desk.changes.decisions import (
    QueuedDecision,
    days_since,
    queued_decisions,
)
from strategic_areas.desk.values.forms import is_leap, last_public_values
from strategic_areas.figures.submission import VALUES
from strategic_areas.models import RevisionStatus
from strategic_areas.models.measurements import ReportedValue
from strategic_areas.models.review import Revision
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import QUESTION_BY_MODEL, VALUE

#: Word in the URL → model of reports.
MODEL_BY_KIND = {question.kind: model for model, question in QUESTION_BY_MODEL.items()}
#: Word in the URL → model of reports and values.
REVIEWED_MODELS = {**MODEL_BY_KIND, VALUE.kind: ReportedValue}
KIND_BY_MODEL = {model: word for word, model in REVIEWED_MODELS.items()}
#: Filter of the list for items that another person decides.
OTHERS_GROUP = "ajenas"
WAITING_SINCE_FIELD = {ReportedValue: "proposed_at"}
WAITING_STATUSES = (RevisionStatus.SUBMITTED, ReportedValue.Status.PENDING)


@dataclass(frozen=True, order=True)
class QueuePosition:
    """
    The position of a submitted record: since when it waits, its kind and id.

    ``sheet`` are the keys of period and agency of a report; None for a value.
    """

    since: datetime
    word: str
    pk: int
    sheet: tuple[int, int] | None = field(default=None, compare=False)

    @property
    def group(self):
        return "reportes" if self.word in MODEL_BY_KIND else "valores"

    @property
    def address(self):
        return reverse("admin:review", args=[self.word, self.pk])


@dataclass(frozen=True)
class QueuedReport:
    """A submitted report; ``needs_another_person`` if this user may not publish it."""

    record: Revision
    needs_another_person: bool
    #: Words that the guard does not mark, read once for all records of a page.
    known_words: object = field(default=None, compare=False, repr=False)
    #: For a value, the last public value of its indicator.
    last_public: object = field(default=None, compare=False, repr=False)

    #: A return may have a note for the secretariat only.
    takes_notes = may_be_returned = True
    #: Whether a value is far from the last public one.
    leaps = False
    template = "desk/review.html"

    @property
    def evidences(self):
        return self.record.evidences.all()

    @property
    def word(self):
        return KIND_BY_MODEL[type(self.record)]

    @property
    def subject(self):
        return self.record.subject

    @property
    def version(self):
        return self.record.version

    @property
    def token(self):
        return f"{self.word}-{self.record.pk}-{self.version}"

    @property
    def kind(self):
        return capfirst(str(self.record._meta.verbose_name))

    @property
    def address(self):
        return self.place.address

    @property
    def days(self):
        return days_since(self.since)

    @property
    def since(self):
        return self.record.submitted_at

    @property
    def place(self):
        return QueuePosition(self.since, self.word, self.record.pk)

    @property
    def is_waiting(self):
        return self.record.status == RevisionStatus.SUBMITTED

    @cached_property
    def _findings(self):
        return guard.warnings_and_blocks(self.record)

    @property
    def finding_count(self):
        return sum(map(len, self._findings))

    @cached_property
    def examined(self):
        return guard.examine_report(self.record, self.known_words)

    @property
    def may_be_batched(self):
        """Whether it may be published with others, without a look at its own page."""
        return not (self.needs_another_person or self.finding_count or self.leaps)

    @property
    def may_be_published(self):
        return not (self.needs_another_person or self.examined.blocks)

    def publish(self, *, by, cleaned):
        if self._findings[1]:
            raise RefusedError(
                _("%(record)s holds personal data: return it.")
                % {"record": self.record}
            )
        self._publish(by, cleaned)

    def _publish(self, by, cleaned):
        workflow.publish(
            self.record,
            by=by,
            seen_version=cleaned["seen_version"],
            evidence=cleaned.get("evidence", ()),
            printed_by=cleaned.get("printed_by"),
        )

    def give_back(self, *, by, cleaned):
        workflow.return_to_agency(
            self.record,
            by=by,
            reason=cleaned["reason"],
            private_note=cleaned["private_note"],
            seen_version=cleaned["seen_version"],
        )


class QueuedValue(QueuedReport):
    """A submitted value. It has one version, which its writer may take back."""

    word, version = VALUE.kind, 1
    evidences, takes_notes, template = (), False, "desk/value.html"
    #: Texts that are examined for personal data.
    texts = ("note", "why")

    @property
    def leaps(self):
        return bool(
            self.last_public and is_leap(self.record.value, self.last_public.value)
        )

    @property
    def leap(self):
        """
        The difference from the last value, such as "+56 %"; "" if there is no leap.
        """
        last = self.last_public.value if self.leaps else 0
        return f"{100 * (self.record.value - last) / abs(last):+.0f} %" if last else ""

    @property
    def subject(self):
        of = self.record
        return AskedValue(of.indicator, of.agency, of.starts_on, of.ends_on)

    @property
    def since(self):
        return self.record.proposed_at

    @property
    def is_waiting(self):
        return self.record.is_waiting

    @cached_property
    def _findings(self):
        return guard.warnings_and_blocks_of_fields(self.record, self.texts)

    @cached_property
    def examined(self):
        return guard.examine_fields(self.record, self.texts, self.known_words)

    @property
    def may_be_returned(self):
        return not self.needs_another_person

    def _publish(self, by, cleaned):
        VALUES.approve(self.record, by=by)

    def give_back(self, *, by, cleaned):
        VALUES.decline(self.record, by=by, reason=cleaned["reason"])


def queue_item(user, record, known_words=None, last_public=None):
    """Return the queue item; the optional arguments are read once for a page."""
    if isinstance(record, ReportedValue):
        if last_public is None:
            last_public = last_public_values([record.indicator])
        return QueuedValue(
            record,
            bool(VALUES.why_not(user, record)),
            known_words,
            last_public.get(record.indicator_id),
        )
    return QueuedReport(record, workflow.has_part_in(user, record), known_words)


def review_url(record):
    return reverse("admin:review", args=[KIND_BY_MODEL[type(record)], record.pk])


def reviewable_rows(user, word):
    """Return the rows of a kind, without drafts, that the user may review."""
    model = REVIEWED_MODELS[word]
    rows = model.objects.visible_to(user).exclude(status=RevisionStatus.DRAFT)
    if not workflow.may_review(user, model):
        return rows.none()
    if model is ReportedValue:
        related = ("letter", "source", "revises", "proposed_by", "decided_by")
        return rows.select_related("agency", "indicator", *related)
    question = QUESTION_BY_MODEL[model]
    of_subject = [f"{question.name}__{each}" for each in question.related]
    return rows.select_related("period", "translation", "letter", "agency", *of_subject)


def queue_positions(user, *, exclude_own=False, exclude_demonstrations=False):
    found, own_people = [], {user.pk, *user.invited_alone}
    for word, model in REVIEWED_MODELS.items():
        rows = _waiting(user, word)
        if exclude_own:
            by = "contributors" if word in MODEL_BY_KIND else "proposed_by"
            rows = rows.exclude(**{f"{by}__in": own_people})
        if exclude_demonstrations and word in MODEL_BY_KIND:
            rows = rows.exclude(period__is_demonstration=True)
        # Querysets of translated models reorder columns, so they only select ids.
        plain = QuerySet(model).filter(pk__in=rows.order_by().values("pk")).order_by()
        since = F(WAITING_SINCE_FIELD.get(model, "submitted_at"))
        period = F("period") if word in MODEL_BY_KIND else Value(0)
        found.append(plain.values_list(since, Value(word), "pk", period, "agency"))
    return sorted(
        QueuePosition(*row, (period, agency) if period else None)
        for *row, period, agency in found[0].union(*found[1:], all=True)
    )


def load_queued_reports(user, asked):
    found, known = {}, SimpleLazyObject(guard.known_words)
    for word, model in REVIEWED_MODELS.items():
        if keys := [place.pk for place in asked if place.word == word]:
            rows = _waiting(user, word).filter(pk__in=keys)
            rows = list(rows.prefetch_related(*_read_together(model)))
            last = last_public_values({getattr(row, "indicator", None) for row in rows})
            for row in rows:
                item = queue_item(user, row, known, last)
                found[item.place] = item
    return found


def _read_together(model):
    if model is ReportedValue:
        return []
    return [
        "contributors",
        "evidences",
        *model.fields.names(prefilled=True, kind=FieldKind.LINKS),
    ]


def _waiting(user, word):
    return reviewable_rows(user, word).filter(status__in=WAITING_STATUSES)


def next_position(items, place):
    """Return the position after another one, else the first of all, else None."""
    others = [item for item in items if item != place]
    behind = (item for item in others if item > place)
    return next(behind, others[0] if others else None)


@dataclass(frozen=True)
class QueueRow:
    """One line of the list: the reports of one sheet, or one other item."""

    items: list[QueuedReport | QueuedDecision]

    @property
    def picks(self):
        """
        The tokens that its tick sends; items that must be read alone are left out.
        """
        return " ".join(item.token for item in self.items if item.may_be_batched)

    @property
    def examined(self):
        return guard.merge_examinations(item.examined for item in self.items)


@dataclass(frozen=True)
class ReviewQueue:
    """
    What a user decides, the longest waiting first.

    ``others`` are items that another person must decide. All screens count by it.
    """

    user: User
    items: tuple[QueuePosition | QueuedDecision, ...]
    others: tuple[QueuePosition | QueuedDecision, ...]

    def of(self, group):
        items = self.others if group == OTHERS_GROUP else self.items
        return [each for each in items if group in {"", OTHERS_GROUP, each.group}]

    def loaded(self, items) -> list[QueueRow]:
        """Return the rows of a page of items; the reports of one sheet share a row."""
        found = load_queued_reports(
            self.user, [each for each in items if isinstance(each, QueuePosition)]
        )
        found |= {each: each for each in items if isinstance(each, QueuedDecision)}
        rows = defaultdict(list)
        # Items decided between the two queries are left out.
        for each in filter(found.get, items):
            rows[each.sheet or each].append(found[each])
        return list(map(QueueRow, rows.values()))


def review_queue_of(user: User, *, exclude_demonstrations=False) -> ReviewQueue:
    asked = {"exclude_demonstrations": exclude_demonstrations}
    found = [*queue_positions(user, **asked), *queued_decisions(user)]
    found.sort(key=lambda each: each.since)
    to_decide = {*queue_positions(user, exclude_own=True, **asked)}
    to_decide |= {
        each for each in found if isinstance(each, QueuedDecision) and not each.why_not
    }
    others = tuple(each for each in found if each not in to_decide)
    return ReviewQueue(user, tuple(each for each in found if each in to_decide), others)

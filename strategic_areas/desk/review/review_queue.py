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
from strategic_areas.desk.values.forms import differs_much, last_public_figures
from strategic_areas.figures.submission import VALUE_STEPS
from strategic_areas.models import RevisionStatus
from strategic_areas.models.measurements import ReportedValue
from strategic_areas.models.review import Revision
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import QUESTION_BY_MODEL, VALUE

#: Slug in URLs → model of reports.
REPORT_MODELS = {
    question.review_slug: model for model, question in QUESTION_BY_MODEL.items()
}
#: Slug in URLs → model of reports or values.
REVIEWED_MODELS = {**REPORT_MODELS, VALUE.review_slug: ReportedValue}
SLUG_BY_MODEL = {model: slug for slug, model in REVIEWED_MODELS.items()}
#: Filter of the list for items that another person has to decide.
OTHERS_GROUP = "ajenas"
WAITING_SINCE_FIELD = {ReportedValue: "proposed_at"}
WAITING_STATUSES = (RevisionStatus.SUBMITTED, ReportedValue.Status.PENDING)


@dataclass(frozen=True, order=True)
class QueuePosition:
    """
    The position of a submitted record: since when it waits, and what it is.

    ``sheet`` are the keys of period and agency of a report; None for a value.
    """

    since: datetime
    slug: str
    pk: int
    sheet: tuple[int, int] | None = field(default=None, compare=False)

    @property
    def group(self):
        return "reportes" if self.slug in REPORT_MODELS else "valores"

    @property
    def address(self):
        return reverse("admin:review", args=[self.slug, self.pk])


@dataclass(frozen=True)
class QueuedReport:
    """
    A submitted report; if it ``needs_another_person``, the user may not publish it.
    """

    record: Revision
    needs_another_person: bool
    #: Words that the guard does not mark, read once for all records of a page.
    known_words: object = field(default=None, compare=False, repr=False)
    #: For a value, the last public value of its indicator.
    last_public: object = field(default=None, compare=False, repr=False)

    #: Only the return of a report may have a note for the secretariat.
    is_report = may_be_returned = True
    #: Whether a value differs much from the last public one.
    differs_much = False
    template = "desk/review.html"

    @property
    def evidences(self):
        return self.record.evidences.all()

    @property
    def slug(self):
        return SLUG_BY_MODEL[type(self.record)]

    @property
    def subject(self):
        return self.record.subject

    @property
    def version(self):
        return self.record.version

    @property
    def token(self):
        return f"{self.slug}-{self.record.pk}-{self.version}"

    @property
    def kind(self):
        return capfirst(str(self.record._meta.verbose_name))

    @property
    def address(self):
        return self.position.address

    @property
    def days_waiting(self):
        return days_since(self.since)

    @property
    def since(self):
        return self.record.submitted_at

    @property
    def position(self):
        return QueuePosition(self.since, self.slug, self.record.pk)

    @property
    def is_waiting(self):
        return self.record.status == RevisionStatus.SUBMITTED

    @cached_property
    def _findings(self):
        return guard.warnings_and_blocks(self.record)

    @property
    def warning_and_block_count(self):
        """The number of warnings and blocks; ``examined`` has more findings."""
        return sum(map(len, self._findings))

    @cached_property
    def examined(self):
        return guard.examine_report(self.record, self.known_words)

    @property
    def may_be_batched(self):
        """Whether it may be published with others, from the list."""
        return not (
            self.needs_another_person
            or self.warning_and_block_count
            or self.differs_much
        )

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

    def send_back(self, *, by, cleaned):
        workflow.return_to_agency(
            self.record,
            by=by,
            reason=cleaned["reason"],
            private_note=cleaned["private_note"],
            seen_version=cleaned["seen_version"],
        )


class QueuedValue(QueuedReport):
    """A submitted value; it has one version."""

    slug, version = VALUE.review_slug, 1
    evidences, is_report, template = (), False, "desk/value.html"
    #: Texts that are examined for personal data.
    texts = ("note", "why")

    @property
    def differs_much(self):
        return bool(
            self.last_public and differs_much(self.record.value, self.last_public.value)
        )

    @property
    def large_difference(self):
        """
        The difference from the last public value, such as "+56 %", if it is large.
        """
        last = self.last_public.value if self.differs_much else 0
        return f"{100 * (self.record.value - last) / abs(last):+.0f} %" if last else ""

    @property
    def subject(self):
        value = self.record
        return AskedValue(value.indicator, value.agency, value.starts_on, value.ends_on)

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
        VALUE_STEPS.approve(self.record, by=by)

    def send_back(self, *, by, cleaned):
        VALUE_STEPS.decline(self.record, by=by, reason=cleaned["reason"])


def queue_item(user, record, known_words=None, last_public=None):
    """
    Return the queue item; the optional arguments are shared by the items of a page.
    """
    if isinstance(record, ReportedValue):
        if last_public is None:
            last_public = last_public_figures([record.indicator])
        return QueuedValue(
            record,
            bool(VALUE_STEPS.why_not(user, record)),
            known_words,
            last_public.get(record.indicator_id),
        )
    return QueuedReport(record, workflow.has_part_in(user, record), known_words)


def review_url(record):
    return reverse("admin:review", args=[SLUG_BY_MODEL[type(record)], record.pk])


def reviewable_rows(user, slug):
    """Return the rows of a kind that the user may review; drafts are left out."""
    model = REVIEWED_MODELS[slug]
    rows = model.objects.visible_to(user).exclude(status=RevisionStatus.DRAFT)
    if not workflow.may_review(user, model):
        return rows.none()
    if model is ReportedValue:
        related = ("letter", "source", "revises", "proposed_by", "decided_by")
        return rows.select_related("agency", "indicator", *related)
    question = QUESTION_BY_MODEL[model]
    subject_relations = [f"{question.name}__{each}" for each in question.related_fields]
    return rows.select_related(
        "period", "translation", "letter", "agency", *subject_relations
    )


def queue_positions(user, *, exclude_own=False, exclude_demonstrations=False):
    querysets, own_people = [], {user.pk, *user.unconfirmed_invitees}
    for slug, model in REVIEWED_MODELS.items():
        rows = _waiting(user, slug)
        if exclude_own:
            person_field = "contributors" if slug in REPORT_MODELS else "proposed_by"
            rows = rows.exclude(**{f"{person_field}__in": own_people})
        if exclude_demonstrations and slug in REPORT_MODELS:
            rows = rows.exclude(period__is_demonstration=True)
        # Querysets of translated models reorder columns, so they only select ids.
        ids = QuerySet(model).filter(pk__in=rows.order_by().values("pk")).order_by()
        since = F(WAITING_SINCE_FIELD.get(model, "submitted_at"))
        period = F("period") if slug in REPORT_MODELS else Value(0)
        querysets.append(ids.values_list(since, Value(slug), "pk", period, "agency"))
    return sorted(
        QueuePosition(*row, (period, agency) if period else None)
        for *row, period, agency in querysets[0].union(*querysets[1:], all=True)
    )


def load_queued_reports(user, positions):
    items, known = {}, SimpleLazyObject(guard.known_words)
    for slug, model in REVIEWED_MODELS.items():
        if keys := [each.pk for each in positions if each.slug == slug]:
            rows = _waiting(user, slug).filter(pk__in=keys)
            rows = list(rows.prefetch_related(*_prefetched(model)))
            last = last_public_figures(
                {getattr(row, "indicator", None) for row in rows}
            )
            for row in rows:
                item = queue_item(user, row, known, last)
                items[item.position] = item
    return items


def _prefetched(model):
    if model is ReportedValue:
        return []
    return [
        "contributors",
        "evidences",
        *model.fields.names(prefilled=True, kind=FieldKind.LINKS),
    ]


def _waiting(user, slug):
    return reviewable_rows(user, slug).filter(status__in=WAITING_STATUSES)


def next_position(positions, position):
    """Return the one after ``position``, else the first one, else None."""
    others = [each for each in positions if each != position]
    following = (each for each in others if each > position)
    return next(following, others[0] if others else None)


@dataclass(frozen=True)
class QueueRow:
    """One line of the list: the reports of one sheet, or one other item."""

    items: list[QueuedReport | QueuedDecision]

    @property
    def picks(self):
        """
        The tokens that ticking the row sends; items to be read alone are left out.
        """
        return " ".join(item.token for item in self.items if item.may_be_batched)

    @property
    def examined(self):
        return guard.merge_examinations(item.examined for item in self.items)


@dataclass(frozen=True)
class ReviewQueue:
    """
    The items that wait for a user's decision, the longest waiting first.

    ``others`` are items that another person has to decide.
    """

    user: User
    items: tuple[QueuePosition | QueuedDecision, ...]
    others: tuple[QueuePosition | QueuedDecision, ...]

    def of(self, group):
        items = self.others if group == OTHERS_GROUP else self.items
        return [each for each in items if group in {"", OTHERS_GROUP, each.group}]

    def loaded(self, items) -> list[QueueRow]:
        """Return the rows of a page of items; the reports of one sheet share a row."""
        loaded = load_queued_reports(
            self.user, [each for each in items if isinstance(each, QueuePosition)]
        )
        loaded |= {each: each for each in items if isinstance(each, QueuedDecision)}
        rows = defaultdict(list)
        # Items decided between the two queries are left out.
        for each in filter(loaded.get, items):
            rows[each.sheet or each].append(loaded[each])
        return list(map(QueueRow, rows.values()))


def review_queue_of(user: User, *, exclude_demonstrations=False) -> ReviewQueue:
    options = {"exclude_demonstrations": exclude_demonstrations}
    items = [*queue_positions(user, **options), *queued_decisions(user)]
    items.sort(key=lambda each: each.since)
    to_decide = {*queue_positions(user, exclude_own=True, **options)}
    to_decide |= {
        each for each in items if isinstance(each, QueuedDecision) and not each.why_not
    }
    others = tuple(each for each in items if each not in to_decide)
    return ReviewQueue(user, tuple(each for each in items if each in to_decide), others)

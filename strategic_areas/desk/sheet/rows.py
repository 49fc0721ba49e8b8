"""Rows of a sheet; a row is a subject with its newest revision and its state."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db import models
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from agencies.fields import FieldKind
from agencies.models import Agency, FocalPoint
from strategic_areas import workflow
from strategic_areas.compliance import ReportStatus
from strategic_areas.models import (
    AnswerKind,
    Letter,
    ReportingPeriod,
    RevisionStatus,
    Transition,
)
from strategic_areas.models.review import Revision
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.workflow import guard
from strategic_areas.workflow.questions import (
    OFF_PLAN,
    UPDATE_QUESTIONS,
    VALUE,
    UpdateQuestion,
)

#: Query parameter that opens a published row for correction.
CORRECTION_PARAMETER = "corregir"


@dataclass(frozen=True)
class AnswerRow:
    """
    One subject of a question in a round, and its answer.

    ``update`` is the newest revision in this round, ``last`` the last published one of
    an earlier period, ``own_last`` the agency's own last one, ``return_step`` the
    transition that returned the revision; each may be None. An empty row is prefilled
    only with ``own_last``. With a ``letter``, the secretariat transcribes the row.
    """

    question: UpdateQuestion
    subject: models.Model
    period: ReportingPeriod
    update: Revision | None = None
    last: Revision | None = None
    return_step: Transition | None = None
    own_last: Revision | None = None
    letter: Letter | None = None

    @property
    def question_name(self):
        return self.question.name

    @property
    def agency(self):
        return getattr(self.subject, self.question.answered_by)

    @property
    def is_empty(self):
        return self.state == "todo"

    @property
    def state(self):
        if self.update is None or self.update.status == RevisionStatus.WITHDRAWN:
            return "todo"
        if self.update.status == RevisionStatus.RETURNED:
            return "ready" if self._was_edited_since_return else "returned"
        return (
            "ready"
            if self.update.status == RevisionStatus.DRAFT
            else self.update.status
        )

    @property
    def _was_edited_since_return(self):
        return not self.return_step or self.update.changed_at > self.return_step.at

    @property
    def needs_answer(self):
        return self.state == "returned" or self.is_empty and self.question.is_owed

    @property
    def is_open(self):
        return self.state in {"todo", "returned", "ready"}

    @cached_property
    def is_in_time(self):
        return workflow.is_in_time(self.revision_to_edit)

    @property
    def is_sent(self):
        return self.state == "submitted"

    @property
    def is_withdrawn(self):
        return (
            self.update is not None and self.update.status == RevisionStatus.WITHDRAWN
        )

    @property
    def may_be_recalled(self):
        """Whether the agency submitted the row itself and no reviewer has decided."""
        is_own = not getattr(self.update, "letter_id", None)
        return self.state == RevisionStatus.SUBMITTED and is_own

    @property
    def may_be_corrected(self):
        return (
            self.state == RevisionStatus.PUBLISHED and self.update.origin == "entered"
        )

    @property
    def may_edit_activity(self):
        is_first = self.update is None or self.update.revision == 1
        is_new = self.is_open and is_first and self.last is None
        return is_new and self.question is OFF_PLAN

    @property
    def key(self):
        return self.subject.pk

    @property
    def anchor(self):
        return f"{self.question.row_key}-{self.key}"

    @property
    def storage_key(self):
        """The key under which the page's script stores unsaved text in the browser."""
        return self.key if self.question_name == "activity" else self.anchor

    @property
    def answer_in_words(self):
        return self.question.answer_in_words(self.update)

    @property
    def last_answer_in_words(self):
        return self.question.answer_in_words(self.last)

    @property
    def sheet_url(self):
        if self.letter:
            return reverse("admin:letter", args=[self.letter.pk])
        return reverse("admin:sheet", args=[self.period.pk, self.agency.slug])

    @property
    def page_url(self):
        return f"{self.sheet_url}?{self.question.row_key}={self.key}#{self.anchor}"

    @property
    def correct_url(self):
        return self.page_url.replace("#", f"&{CORRECTION_PARAMETER}=1#")

    recall_url = property(lambda row: row.url("_recall"))
    edit_activity_url = property(lambda row: row.url("_rename"))

    @property
    def revision_url(self):
        """The page of the revision itself, which also takes English texts."""
        return reverse(
            f"admin:strategic_areas_{self.update._meta.model_name}_change",
            args=[self.update.pk],
        )

    def url(self, action="", *evidence_key):
        """Return the URL to which the row's form, or its ``action``, is posted."""
        screen, keys = "sheet", [self.period.pk, self.agency.slug]
        if self.letter:
            screen, keys = "letter", [self.letter.pk]
        name = f"admin:{screen}_{self.question.url_name}{action}"
        return reverse(name, args=[*keys, self.key, *evidence_key])

    def blank_revision(self):
        return self.link_to_row(self.question.model())

    def link_to_row(self, update):
        setattr(update, self.question_name, self.subject)
        update.period, update.agency = self.period, self.agency
        return update

    @property
    def revision_to_edit(self):
        """The revision that the row's form edits; a blank one for an empty row."""
        return self.blank_revision() if self.is_empty else self.update

    @cached_property
    def warnings(self):
        """The guard's warnings, until a reviewer has decided."""
        is_undecided = self.state in {"ready", "returned", "submitted"}
        return guard.warnings_about(self.update) if is_undecided else []


def read_rows(question, period, agency, *, with_transcribed=False, **lookups):
    """
    Return a row for each subject of an agency that matches ``lookups``.

    ``with_transcribed`` includes the secretariat's drafts from letters.
    """
    subjects = question.subjects_of_agency(agency, period, **lookups)
    return rows_for_subjects(
        question, subjects, period, with_transcribed=with_transcribed
    )


def rows_for_subjects(question, subjects, period, *, with_transcribed=False):
    if subjects.query.is_empty():
        return ()
    model = question.model
    newest = revisions_of(question, period, with_transcribed=with_transcribed)
    counted = model.objects.counted()
    if question.allows_no_news:
        counted = counted.exclude(answer=AnswerKind.NO_NEWS)
    own = model.objects.own_of(OuterRef(question.answered_by))
    subjects = list(
        subjects.select_related(*question.related_fields).annotate(
            newest_id=_first(newest),
            last_id=_first(_earlier(question, counted, period)),
            own_id=_first(_earlier(question, own, period)),
        )
    )
    updates = prefetch_contents(question, model.objects.all()).in_bulk(
        [subject.newest_id for subject in subjects if subject.newest_id]
    )
    earlier = (
        model.objects.select_related("period", "agency")
        .prefetch_related(*model.fields.names(prefilled=True, kind=FieldKind.LINKS))
        .in_bulk(
            {each for row in subjects for each in (row.last_id, row.own_id) if each}
        )
    )
    return_steps = return_steps_of(updates)
    rows = []
    for subject in subjects:
        row = AnswerRow(
            question,
            subject,
            period,
            updates.get(subject.newest_id),
            earlier.get(subject.last_id),
            return_steps.get(subject.newest_id),
            earlier.get(subject.own_id),
        )
        if row.update:
            row.link_to_row(row.update)
        rows.append(row)
    return tuple(rows)


def prefetch_contents(question, rows):
    return rows.prefetch_related(*question.link_fields, "evidences")


def revisions_of(question, period, *, with_transcribed=False):
    """
    Return a subquery of a subject's revisions by the responsible agency, newest first.
    """
    rows = question.model.objects.filter(
        **{question.name: OuterRef("pk")},
        period=period,
        agency=OuterRef(question.answered_by),
    )
    rows = rows if with_transcribed else rows.without_unsubmitted_transcriptions()
    return rows.order_by("-revision")


def _earlier(question, rows, period):
    return rows.filter(**{question.name: OuterRef("pk")}).before(period).newest_first()


def _first(rows):
    return Subquery(rows.values("pk")[:1])


def return_steps_of(updates):
    returned = [
        pk for pk, row in updates.items() if row.status == RevisionStatus.RETURNED
    ]
    if not returned:
        return {}
    field = updates[returned[0]].link_field
    steps = Transition.objects.filter(
        **{f"{field}__in": returned}, to_status=RevisionStatus.RETURNED
    )
    return {getattr(step, f"{field}_id"): step for step in steps.order_by("at", "pk")}


def row_or_404(user, period, agency, **subject):
    period, agency = round_and_agency_or_404(user, period, agency)
    for question in UPDATE_QUESTIONS:
        if pk := subject.get(question.name):
            for row in read_rows(question, period, agency, pk=pk):
                return row
    raise Http404


def reload_row(row):
    lookups = {
        row.question_name: row.subject,
        "period": row.period,
        "agency": row.agency,
    }
    rows = row.question.model.objects.filter(
        **lookups
    ).without_unsubmitted_transcriptions()
    stored = prefetch_contents(row.question, rows).order_by("-revision").first()
    if stored is None:
        return replace(row, update=None, return_step=None)
    return replace(
        row,
        update=row.link_to_row(stored),
        return_step=return_steps_of({stored.pk: stored}).get(stored.pk),
    )


def next_waiting_row(row):
    subjects = row.question.subjects_of_agency(row.agency, row.period)
    newest = revisions_of(row.question, row.period)
    subjects_with_status = subjects.annotate(
        newest_status=Subquery(newest.values("status")[:1])
    )
    statuses = list(subjects_with_status.values_list("pk", "newest_status"))
    index = [key for key, _status in statuses].index(row.key)
    for key, status in [*statuses[index + 1 :], *statuses[:index]]:
        if status in {None, RevisionStatus.WITHDRAWN, RevisionStatus.RETURNED}:
            (next_row,) = rows_for_subjects(
                row.question, subjects.filter(pk=key), row.period
            )
            if next_row.needs_answer:
                return next_row
    return None


def round_and_agency_or_404(user, period, slug):
    agency = get_object_or_404(
        Agency, pk__in=FocalPoint.objects.agencies_of(user), slug=slug
    )
    periods = ReportingPeriod.objects.visible_to(user).filter(mode="round")
    return get_object_or_404(periods.select_related("plan"), pk=period), agency


STATE_OF_STATUS = {
    ReportStatus.NOTHING: "todo",
    ReportStatus.RETURNED: "returned",
    ReportStatus.SUBMITTED: "submitted",
    ReportStatus.PUBLISHED: "published",
}
VALUE_STATUS_WORDS = {
    ReportStatus.NOTHING: pgettext_lazy("a value", "Nothing yet"),
    ReportStatus.RETURNED: _("Returned"),
    ReportStatus.SUBMITTED: _("Waiting for review"),
    ReportStatus.PUBLISHED: pgettext_lazy("a report", "Published"),
}
#: Query parameter with the first and last day of the value.
DAYS_PARAMETER = "dias"


@dataclass(frozen=True)
class ValueRow:
    value: AskedValue
    period: ReportingPeriod

    question, question_name = VALUE, VALUE.name
    update, warnings, is_withdrawn = None, (), False
    may_be_recalled = may_be_corrected = False
    is_in_time = True

    @property
    def subject(self):
        return self.value

    @property
    def state(self):
        return STATE_OF_STATUS[self.value.report_status]

    @property
    def word(self):
        return VALUE_STATUS_WORDS[self.value.report_status]

    @property
    def is_open(self):
        return self.state in {"todo", "returned"}

    @property
    def span_key(self):
        return f"{self.value.starts_on}_{self.value.ends_on}"

    @property
    def key(self):
        return f"{self.value.indicator.pk}:{self.span_key}"

    @property
    def page_url(self):
        keys = [self.period.pk, self.value.agency.slug, self.value.indicator.pk]
        query = urlencode({DAYS_PARAMETER: self.span_key})
        return f"{reverse('admin:value_new', args=keys)}?{query}"

"""The rows of a sheet: a subject, its newest revision and its state."""

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

    ``update`` is the newest revision, ``last`` the last published one of an earlier
    period, ``own`` the agency's own last answer, ``returned`` the transition that
    returned the revision; each may be None. Only ``own`` prefills an empty row. With a
    ``letter`` the secretariat transcribes the row.
    """

    question: UpdateQuestion
    subject: models.Model
    period: ReportingPeriod
    update: Revision | None = None
    last: Revision | None = None
    returned: Transition | None = None
    own: Revision | None = None
    letter: Letter | None = None

    @property
    def field(self):
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
            return "ready" if self._is_mended else "returned"
        return (
            "ready"
            if self.update.status == RevisionStatus.DRAFT
            else self.update.status
        )

    @property
    def _is_mended(self):
        return not self.returned or self.update.changed_at > self.returned.at

    @property
    def waits(self):
        return self.state == "returned" or self.is_empty and self.question.is_owed

    @property
    def is_open(self):
        return self.state in {"todo", "returned", "ready"}

    @cached_property
    def is_in_time(self):
        return workflow.is_in_time(self.to_write)

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
        """Whether the agency sent it itself, and no reviewer has decided yet."""
        is_own = not getattr(self.update, "letter_id", None)
        return self.state == RevisionStatus.SUBMITTED and is_own

    @property
    def may_be_corrected(self):
        return (
            self.state == RevisionStatus.PUBLISHED and self.update.origin == "entered"
        )

    @property
    def may_be_renamed(self):
        is_first = self.update is None or self.update.revision == 1
        is_new = self.is_open and is_first and self.last is None
        return is_new and self.question is OFF_PLAN

    @property
    def key(self):
        return self.subject.pk

    @property
    def anchor(self):
        return f"{self.question.word}-{self.key}"

    @property
    def place(self):
        """The key under which the script stores typed text on the device."""
        return self.key if self.field == "activity" else self.anchor

    @property
    def said(self):
        return self.question.tells(self.update)

    @property
    def last_said(self):
        return self.question.tells(self.last)

    @property
    def sheet_url(self):
        if self.letter:
            return reverse("admin:letter", args=[self.letter.pk])
        return reverse("admin:sheet", args=[self.period.pk, self.agency.slug])

    @property
    def page_url(self):
        return f"{self.sheet_url}?{self.question.word}={self.key}#{self.anchor}"

    @property
    def correct_url(self):
        return self.page_url.replace("#", f"&{CORRECTION_PARAMETER}=1#")

    @property
    def recall_url(self):
        return self.url("_recall")

    @property
    def rename_url(self):
        return self.url("_rename")

    @property
    def whole_url(self):
        """The page of the revision itself, which also takes English texts."""
        return reverse(
            f"admin:strategic_areas_{self.update._meta.model_name}_change",
            args=[self.update.pk],
        )

    def url(self, step="", *more):
        """Return the URL that takes the row's form, or that of a ``step``."""
        of, keys = "sheet", [self.period.pk, self.agency.slug]
        if self.letter:
            of, keys = "letter", [self.letter.pk]
        name = f"admin:{of}_{self.question.url}{step}"
        return reverse(name, args=[*keys, self.key, *more])

    def blank(self):
        return self.take(self.question.model())

    def take(self, update):
        setattr(update, self.field, self.subject)
        update.period, update.agency = self.period, self.agency
        return update

    @property
    def to_write(self):
        """The revision that its form edits; a blank one for an empty row."""
        return self.blank() if self.is_empty else self.update

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
    asked = question.asked_of(agency, period, **lookups)
    return rows_for_subjects(question, asked, period, with_transcribed=with_transcribed)


def rows_for_subjects(question, subjects, period, *, with_transcribed=False):
    if subjects.query.is_empty():
        return ()
    model = question.model
    newest = revisions_of(question, period, with_transcribed=with_transcribed)
    told = model.objects.counted()
    if question.takes_no_news:
        told = told.exclude(answer=AnswerKind.NO_NEWS)
    own = model.objects.own_of(OuterRef(question.answered_by))
    subjects = list(
        subjects.select_related(*question.related).annotate(
            newest_id=_first(newest),
            last_id=_first(_earlier(question, told, period)),
            own_id=_first(_earlier(question, own, period)),
        )
    )
    updates = prefetch_contents(question, model.objects.all()).in_bulk(
        [subject.newest_id for subject in subjects if subject.newest_id]
    )
    lasts = (
        model.objects.select_related("period", "agency")
        .prefetch_related(*model.fields.names(prefilled=True, kind=FieldKind.LINKS))
        .in_bulk(
            {each for row in subjects for each in (row.last_id, row.own_id) if each}
        )
    )
    returned = returned_steps(updates)
    rows = []
    for subject in subjects:
        row = AnswerRow(
            question,
            subject,
            period,
            updates.get(subject.newest_id),
            lasts.get(subject.last_id),
            returned.get(subject.newest_id),
            lasts.get(subject.own_id),
        )
        if row.update:
            row.take(row.update)
        rows.append(row)
    return tuple(rows)


def prefetch_contents(question, rows):
    return rows.prefetch_related(*question.links, "evidences")


def revisions_of(question, period, *, with_transcribed=False):
    """
    Return the revisions of ``OuterRef("pk")`` in a round, the newest first.

    Only those of the agency that is responsible now.
    """
    rows = question.model.objects.filter(
        **{question.name: OuterRef("pk")},
        period=period,
        agency=OuterRef(question.answered_by),
    )
    rows = rows if with_transcribed else rows.without_transcriptions()
    return rows.order_by("-revision")


def _earlier(question, rows, period):
    return rows.filter(**{question.name: OuterRef("pk")}).before(period).newest_first()


def _first(rows):
    return Subquery(rows.values("pk")[:1])


def returned_steps(updates):
    given_back = [
        pk for pk, row in updates.items() if row.status == RevisionStatus.RETURNED
    ]
    if not given_back:
        return {}
    field = updates[given_back[0]].link_field
    steps = Transition.objects.filter(
        **{f"{field}__in": given_back}, to_status=RevisionStatus.RETURNED
    )
    return {getattr(step, f"{field}_id"): step for step in steps.order_by("at", "pk")}


def row_or_404(user, period, agency, **subject):
    asked = round_and_agency_or_404(user, period, agency)
    for question in UPDATE_QUESTIONS:
        if pk := subject.get(question.name):
            for row in read_rows(question, *asked, pk=pk):
                return row
    raise Http404


def reload_row(row):
    about = {row.field: row.subject, "period": row.period, "agency": row.agency}
    rows = row.question.model.objects.filter(**about).without_transcriptions()
    stored = prefetch_contents(row.question, rows).order_by("-revision").first()
    if stored is None:
        return replace(row, update=None, returned=None)
    step = returned_steps({stored.pk: stored}).get(stored.pk)
    return replace(row, update=row.take(stored), returned=step)


def next_waiting_row(row):
    asked = row.question.asked_of(row.agency, row.period)
    newest = revisions_of(row.question, row.period)
    states = asked.annotate(newest_status=Subquery(newest.values("status")[:1]))
    found = list(states.values_list("pk", "newest_status"))
    place = [key for key, _status in found].index(row.key)
    for key, status in [*found[place + 1 :], *found[:place]]:
        if status in {None, RevisionStatus.WITHDRAWN, RevisionStatus.RETURNED}:
            (other,) = rows_for_subjects(row.question, asked.filter(pk=key), row.period)
            if other.waits:
                return other
    return None


def round_and_agency_or_404(user, period, slug):
    agencies = FocalPoint.objects.agencies_of(user)
    agency = get_object_or_404(Agency, pk__in=agencies, slug=slug)
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
#: Query parameter with the days of the value.
DAYS_PARAMETER = "dias"


@dataclass(frozen=True)
class ValueRow:
    value: AskedValue
    period: ReportingPeriod

    question, field = VALUE, VALUE.name
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
    def days(self):
        return f"{self.value.starts_on}_{self.value.ends_on}"

    @property
    def key(self):
        return f"{self.value.indicator.pk}:{self.days}"

    @property
    def page_url(self):
        keys = [self.period.pk, self.value.agency.slug, self.value.indicator.pk]
        query = urlencode({DAYS_PARAMETER: self.days})
        return f"{reverse('admin:value_new', args=keys)}?{query}"

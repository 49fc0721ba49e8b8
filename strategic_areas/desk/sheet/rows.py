"""The rows of a sheet: an activity or commitment, its newest revision, its state."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.fields import Kind
from strategic_areas import workflow
from strategic_areas.discipline import Standing
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Answer,
    Commitment,
    CommitmentUpdate,
    ReportingPeriod,
    Status,
    Transition,
)
from strategic_areas.queries import asked_values
from strategic_areas.queries.asked_values import AskedValue
from strategic_areas.workflow import guard

#: The word in the sheet's query that opens a published row as a correction.
CORRECTING = "corregir"


class Row:
    """
    What rows of activities and of commitments have in common.

    ``update`` is the newest revision, ``last`` the last one published for an earlier
    period, whoever said it, ``returned`` the transition by which the secretariat
    returned the revision, and ``own`` the last report of the agency's own; each may be
    None. Only ``own`` fills in an empty row; ``last`` stands beside it.
    """

    #: The field of what is reported on, and the model of its revisions.
    field, model = "", None
    #: The relations to read with what is reported on, and with a revision.
    subject_relations, revision_relations = (), ("evidences",)
    #: Whether evidence can be attached to it here.
    takes_evidence = True
    #: The row's state while it is not answered.
    empty_state = ""
    #: The word for the row in the sheet's query, and the names of its addresses.
    word, addresses = "", {}

    @property
    def subject(self):
        return getattr(self, self.field)

    @property
    def state(self):
        if self.update is None or self.update.status == Status.WITHDRAWN:
            return self.empty_state
        if self.update.status == Status.RETURNED:
            return "ready" if self._is_mended else "returned"
        return "ready" if self.update.status == Status.DRAFT else self.update.status

    @property
    def _is_mended(self):
        return not self.returned or self.update.changed_at > self.returned.at

    @property
    def is_open(self):
        return self.state in {self.empty_state, "returned", "ready"}

    @cached_property
    def is_in_time(self):
        """Whether the round still takes what would be written in it."""
        is_empty = self.state == self.empty_state
        return workflow.is_in_time(self.blank() if is_empty else self.update)

    @property
    def is_sent(self):
        return self.state == "submitted"

    @property
    def is_withdrawn(self):
        return self.update is not None and self.update.status == Status.WITHDRAWN

    @property
    def may_be_recalled(self):
        """True where its agency sent it itself, and no reviewer has decided yet."""
        is_own = not getattr(self.update, "letter_id", None)
        return self.state == Status.SUBMITTED and is_own

    @property
    def may_be_corrected(self):
        return self.state == Status.PUBLISHED and self.update.origin == "entered"

    @property
    def key(self):
        return self.subject.pk

    @property
    def anchor(self):
        return f"{self.word}-{self.key}"

    @property
    def page_url(self):
        sheet = reverse("admin:sheet", args=[self.period.pk, self.agency.slug])
        return f"{sheet}?{self.word}={self.key}#{self.anchor}"

    @property
    def correct_url(self):
        return self.page_url.replace("#", f"&{CORRECTING}=1#")

    @property
    def recall_url(self):
        return self.url("recall")

    @property
    def check_url(self):
        return reverse("admin:sheet_check", args=[self.period.pk, self.agency.slug])

    def url(self, name, *more):
        """The address of one of the row's own forms: save, attach or detach."""
        keys = [self.period.pk, self.agency.slug, self.key, *more]
        return reverse(f"admin:{self.addresses[name]}", args=keys)

    def blank(self):
        about = {self.field: self.subject, "period": self.period}
        return self.model(**about, agency=self.agency)

    @cached_property
    def warnings(self):
        """The guard's warnings about an answer, until a reviewer has decided on it."""
        is_undecided = self.state in {"ready", "returned", "submitted"}
        return guard.warnings(self.update) if is_undecided else []


@dataclass(frozen=True)
class SheetActivityRow(Row):
    activity: Activity
    period: ReportingPeriod
    update: ActivityUpdate | None
    last: ActivityUpdate | None
    returned: Transition | None
    own: ActivityUpdate | None = None

    field, model, empty_state, word = "activity", ActivityUpdate, "todo", "fila"
    subject_relations, revision_relations = (
        ("agency", "commitment", "plan"),
        ("places", "evidences"),
    )
    addresses = {
        "save": "sheet_row",
        "attach": "sheet_attach",
        "detach": "sheet_detach",
        "rename": "sheet_rename",
        "recall": "sheet_recall",
    }

    @property
    def agency(self):
        return self.activity.agency

    @property
    def is_owed(self):
        """Nobody owes a report on work outside the plan."""
        return self.activity.is_in_plan

    @property
    def waits(self):
        return self.state in {"todo", "returned"}

    @property
    def may_be_renamed(self):
        """Whether the agency may rename it: work outside the plan, unpublished."""
        is_first = self.update is None or self.update.revision == 1
        return not self.is_owed and self.is_open and is_first and self.last is None


@dataclass(frozen=True)
class SheetCommitmentRow(Row):
    """One commitment that the agency leads; a declaration is never owed."""

    commitment: Commitment
    period: ReportingPeriod
    update: CommitmentUpdate | None
    last: CommitmentUpdate | None
    returned: Transition | None
    own: CommitmentUpdate | None = None

    field, model, empty_state = "commitment", CommitmentUpdate, "undeclared"
    word, subject_relations = "compromiso", ("lead", "plan")
    is_owed = False
    addresses = {
        "save": "sheet_declaration",
        "attach": "sheet_declaration_attach",
        "detach": "sheet_declaration_detach",
        "recall": "sheet_declaration_recall",
    }

    @property
    def agency(self):
        return self.commitment.lead


def read_rows(kind, subjects, period, *, with_transcribed=False):
    """
    A row of a ``kind`` for each of the ``subjects``.

    ``with_transcribed`` includes drafts that the secretariat transcribes from letters.
    """
    if subjects.query.is_empty():
        return ()
    model, field = kind.model, kind.field
    subjects = list(
        subjects.select_related(*kind.subject_relations).annotate(
            newest_id=_newest(kind, period, with_transcribed),
            last_id=_last(model, field, period),
            own_id=_own(kind, period),
        )
    )
    updates = model.objects.prefetch_related(*kind.revision_relations).in_bulk(
        [subject.newest_id for subject in subjects if subject.newest_id]
    )
    links = model.fields.names(prefilled=True, kind=Kind.LINKS)
    lasts = (
        model.objects.select_related("period", "agency")
        .prefetch_related(*links)
        .in_bulk(
            {each for row in subjects for each in (row.last_id, row.own_id) if each}
        )
    )
    returned = returned_steps(updates)
    rows = []
    for subject in subjects:
        if update := updates.get(subject.newest_id):
            setattr(update, field, subject)
            update.period, update.agency = period, getattr(subject, subject.answered_by)
        last, step = lasts.get(subject.last_id), returned.get(subject.newest_id)
        own = lasts.get(subject.own_id)
        rows.append(kind(subject, period, update, last, step, own))
    return tuple(rows)


def revisions_of(kind, period, *, with_transcribed=False):
    """
    The revisions of ``OuterRef("pk")`` in a round, the newest first.

    Only those of the agency that answers now: the row is hers.
    """
    subject = kind.model._meta.get_field(kind.field).related_model
    rows = kind.model.objects.filter(
        **{kind.field: OuterRef("pk")},
        period=period,
        agency=OuterRef(subject.answered_by),
    )
    rows = rows if with_transcribed else rows.without_transcriptions()
    return rows.order_by("-revision")


def _newest(kind, period, with_transcribed):
    rows = revisions_of(kind, period, with_transcribed=with_transcribed)
    return Subquery(rows.values("pk")[:1])


def _last(model, field, period):
    rows = model.objects.counted().filter(**{field: OuterRef("pk")})
    earlier = rows.before(period)
    if "answer" in model.fields:
        earlier = earlier.exclude(answer=Answer.NO_NEWS)
    return Subquery(earlier.newest_first().values("pk")[:1])


def _own(kind, period):
    subject = kind.model._meta.get_field(kind.field).related_model
    rows = kind.model.objects.own_of(OuterRef(subject.answered_by)).before(period)
    own = rows.filter(**{kind.field: OuterRef("pk")})
    return Subquery(own.newest_first().values("pk")[:1])


def returned_steps(updates):
    """Id → last return transition, for the returned ones of one model's revisions."""
    given_back = [pk for pk, row in updates.items() if row.status == Status.RETURNED]
    if not given_back:
        return {}
    field = updates[given_back[0]].link_field
    steps = Transition.objects.filter(
        **{f"{field}__in": given_back}, to_status=Status.RETURNED
    )
    return {getattr(step, f"{field}_id"): step for step in steps.order_by("at", "pk")}


#: What the state of a row is called, by how its value stands.
STATES = {
    Standing.NOTHING: "todo",
    Standing.RETURNED: "returned",
    Standing.SUBMITTED: "submitted",
    Standing.PUBLISHED: "published",
}
#: How a value stands, in words.
WORDS = {
    Standing.NOTHING: pgettext_lazy("a value", "Nothing yet"),
    Standing.RETURNED: _("Returned"),
    Standing.SUBMITTED: _("Waiting for review"),
    Standing.PUBLISHED: pgettext_lazy("a report", "Published"),
}
#: The word in the address of the form for the days of the value.
DAYS = "dias"


@dataclass(frozen=True)
class ValueRow:
    value: AskedValue
    period: ReportingPeriod

    field, update, warnings, is_withdrawn = "value", None, (), False
    may_be_recalled = may_be_corrected = False
    is_in_time = True

    @property
    def subject(self):
        return self.value

    @property
    def state(self):
        return STATES[self.value.standing]

    @property
    def word(self):
        return WORDS[self.value.standing]

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
        return f"{reverse('admin:value_new', args=keys)}?{urlencode({DAYS: self.days})}"


@dataclass(frozen=True)
class Grid:
    """Several values of one indicator of which none was handed in yet."""

    rows: tuple[ValueRow, ...]

    @property
    def code(self):
        return self.rows[0].subject.code

    @property
    def url(self):
        first = self.rows[0]
        keys = [first.period.pk, first.value.agency.slug, first.value.indicator.pk]
        return reverse("admin:value_grid", args=keys)


def grids(rows):
    found = {}
    for row in rows:
        if row.state == "todo":
            found.setdefault(row.value.indicator, []).append(row)
    return [Grid(tuple(each)) for each in found.values() if len(each) > 1]


def read_values(period, agency):
    found = asked_values.asked(period.plan, [period], agency)
    return tuple(ValueRow(each, period) for each in found.get(period, ()))

from dataclasses import dataclass, replace

from django.db.models import Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from agencies.models import Agency, FocalPoint
from strategic_areas import workflow
from strategic_areas.desk.sheet.rows import (
    AnswerRow,
    ValueRow,
    grids,
    read_rows,
    read_values,
    returned_steps,
    revisions_of,
    rows_of,
    with_contents,
)
from strategic_areas.models import (
    ActivityProposal,
    ReportingPeriod,
    Status,
    Submission,
)
from strategic_areas.workflow.questions import (
    DECLARATION,
    OFF_PLAN,
    REPORT,
    UPDATES,
)

#: Statuses of the newest revision of a row that may wait; None: there is none.
WAITING = {None, Status.WITHDRAWN, Status.RETURNED}


@dataclass(frozen=True)
class Sheet:
    """
    An agency's sheet in a round, in the order of the plan's codes.

    ``rows`` are the activities it owes a report on. Whatever else it has is read when
    somebody asks for it.
    """

    period: ReportingPeriod
    agency: Agency
    rows: tuple[AnswerRow, ...]
    may_submit: bool

    @cached_property
    def submissions(self) -> tuple[Submission, ...]:
        sent = Submission.objects.filter(period=self.period, agency=self.agency)
        return tuple(sent.order_by("-number"))

    @cached_property
    def declarations(self) -> tuple[AnswerRow, ...]:
        """A row for each commitment that the agency leads; none is owed."""
        return read_rows(DECLARATION, self.period, self.agency)

    @cached_property
    def off_plan(self) -> tuple[AnswerRow, ...]:
        return read_rows(OFF_PLAN, self.period, self.agency)

    @cached_property
    def proposals(self) -> tuple[ActivityProposal, ...]:
        rows = ActivityProposal.objects.select_related("commitment", "activity")
        return tuple(rows.filter(plan=self.period.plan, agency=self.agency))

    @cached_property
    def values(self) -> tuple[ValueRow, ...]:
        return read_values(self.period, self.agency)

    @property
    def keys(self):
        return self.period.pk, self.agency.slug

    @property
    def url(self):
        return reverse("admin:sheet", args=self.keys)

    @property
    def check_url(self):
        return reverse("admin:sheet_check", args=[self.period.pk, self.agency.slug])

    @property
    def workbook_url(self):
        return reverse("admin:workbook", args=[self.period.pk, self.agency.slug])

    @property
    def workbook_save_url(self):
        return reverse("admin:workbook_save", args=[self.period.pk, self.agency.slug])

    @property
    def off_plan_url(self):
        return reverse("admin:sheet_off_plan", args=[self.period.pk, self.agency.slug])

    @property
    def propose_url(self):
        return reverse("admin:sheet_propose", args=[self.period.pk, self.agency.slug])

    @property
    def values_url(self):
        return reverse("admin:values", args=[self.period.pk, self.agency.slug])

    @cached_property
    def accepted_until(self):
        return self.period.accepted_until(self.agency)

    @property
    def is_closed(self):
        """True while the round takes no first reports of the agency."""
        return self.accepted_until is None

    @property
    def was_closed(self):
        """True once it has taken them, and does no more."""
        return self.is_closed and self.period.opens_on <= timezone.localdate()

    @property
    def may_recall(self):
        return self.may_submit and self.accepted_until is not None

    def row(self, activity):
        found = [row for row in self.rows if row.key == activity]
        found = found or [row for row in self.off_plan if row.key == activity]
        return next(iter(found), None)

    def value(self, key):
        return next((row for row in self.values if row.key == key), None)

    def declaration(self, commitment):
        return next((row for row in self.declarations if row.key == commitment), None)

    def in_state(self, *states):
        return [row for row in self.rows if row.state in states]

    @property
    def ready(self):
        off_plan = [row for row in self.off_plan if row.state == "ready"]
        return self._in_time([*self.in_state("ready"), *off_plan])

    @property
    def answered(self):
        return len(self.rows) - len(self.waiting)

    @property
    def grids(self):
        return grids(self.values)

    @property
    def given_values(self):
        """How many of the values that are asked for were handed in and stand."""
        return len(self.values) - len(self.open_values)

    @property
    def declared(self):
        """The declarations that are ready to be sent."""
        rows = [row for row in self.declarations if row.state == "ready"]
        return self._in_time(rows)

    def _in_time(self, rows):
        return [row for row in rows if row.is_in_time] if self.is_closed else rows

    @property
    def sendable(self):
        """All that "send all" sends, reports first."""
        return [*self.ready, *self.declared]

    @property
    def handed_in(self):
        """All that was sent and stands: it waits for review or is published."""
        rows = (*self.rows, *self.off_plan, *self.declarations, *self.values)
        return [row for row in rows if row.state in {"submitted", "published"}]

    @property
    def unanswered(self):
        """What is owed, and whatever else came back."""
        others = (*self.off_plan, *self.declarations)
        rows = [*self.owed, *(row for row in others if row.state == "returned")]
        return self._in_time(rows)

    @property
    def owed(self):
        return [*self.waiting, *self.open_values]

    @property
    def open_values(self):
        return [row for row in self.values if row.is_open]

    @property
    def to_do(self):
        """
        The rows that ask for something: what came back, what is owed, what is ready.

        Of those alike one-off work stands before continuing work.
        """
        return sorted([*self.unanswered, *self.sendable], key=_urgency)

    @property
    def warned(self):
        return [row for row in self.sendable if row.warnings]

    @property
    def waiting(self):
        return self.in_state("todo", "returned")


def _urgency(row):
    is_continuing = getattr(row.subject, "is_continuing", False)
    return row.state != "returned", row.state == "ready", is_continuing


def find_sheet(user, period, slug):
    """The sheet, or None for a user who does not report for the agency now."""
    asked = _asked(user, period, slug)
    return asked and read_sheet(*asked, user)


def find_row(user, period, slug, **subject):
    """The row of the ``subject``, named by its question; None as in ``find_sheet``."""
    asked = _asked(user, period, slug)
    if asked is None:
        return None
    for question in UPDATES:
        if pk := subject.get(question.name):
            for row in read_rows(question, *asked, pk=pk):
                return row
    return None


def read_again(row):
    about = {row.field: row.subject, "period": row.period, "agency": row.agency}
    rows = row.question.model.objects.filter(**about).without_transcriptions()
    stored = with_contents(row.question, rows).order_by("-revision").first()
    if stored is None:
        return replace(row, update=None, returned=None)
    setattr(stored, row.field, row.subject)
    stored.period, stored.agency = row.period, row.agency
    step = returned_steps({stored.pk: stored}).get(stored.pk)
    return replace(row, update=stored, returned=step)


def next_waiting_row(row):
    """The next owed row that waits for an answer, starting again from the top."""
    asked = row.question.asked(row.period, row.agency)
    newest = revisions_of(row.question, row.period)
    states = asked.annotate(newest_status=Subquery(newest.values("status")[:1]))
    found = list(states.values_list("pk", "newest_status"))
    place = [key for key, _status in found].index(row.key)
    for key, status in [*found[place + 1 :], *found[:place]]:
        if status in WAITING:
            (other,) = rows_of(row.question, asked.filter(pk=key), row.period)
            if other.waits:
                return other
    return None


def _asked(user, period, slug):
    agencies = FocalPoint.objects.agencies_of(user)
    agency = Agency.objects.filter(pk__in=agencies, slug=slug).first()
    periods = ReportingPeriod.objects.visible_to(user).filter(mode="round")
    period = periods.filter(pk=period).select_related("plan").first()
    return (period, agency) if agency and period else None


def read_sheet(period, agency, user):
    return Sheet(
        period,
        agency,
        read_rows(REPORT, period, agency),
        workflow.may_submit(user, agency),
    )

"""What stands on a sheet: every activity an agency owes in a round, a row each."""

from dataclasses import dataclass, field

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.functional import cached_property

from agencies.models import Agency, FocalPoint
from strategic_areas import workflow
from strategic_areas.desk import guard
from strategic_areas.desk.queries import unfinished
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    Answer,
    ReportingPeriod,
    Status,
    Submission,
    Transition,
)


@dataclass(frozen=True)
class Row:
    """
    One activity: the newest revision for the round, and what was last published.

    ``returned`` is the step by which the secretariat gave it back, if it did.
    """

    activity: Activity
    period: ReportingPeriod
    update: ActivityUpdate | None
    last: ActivityUpdate | None
    returned: Transition | None

    @property
    def state(self):
        """One of todo, returned, ready, submitted and published."""
        if self.update is None or self.update.status == Status.WITHDRAWN:
            return "todo"
        if self.update.status == Status.RETURNED:
            return "ready" if self._is_mended else "returned"
        return "ready" if self.update.status == Status.DRAFT else self.update.status

    @property
    def _is_mended(self):
        return not self.returned or self.update.changed_at > self.returned.at

    @property
    def agency(self):
        return self.activity.agency

    @property
    def key(self):
        return self.activity.pk

    @property
    def anchor(self):
        """The id of the row on the page."""
        return f"fila-{self.key}"

    @property
    def page_url(self):
        """The sheet with this row open."""
        sheet = reverse("admin:sheet", args=[self.period.pk, self.agency.slug])
        return f"{sheet}?fila={self.key}#{self.anchor}"

    def url(self, name, *more):
        """The address of one of the row's own forms, such as "sheet_row"."""
        keys = [self.period.pk, self.agency.slug, self.key, *more]
        return reverse(f"admin:{name}", args=keys)

    @cached_property
    def warnings(self):
        """What the guard wants looked at in an answer that is not sent yet."""
        return guard.warnings(self.update) if self.state == "ready" else []

    @property
    def is_open(self):
        """True while the agency may still write in it."""
        return self.state in {"todo", "returned", "ready"}

    @property
    def waits(self):
        """True while the agency still has to say something."""
        return self.state in {"todo", "returned"}


@dataclass(frozen=True)
class Sheet:
    """An agency's sheet in a round, in the order of the plan's codes."""

    period: ReportingPeriod
    agency: Agency
    rows: tuple[Row, ...]
    may_submit: bool
    submissions: tuple[Submission, ...] = field(default=())

    @property
    def url(self):
        return reverse("admin:sheet", args=[self.period.pk, self.agency.slug])

    @property
    def check_url(self):
        return reverse("admin:sheet_check", args=[self.period.pk, self.agency.slug])

    @property
    def workbook_url(self):
        return reverse("admin:workbook", args=[self.period.pk, self.agency.slug])

    def row(self, activity):
        """The row of an activity's id, or None."""
        return next((row for row in self.rows if row.activity.pk == activity), None)

    def following(self, activity):
        """The next row after this activity that waits for an answer, round again."""
        place = [row.activity.pk for row in self.rows].index(activity)
        after = [*self.rows[place + 1 :], *self.rows[:place]]
        return next((row for row in after if row.waits), None)

    def in_state(self, *states):
        return [row for row in self.rows if row.state in states]

    @property
    def ready(self):
        return self.in_state("ready")

    @property
    def answered(self):
        return len(self.rows) - len(self.waiting)

    @property
    def warned(self):
        return [row for row in self.ready if row.warnings]

    @property
    def waiting(self):
        return self.in_state("todo", "returned")


def find(user, period, slug, *, only=None):
    """
    The sheet, or None where the person does not report for the agency now.

    ``only`` is the id of the one activity that is to be read.
    """
    agencies = FocalPoint.objects.agencies_of(user)
    agency = Agency.objects.filter(pk__in=agencies, slug=slug).first()
    rounds = ReportingPeriod.objects.visible_to(user).filter(mode="round")
    period = rounds.filter(pk=period).select_related("plan").first()
    return read(period, agency, user, only) if agency and period else None


def read(period, agency, user, only=None):
    """The sheet of an agency in a round, in a fixed number of reads."""
    owed = unfinished(period).filter(agency=agency)
    activities = list(
        (owed.filter(pk=only) if only else owed)
        .select_related("agency", "commitment", "plan")
        .annotate(newest_id=_newest(period), last_id=_last(period))
    )
    updates = ActivityUpdate.objects.prefetch_related("places", "evidences").in_bulk(
        [activity.newest_id for activity in activities if activity.newest_id]
    )
    lasts = (
        ActivityUpdate.objects.select_related("period")
        .prefetch_related("places")
        .in_bulk([activity.last_id for activity in activities if activity.last_id])
    )
    returned = _returned(updates)
    rows = []
    for activity in activities:
        update = updates.get(activity.newest_id)
        if update:
            update.activity, update.period = activity, period
        last = lasts.get(activity.last_id)
        step = returned.get(activity.newest_id)
        rows.append(Row(activity, period, update, last, step))
    submissions = Submission.objects.filter(period=period, agency=agency)
    return Sheet(
        period,
        agency,
        tuple(rows),
        workflow.may_submit(user, agency),
        tuple(submissions.order_by("-number")),
    )


def _newest(period):
    rows = ActivityUpdate.objects.filter(activity=OuterRef("pk"), period=period)
    return Subquery(rows.order_by("-revision").values("pk")[:1])


def _last(period):
    """The last published update of an earlier period that told something."""
    rows = ActivityUpdate.objects.counted().filter(activity=OuterRef("pk"))
    earlier = rows.filter(period__ends_on__lte=period.ends_on).exclude(period=period)
    told = earlier.exclude(answer=Answer.NO_NEWS)
    return Subquery(told.newest_first().values("pk")[:1])


def _returned(updates):
    """Update id → the last step by which it was given back."""
    given_back = [pk for pk, row in updates.items() if row.status == Status.RETURNED]
    steps = Transition.objects.filter(
        activity_update__in=given_back, to_status=Status.RETURNED
    )
    return {step.activity_update_id: step for step in steps.order_by("at", "pk")}

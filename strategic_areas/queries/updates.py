"""The record of everything published, and what changed lately."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Value
from django.db.models.functions import Coalesce

from strategic_areas import progress
from strategic_areas.addresses import address
from strategic_areas.models import Activity, Plan, Provenance, ReportingPeriod
from strategic_areas.queries import record
from strategic_areas.queries.board import Board, Filed

#: Where a record without a date of its source stands: after the dated ones.
NO_DATE = date(1, 1, 1)
LATELY = 10


def keys(plan: Plan):
    """
    What was published on the plan: kind and id of each account, newest first.

    By the end of the period, then the source's date; never by loading time. What a
    newer revision replaced is left to the commitment's own page.
    """
    updates = _keys(record.updates(), "activityupdate", plan)
    declarations = _keys(record.declarations(), "commitmentupdate", plan)
    return updates.union(declarations, all=True).order_by(
        "-ends_on", "period", "-said_on", "kind", "-pk"
    )


def counted(plan: Plan) -> int:
    """How many accounts of planned work stand on record; demonstrations are none."""
    updates, declarations = (
        record.standing(rows)
        .filter(plan=plan, period__is_demonstration=False)
        .exclude(provenance=Provenance.DEMONSTRATION)
        .select_related(None)
        .order_by()
        .values_list("pk")
        for rows in (
            record.updates().filter(activity__is_in_plan=True),
            record.declarations(),
        )
    )
    return updates.union(declarations, all=True).count()


def _keys(rows, kind, plan):
    rows = record.standing(rows).filter(plan=plan).select_related(None).order_by()
    return rows.annotate(
        kind=Value(kind),
        ends_on=F("period__ends_on"),
        said_on=Coalesce("reported_on", Value(NO_DATE)),
    ).values_list("kind", "pk", "ends_on", "period", "said_on")


def entries(page) -> list[record.Entry]:
    """The entries of one page of keys, in its order; four queries."""
    ids = {"activityupdate": [], "commitmentupdate": []}
    order = [(kind, pk) for kind, pk, *_ in page]
    for kind, pk in order:
        ids[kind].append(pk)
    loaded = record.entries(
        record.updates().filter(pk__in=ids["activityupdate"]),
        record.declarations().filter(pk__in=ids["commitmentupdate"]),
    )
    by_key = {(entry.kind, entry.pk): entry for entry in loaded}
    return [by_key[key] for key in order]


@dataclass(frozen=True)
class Line:
    """An account of an activity in one line."""

    report: Filed
    activity: Activity
    period: ReportingPeriod

    @property
    def state(self):
        return progress.State(self.report.execution)

    def get_absolute_url(self, language=None):
        """The account's own page."""
        words = self.activity.plan.code, self.report.public_id
        return address("update", *words, language=language)


@dataclass(frozen=True)
class Latest:
    """
    What agencies reported here last, and the last of the record by its period.

    The public record and demonstrations never stand under "what changed lately".
    """

    lately: tuple[Line, ...]
    recorded: tuple[Line, ...]


def latest(board: Board) -> Latest:
    """Both lists of a plan's first page, from what the board has read."""
    periods = {period.pk: period for period in board.periods}
    filed = [
        Line(report, row.activity, periods[report.period_id])
        for row in board.activities
        for report in row.reports
    ]
    entered = [line for line in filed if line.report.was_entered]
    entered.sort(key=lambda line: line.report.published_at, reverse=True)
    filed.sort(key=lambda line: line.report.age, reverse=True)
    return Latest(tuple(entered[:LATELY]), tuple(filed[:LATELY]))

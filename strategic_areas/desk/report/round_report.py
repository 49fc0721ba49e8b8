"""The rows of one edition from which the report for the commission is made."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import takewhile
from types import SimpleNamespace

from django.http import Http404

from strategic_areas.datasets.columns import Dataset
from strategic_areas.models import (
    Edition,
    ReportingPeriod,
    RevisionStatus,
    SecretariatTexts,
)
from strategic_areas.progress import Punctuality
from strategic_areas.queries.pages import editions
from strategic_areas.queries.pages.editions import DatasetDifference
from strategic_areas.queries.plan.plans import opened_rounds, periods_of
from strategic_areas.queries.public_rows import RowsByDataset

#: Eleven months; a report over as many days is a yearly report.
YEAR_LENGTH = timedelta(days=334)


@dataclass(frozen=True)
class RoundReport:
    """
    The public rows of a round, and how they differ from those of an earlier round.

    ``before`` is the edition of the earlier round, ``comparable_editions`` are all that
    may be chosen for it, the latest first. Without ``edition`` the rows are today's,
    and the report is preliminary. Every report takes its texts only from ``tables``,
    ``differences`` and ``secretariat_texts``, the secretariat's introduction and
    conclusions: takedowns remove content from these.
    """

    period: ReportingPeriod
    edition: Edition | None
    before: Edition | None
    comparable_editions: tuple[Edition, ...]
    tables: RowsByDataset
    datasets: Mapping[str, Dataset]
    differences: tuple[DatasetDifference, ...]
    day: date
    secretariat_texts: SecretariatTexts | None

    def rows(self, dataset: str, **wanted) -> list[SimpleNamespace]:
        """Return the rows of a dataset whose cells have the ``wanted`` values."""
        return [
            SimpleNamespace(**row)
            for row in self.tables[dataset].values()
            if all(row[name] == value for name, value in wanted.items())
        ]

    def row(self, dataset: str, key: str) -> SimpleNamespace | None:
        found = self.tables[dataset].get(key)
        return found and SimpleNamespace(**found)

    @cached_property
    def plan(self):
        return self.row("plans", self.period.plan.code)

    @property
    def since_day(self):
        return self.before and _day_of(self.before)

    @property
    def is_yearly(self):
        return self.before is not None and self.day - self.since_day >= YEAR_LENGTH

    @cached_property
    def counted_activities(self):
        """The activities that count, without cancelled ones."""
        return self.rows("activities", is_counted=True)

    @cached_property
    def late(self):
        late = [
            each
            for each in self.counted_activities
            if each.punctuality == Punctuality.LATE
        ]
        return sorted(late, key=lambda each: -(each.days_late or 0))

    @cached_property
    def last_activity_reports(self):
        """The last published report of each activity, by the activity's code."""
        # ``said_in`` is the period of the newest report.
        last_periods = {each.code: each.said_in for each in self.counted_activities}
        reports = self.rows("reports", kind="report", status=RevisionStatus.PUBLISHED)
        last = [x for x in reports if last_periods.get(x.activity) == x.period]
        return {each.activity: each for each in sorted(last, key=_recency)}

    @cached_property
    def scorecards(self):
        """How each agency answered the round; empty before the round closes."""
        return self.rows("scorecards", round=self.period.code)

    @cached_property
    def rounds_silent(self):
        """
        The number of consecutive rounds without a report up to this one, by agency.
        """
        ends = {code: row["ends_on"] for code, row in self.tables["rounds"].items()}
        last, cards = ends.get(self.period.code, ""), defaultdict(list)
        for each in sorted(
            self.rows("scorecards"), key=lambda card: ends[card.round], reverse=True
        ):
            if ends[each.round] <= last:
                cards[each.agency].append(each)
        return {
            agency: len([*takewhile(lambda card: not card.handed_in, own)])
            for agency, own in cards.items()
        }

    @cached_property
    def changed(self):
        """
        Commitments and activities whose state changed. New and removed ones count if
        they have, or had, a state.
        """
        return [
            (table.dataset.name, SimpleNamespace(**each.row), each.before, each.after)
            for table in self.differences
            if table.dataset.name in {"commitments", "activities"}
            for each in table.rows
            if (each.before or {}).get("state") != (each.after or {}).get("state")
        ]

    @cached_property
    def amended(self):
        """Changes by amendments since the earlier round, by decision."""
        rows, by_decision = self.rows("amendments"), defaultdict(list)
        if self.before:
            rows = [
                SimpleNamespace(**each.row)
                for table in self.differences
                for each in table.rows
                if table.dataset.name == "amendments" and each.kind == "added"
            ]
        for each in rows:
            by_decision[each.decision].append(each)
        return by_decision


def _recency(report):
    """Return the sort key of ``Recency``, for reports of one period."""
    submitted_on = report.handed_in_on
    day = submitted_on or report.reported_on
    return day or "", submitted_on is not None, report.revision


def _day_of(edition):
    return (edition.corrects or edition).made_on


def load_round_report(
    period: ReportingPeriod, today: date, since_code: str = ""
) -> RoundReport | None:
    """
    Return the report of a round of a public plan; None if none can be made.

    It is compared with the latest earlier round that has an edition, or with the round
    whose code is given; Http404 if that has no edition. A round without an edition has
    a report only while it is the latest or open.
    """
    rounds = opened_rounds(periods_of(period.plan), today)
    editions_by_round = editions.edition_by_round(period.plan)
    edition = editions_by_round.get(period.pk)
    earlier = rounds[rounds.index(period) + 1 :] if period in rounds else []
    if edition is None and period in rounds[1:] and period.closes_on < today:
        return None
    comparable_editions = tuple(
        editions_by_round[each.pk] for each in earlier if each.pk in editions_by_round
    )
    before = next(
        (e for e in comparable_editions if since_code in {"", e.period.code}), None
    )
    if since_code and before is None:
        raise Http404
    tables, datasets = editions.tables_of(period.plan, edition)
    return RoundReport(
        period=period,
        edition=edition,
        before=before,
        comparable_editions=comparable_editions,
        tables=tables,
        datasets=datasets,
        differences=tuple(editions.edition_differences(period.plan, before, edition)),
        day=_day_of(edition) if edition else today,
        secretariat_texts=SecretariatTexts.objects.filter(
            period=edition and period, since=before and before.period
        ).first(),
    )

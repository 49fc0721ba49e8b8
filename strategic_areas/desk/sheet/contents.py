from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from agencies.models import Agency
from strategic_areas import workflow
from strategic_areas.desk.sheet.rows import (
    AnswerRow,
    ValueRow,
    read_rows,
    round_and_agency_or_404,
)
from strategic_areas.models import (
    ActivityProposal,
    ReportingPeriod,
    Submission,
)
from strategic_areas.queries import asked_values
from strategic_areas.workflow.questions import (
    REPORT,
    UPDATE_QUESTIONS,
    VALUE,
    UpdateQuestion,
)


def sheet_url(name):
    return property(lambda sheet: reverse(f"admin:{name}", args=sheet.keys))


@dataclass(frozen=True)
class ReportingSheet:
    """An agency's sheet in a round."""

    period: ReportingPeriod
    agency: Agency
    may_submit: bool = False

    value_question = VALUE

    @property
    def asked_rows(self) -> tuple[AnswerRow, ...]:
        """The activities on which a report is asked for, answered or not."""
        return self.sections[REPORT]

    @cached_property
    def submissions(self) -> tuple[Submission, ...]:
        submissions = Submission.objects.filter(period=self.period, agency=self.agency)
        return tuple(submissions.order_by("-number"))

    @cached_property
    def sections(self) -> Mapping[UpdateQuestion, tuple[AnswerRow, ...]]:
        return {
            question: read_rows(question, self.period, self.agency)
            for question in UPDATE_QUESTIONS
        }

    @cached_property
    def all_rows(self):
        return [row for rows in self.sections.values() for row in rows]

    @cached_property
    def proposals(self) -> tuple[ActivityProposal, ...]:
        rows = ActivityProposal.objects.select_related("commitment", "activity")
        return tuple(rows.filter(plan=self.period.plan, agency=self.agency))

    @cached_property
    def values(self) -> tuple[ValueRow, ...]:
        values_by_round = asked_values.values_by_round(
            self.period.plan, [self.period], self.agency
        )
        return tuple(
            ValueRow(each, self.period) for each in values_by_round.get(self.period, ())
        )

    @property
    def keys(self):
        return self.period.pk, self.agency.slug

    url = sheet_url("sheet")
    check_url = sheet_url("sheet_check")
    workbook_url = sheet_url("workbook")
    workbook_save_url = sheet_url("workbook_save")
    off_plan_url = sheet_url("sheet_off_plan")
    propose_url = sheet_url("sheet_propose")
    values_url = sheet_url("values")

    @cached_property
    def accepted_until(self):
        return self.period.accepted_until(self.agency)

    @property
    def is_closed(self):
        """Whether the round accepts no first reports of the agency."""
        return self.accepted_until is None

    @property
    def has_closed(self):
        """Whether the round has opened, and accepts no first reports any more."""
        return self.is_closed and self.period.opens_on <= timezone.localdate()

    @property
    def may_recall(self):
        return self.may_submit and self.accepted_until is not None

    def row(self, name, key):
        rows = (row for row in self.all_rows if row.question_name == name)
        return next((row for row in rows if row.key == key), None)

    def value(self, key):
        return next((row for row in self.values if row.key == key), None)

    @property
    def unanswered_reports(self):
        return [row for row in self.asked_rows if row.needs_answer]

    @property
    def answered(self):
        return len(self.asked_rows) - len(self.unanswered_reports)

    @property
    def grids(self):
        """Indicators with several values to enter, none of them submitted yet."""
        empty = Counter(r.value.indicator for r in self.values if r.state == "todo")
        return [
            {
                "code": indicator.code,
                "number": number,
                "url": reverse("admin:value_grid", args=[*self.keys, indicator.pk]),
            }
            for indicator, number in empty.items()
            if number > 1
        ]

    @property
    def submitted_value_count(self):
        return len(self.values) - len(self.open_values)

    def _in_time(self, rows):
        return [row for row in rows if row.is_in_time] if self.is_closed else rows

    @cached_property
    def sendable(self):
        return self._in_time([row for row in self.all_rows if row.state == "ready"])

    @property
    def handed_in(self):
        rows = [*self.all_rows, *self.values]
        return [row for row in rows if row.state in {"submitted", "published"}]

    @property
    def unanswered(self):
        """All rows still to answer in time, including returned ones."""
        unanswered = [row for row in self.all_rows if row.needs_answer]
        return self._in_time([*unanswered, *self.open_values])

    @property
    def owed(self):
        """Reports and values that the agency has not submitted, overdue ones too."""
        return [*self.unanswered_reports, *self.open_values]

    @property
    def open_values(self):
        return [row for row in self.values if row.is_open]

    @property
    def to_do(self):
        """
        Rows to work on: returned, then owed, then ready; continuing work comes last.
        """
        return sorted([*self.unanswered, *self.sendable], key=_urgency)

    @property
    def rows_with_warnings(self):
        return [row for row in self.sendable if row.warnings]


def _urgency(row):
    is_continuing = getattr(row.subject, "is_continuing", False)
    return row.state != "returned", row.state == "ready", is_continuing


def sheet_or_404(user, period, agency):
    return sheet_for(*round_and_agency_or_404(user, period, agency), user)


def sheet_for(period, agency, user):
    return ReportingSheet(period, agency, workflow.may_submit(user, agency))

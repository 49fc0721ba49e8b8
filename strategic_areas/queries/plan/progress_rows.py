"""Progress of single commitments and activities, and its counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from agencies.models import Agency
from strategic_areas import compliance, headline, progress
from strategic_areas.commitment_states import (
    DECLARED,
    WITHOUT_PUBLIC_STATE,
    KnownActivityState,
    newest_update,
)
from strategic_areas.models import Activity, Commitment, Plan, ReportingPeriod
from strategic_areas.models.records import SourceVoice
from strategic_areas.queries.plan import counted_updates, round_assignments
from strategic_areas.queries.plan.plans import is_over, opened_rounds
from strategic_areas.themes import Theme


@dataclass(frozen=True)
class ReconstructedWork:
    """
    Counts of reconstructed activities by the last update from public sources.

    They do not measure the plan, whose number of activities is unknown. ``by_office``
    and ``by_press`` split ``done`` by the kind of source; ``other`` were not begun,
    suspended or cancelled. ``years`` pairs each year with its number of updates.
    """

    found: int
    done: int
    by_office: int
    by_press: int
    going: int
    other: int
    unreported: int
    years: tuple[tuple[int, int], ...]

    @property
    def by_others(self):
        return self.done - self.by_office - self.by_press

    @property
    def last_year(self):
        return max((year for year, number in self.years if number), default=None)


@dataclass(frozen=True)
class ActivityProgress:
    activity: Activity
    summary: progress.ProgressSummary
    reports: tuple[counted_updates.CountedReport, ...]
    work: KnownActivityState
    #: Submission days of reports in review, by period id.
    in_review: Mapping[int, date] = field(default_factory=dict)
    #: By period id, the agency that reported or was asked, if another than today's.
    agency_by_period: Mapping[int, Agency] = field(default_factory=dict)

    @property
    def deadline(self):
        return deadline_of(self.activity)

    @property
    def is_counted(self):
        """False if an amendment cancelled it."""
        return self.work != KnownActivityState.CANCELLED

    @property
    def voice(self):
        """The kind of source that states it; None for an agency's report."""
        latest = newest_update(self.reports)
        return latest.voice if latest else None

    def owes(self, period: ReportingPeriod | None) -> bool:
        """
        Whether the round requires a report on the activity; False without a round.
        """
        activity = self.activity
        return period is not None and compliance.is_owed(
            self.reports, activity.starts_on, period, activity.stops
        )

    @cached_property
    def reported_in(self):
        return frozenset(each.period_id for each in self.reports)

    def has_reported(self, period: ReportingPeriod | None) -> bool:
        return period is not None and period.pk in self.reported_in

    def agency_for(self, period) -> Agency:
        """The agency that reported or was asked, else the one responsible now."""
        return self.agency_by_period.get(period.pk, self.activity.agency)


@dataclass(frozen=True)
class CommitmentProgress:
    commitment: Commitment
    summary: progress.ProgressSummary
    activities: tuple[ActivityProgress, ...]
    declarations: tuple[counted_updates.CountedDeclaration, ...] = ()

    @property
    def declared_by(self):
        """The lead, if its own declaration gave the state; else None."""
        declared = newest_update(self.declarations)
        if not declared or self.summary.state not in DECLARED:
            return None
        is_own = declared.was_entered and declared.agency_id == self.commitment.lead_id
        return self.commitment.lead if is_own else None

    @cached_property
    def reconstructed_work(self):
        """Counts of its activities if it is reconstructed, else None."""
        return reconstructed_work_of([self])

    @property
    def themes(self):
        found = {word for each in self.activities for word in each.activity.themes}
        return [each for each in Theme if each in found]

    @property
    def was_declared_here(self):
        return any(each.was_entered for each in self.declarations)

    @cached_property
    def latest_report_day(self):
        reports = (report for each in self.activities for report in each.reports)
        return max((report.known_by for report in reports), default=None)

    @property
    def is_late(self):
        return self.summary.punctuality == progress.Punctuality.LATE

    def days_late(self, day: date) -> int:
        return (day - self.deadline.due_on).days if self.is_late else 0

    @property
    def deadline(self):
        return deadline_of(self.commitment)


def build_progress(
    commitments: Iterable[Commitment],
    activities: Iterable[Activity],
    counted: counted_updates.CountedUpdates,
    periods: Iterable[ReportingPeriod],
    today: date,
) -> tuple[CommitmentProgress, ...]:
    """
    Build the progress of commitments from their ``activities`` and counted updates.

    ``periods`` are all periods of the plan.
    """
    activities, rows_by_commitment = list(activities), defaultdict(list)
    rounds = opened_rounds(periods, today)
    agencies_by_activity = round_assignments.agencies_by_period(
        activities, counted.reporting_agency_ids
    )
    for activity in activities:
        reports = tuple(counted.reports.get(activity.pk, ()))
        in_review = counted.in_review.get(activity.pk, {})
        stopped = activity.stopped_as_of(today)
        summary = progress.summarise_activity(
            reports,
            deadline_of(activity),
            today,
            stopped,
            is_over=is_over(activity.plan, today),
            state_without_reports=_state_without_report(
                activity, in_review, () if reports else rounds
            ),
        )
        row = ActivityProgress(
            activity,
            _late_if_asked(summary, activity.plan, rounds, today),
            reports,
            progress.known_state_of(
                reports,
                stopped=stopped,
                ends_on=activity.plan.ends_on if activity.is_continuing else None,
                in_review=summary.state == progress.ActivityState.IN_REVIEW,
                asked=summary.state == progress.ActivityState.NO_REPORT,
            ),
            in_review,
            agencies_by_activity.get(activity.pk, {}),
        )
        rows_by_commitment[activity.commitment_id].append(row)
    return tuple(
        _commitment_row(
            commitment, tuple(rows_by_commitment[commitment.pk]), counted, rounds, today
        )
        for commitment in commitments
    )


def _commitment_row(commitment, activities, counted, rounds, today):
    plan, declarations = commitment.plan, counted.declared.get(commitment.pk, ())
    summary = progress.summarise_commitment(
        [(each.summary, each.work, each.reports) for each in activities],
        declarations,
        deadline_of(commitment),
        today,
        is_stated_by_plan=commitment.is_stated_by_plan,
        is_over=is_over(plan, today),
        stopped=commitment.stopped_as_of(today),
    )
    summary = _late_if_asked(summary, plan, rounds, today)
    return CommitmentProgress(commitment, summary, activities, tuple(declarations))


def _state_without_report(
    activity: Activity,
    in_review: Mapping[int, date],
    rounds: Iterable[ReportingPeriod],
) -> progress.ActivityState:
    if not activity.commitment.is_stated_by_plan:
        return progress.ActivityState.NO_RECORD
    if in_review:
        return progress.ActivityState.IN_REVIEW
    was_asked = any(
        compliance.is_owed((), activity.starts_on, each, activity.stops)
        for each in rounds
    )
    return (
        progress.ActivityState.NO_REPORT
        if was_asked
        else progress.ActivityState.NOT_ASKED
    )


def _late_if_asked(
    summary: progress.ProgressSummary,
    plan: Plan,
    rounds: Iterable[ReportingPeriod],
    today: date,
) -> progress.ProgressSummary:
    """The summary; in a plan that ended before its first round, nothing is late."""
    is_late = summary.punctuality == progress.Punctuality.LATE
    if not is_late or not is_over(plan, today):
        return summary
    return summary if rounds else replace(summary, punctuality=None)


def latest_report_day(rows: Iterable[CommitmentProgress]) -> date | None:
    """The latest day on which any report, of an agency or a source, was known."""
    return max(
        (day for day in (row.latest_report_day for row in rows) if day), default=None
    )


def count_states(rows: Iterable[CommitmentProgress]) -> progress.StateCounts:
    return progress.count_states(row.summary.state for row in rows)


def has_public_state(rows: Iterable[CommitmentProgress]) -> bool:
    """Whether anything public states the progress of any of these commitments."""
    states = (row.summary.state for row in rows)
    return any(state not in {None, *WITHOUT_PUBLIC_STATE} for state in states)


def reconstructed_work_of(
    rows: Iterable[CommitmentProgress],
) -> ReconstructedWork | None:
    found = [row for row in rows if not row.commitment.is_stated_by_plan]
    if not found:
        return None
    plan = found[0].commitment.plan
    reports = [each.reports for row in found for each in row.activities]
    return count_reconstructed_work(reports, plan.starts_on.year, plan.ends_on.year)


def count_reconstructed_work(
    reports: Iterable[Sequence[counted_updates.CountedReport]], first: int, last: int
) -> ReconstructedWork:
    """Count updates by activity, with every year from ``first`` to ``last``."""
    reports = list(reports)
    latest = [newest_update(each) for each in reports]
    last_reports = [each for each in latest if each]
    done = [each for each in last_reports if each.is_done]
    going = sum(
        each.execution == progress.ActivityState.IN_PROGRESS for each in last_reports
    )
    years = Counter(r.period_ends_on.year for each in reports for r in each)
    return ReconstructedWork(
        found=len(reports),
        done=len(done),
        by_office=sum(each.voice is not None and each.voice.is_office for each in done),
        by_press=sum(
            each.voice in {SourceVoice.PRESS, SourceVoice.ORGANISATION} for each in done
        ),
        going=going,
        other=len(last_reports) - len(done) - going,
        unreported=len(latest) - len(last_reports),
        years=tuple((y, years[y]) for y in sorted({*range(first, last + 1), *years})),
    )


def headline_of_rows(rows: Iterable[CommitmentProgress]) -> headline.Headline:
    return headline.headline_of([row.summary for row in rows], today=date.min)


def deadline_of(record) -> progress.Deadline:
    return progress.Deadline(record.starts_on, record.due_on, record.due_provenance)

"""States at an earlier round, and the days that amendments name."""

import re
from contextlib import suppress
from datetime import date

from strategic_areas.models import ReportingPeriod
from strategic_areas.queries.plan import counted_updates
from strategic_areas.queries.plan.plan_progress import PlanProgress
from strategic_areas.queries.plan.progress_rows import (
    CommitmentProgress,
    build_progress,
)


def commitments_changed_since(
    plan_progress: PlanProgress, period: ReportingPeriod
) -> tuple[CommitmentProgress, ...]:
    """
    Commitments whose state differs from that at the round's due date; no query.

    Updates of later periods, and stops after that day, are left out. The plan's
    structure is today's.
    """
    last = period.ends_on

    def by_then(updates):
        return [each for each in updates if each.period_ends_on <= last]

    former_rows = build_progress(
        [row.commitment for row in plan_progress.rows],
        [each.activity for each in plan_progress.activities],
        counted_updates.CountedUpdates(
            {
                each.activity.pk: by_then(each.reports)
                for each in plan_progress.activities
            },
            {
                row.commitment.pk: by_then(row.declarations)
                for row in plan_progress.rows
            },
        ),
        [each for each in plan_progress.periods if each.ends_on <= last],
        period.due_on,
    )
    return tuple(
        row
        for row, former in zip(plan_progress.rows, former_rows, strict=True)
        if row.summary.state != former.summary.state
    )


def parse_amendment_day(text: str) -> date | None:
    """The date written as 31/03/2026 or 2026-03-31; else None."""
    for pattern, order in ((r"(\d+)/(\d+)/(\d{4})", -1), (r"(\d{4})-(\d+)-(\d+)", 1)):
        if found := re.fullmatch(pattern, text.strip()):
            with suppress(ValueError):
                return date(*map(int, found.groups()[::order]))
    return None

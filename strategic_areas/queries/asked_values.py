"""
Indicator values that rounds require of agencies, and the status of each.

No unpublished number is read here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import override

from agencies.models import Agency
from strategic_areas import compliance
from strategic_areas.compliance import ReportStatus
from strategic_areas.models import (
    Indicator,
    Plan,
    PublishedFigure,
    ReportedSpan,
    ReportingPeriod,
)
from strategic_areas.queries.figures.phrases import span_heading

#: The report status of an unpublished value, by the status of its span.
STATUS_OF_SPAN = {
    ReportedSpan.Status.SUBMITTED: ReportStatus.SUBMITTED,
    ReportedSpan.Status.RETURNED: ReportStatus.RETURNED,
}


@dataclass(frozen=True)
class AskedValue:
    """A value of an indicator over some days that a round requires of an agency."""

    indicator: Indicator
    agency: Agency
    starts_on: date
    ends_on: date
    report_status: ReportStatus = ReportStatus.NOTHING
    first_submitted_on: date | None = None

    @property
    def code(self):
        return self.indicator.code

    @property
    def reference(self):
        """The code with the days, for places without the title."""
        return f"{self.code} ({self.span})"

    @property
    def span(self):
        return span_heading(self.starts_on, self.ends_on)

    @property
    def title(self):
        return f"{self.indicator.name}: {self.span}"

    @property
    def title_es(self):
        return self._title("es")

    @property
    def title_en(self):
        return self._title("en") if self.indicator.name_en else ""

    def _title(self, language):
        with override(language):
            return f"{getattr(self.indicator, f'name_{language}')}: {self.span}"

    @property
    def was_submitted(self):
        """Whether the agency ever submitted the value, or it is public."""
        return self.first_submitted_on is not None or self.is_public

    @property
    def is_public(self):
        return self.report_status is ReportStatus.PUBLISHED


def asked_indicators(plan: Plan) -> QuerySet:
    """Indicators for which a public plan's rounds require values."""
    return Indicator.objects.filter(
        Q(introduced_by=plan) | Q(introduced_by__starts_on__lt=plan.starts_on),
        introduced_by__in=Plan.objects.public(),
        agency__isnull=False,
    ).exclude(frequency=Indicator.Frequency.NOT_ASKED)


ValuesByRound = Mapping[ReportingPeriod, tuple[AskedValue, ...]]


def values_by_round(
    plan: Plan, periods: Iterable[ReportingPeriod], agency: Agency | None = None
) -> ValuesByRound:
    """
    The values that each round requires of one agency, or of all; at most three queries.

    Rounds ask about indicators of their own plan and of earlier ones. Demonstration
    rounds ask for no values, as values cannot be marked as demonstrations.
    """
    rounds = [each for each in periods if each.is_round and not each.is_demonstration]
    if not rounds or plan.status == Plan.Status.IN_PREPARATION:
        return {}
    indicators = asked_indicators(plan)
    of_agency = {"agency": agency} if agency else {}
    indicators = list(indicators.filter(**of_agency).select_related("agency"))
    if not indicators:
        return {}
    reported_spans = _reported_spans(indicators)
    public_spans = _public_spans(indicators)
    found = defaultdict(tuple)
    for period in rounds:
        for indicator in indicators:
            found[period] += tuple(
                _owed(indicator, plan, period, reported_spans, public_spans)
            )
    return found


def _owed(indicator, plan, period, reported_spans, public_spans):
    is_yearly = indicator.frequency == Indicator.Frequency.YEARLY
    for days in compliance.requested_spans(period, plan.starts_on, is_yearly=is_yearly):
        span = reported_spans.get((indicator.pk, indicator.agency_id, *days))
        is_public = (indicator.pk, *days) in public_spans
        first_submitted_on = span and span.submitted_on
        if compliance.is_value_owed(period, first_submitted_on, is_public=is_public):
            report_status = (
                ReportStatus.PUBLISHED if is_public else ReportStatus.NOTHING
            )
            if span and not is_public:
                report_status = STATUS_OF_SPAN.get(span.status, ReportStatus.NOTHING)
            yield AskedValue(
                indicator, indicator.agency, *days, report_status, first_submitted_on
            )


def _reported_spans(indicators):
    return {
        (row.indicator_id, row.agency_id, row.starts_on, row.ends_on): row
        for row in ReportedSpan.objects.filter(indicator__in=indicators)
    }


def _public_spans(indicators):
    rows = PublishedFigure.objects.public().latest_revisions()
    rows = rows.filter(indicator__in=indicators)
    return set(rows.values_list("indicator", "starts_on", "ends_on"))

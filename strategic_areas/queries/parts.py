"""Each agency's part in a commitment, and its numbers beside what was planned."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from agencies.models import Agency
from strategic_areas import progress
from strategic_areas.models import Activity, Commitment, ReportingPeriod
from strategic_areas.queries.timeline import Moment


@dataclass(frozen=True)
class AgencyPart:
    """One agency's activities toward a commitment, as the page tells each."""

    agency: Agency
    counts: progress.Counts
    accounts: tuple


@dataclass(frozen=True)
class Quantity:
    """How much an account states for its period; ``url`` is that of the account."""

    period: ReportingPeriod
    quantity: Decimal
    url: str


def by_agency(commitment: Commitment, accounts: Iterable) -> tuple[AgencyPart, ...]:
    """The lead's part first, then those of others by name."""
    groups = defaultdict(list)
    for account in accounts:
        groups[account.row.activity.agency].append(account)
    agencies = sorted(
        groups, key=lambda each: (each.pk != commitment.lead_id, each.name)
    )
    return tuple(
        AgencyPart(
            agency,
            progress.count(each.row.standing.state for each in groups[agency]),
            tuple(groups[agency]),
        )
        for agency in agencies
    )


def quantities(activity: Activity, moments: Iterable[Moment]) -> tuple[Quantity, ...]:
    """
    What its agency reports of an official activity, the latest first.

    Empty where the plan states no quantity to hold them against. Each stands for its
    own period: nobody says whether they may be added up. What a public source states of
    it was counted by others and is held against nothing.
    """
    if activity.quantity is None or not activity.is_official:
        return ()
    told = [moment.entry for moment in moments if moment.former is None]
    return tuple(
        Quantity(entry.period, entry.quantity, entry.get_absolute_url())
        for entry in told
        if entry.subject == activity
        and entry.quantity is not None
        and not entry.is_demonstration
        and not entry.is_recorded
    )

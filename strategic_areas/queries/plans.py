"""Which plans there are, which one is in force, and which one to show."""

from dataclasses import dataclass
from datetime import date

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    Subquery,
)

from strategic_areas.models import (
    Commitment,
    LaterActivity,
    Plan,
    Provenance,
    ReportingPeriod,
)
from strategic_areas.queries import amendments
from strategic_areas.queries.joins import joined, with_joined
from strategic_areas.queries.prepared import prepared


@dataclass(frozen=True)
class Choice:
    """The plan in force, if any, and the one that has something to show, if any."""

    in_force: Plan | None
    shown: Plan | None


def reconstructed(plan="pk"):
    """Whether the plan, by its lookup, is one of lines of work; costs no query."""
    standing = Commitment.objects.standing().filter(plan=OuterRef(plan))
    return Exists(standing.exclude(provenance=Provenance.PLAN))


@prepared
def public():
    """
    Plans that anyone may read, latest first.

    ``has_record``, ``has_later`` and ``has_amendments`` tell of content,
    ``is_reconstructed`` of where it comes from.
    """
    of_it = {"plan": OuterRef("pk")}
    return Plan.objects.public().annotate(
        has_record=Exists(Commitment.objects.filter(**of_it)),
        has_later=Exists(LaterActivity.objects.filter(**of_it)),
        has_amendments=Exists(amendments.approved().filter(**of_it)),
        is_reconstructed=reconstructed(),
    )


def with_plan(record):
    """The record, found with ``reconstructed("plan")``, and its plan told so."""
    if record:
        record.plan.is_reconstructed = record.of_lines
    return record


@prepared
def _public_by_period():
    """Public plans, latest first, one row for each period, the latest first."""
    return with_joined(public(), "periods", ReportingPeriod).order_by(
        "-starts_on", "code", "-periods__ends_on", "-periods__starts_on", "periods__pk"
    )


def _with_periods(rows) -> list[Plan]:
    """The plans of ``rows``, each with its ``known_periods``."""
    found = {}
    for row in rows:
        plan = found.setdefault(row.pk, row)
        known = plan.__dict__.setdefault("known_periods", [])
        if period := joined(row, "periods", ReportingPeriod):
            known.append(period)
    return list(found.values())


def find(code: str) -> Plan | None:
    """A public plan with its ``known_periods``; one query."""
    return next(iter(_with_periods(_public_by_period().filter(code=code))), None)


def periods_of(plan: Plan) -> list[ReportingPeriod]:
    """The plan's periods, the latest first: those read with it, else read now."""
    if hasattr(plan, "known_periods"):
        return plan.known_periods
    rows = ReportingPeriod.objects.filter(plan=plan)
    return list(rows.order_by("-ends_on", "-starts_on", "pk"))


def choose(today: date) -> Choice:
    """
    The latest approved plan whose dates hold today, and the plan for the home page.

    A plan in force without commitments gives way to the latest that has a record. One
    query, however many plans there were.
    """
    running = Q(status=Plan.Status.APPROVED, starts_on__lte=today, ends_on__gte=today)
    latest = Plan.objects.public().order_by("-starts_on", "code").values("pk")
    recorded = Exists(Commitment.objects.filter(plan=OuterRef("pk")))
    rows = _public_by_period().annotate(
        is_running=ExpressionWrapper(running, BooleanField())
    )
    found = _with_periods(
        rows.filter(
            Q(pk=Subquery(latest.filter(running)[:1]))
            | Q(pk=Subquery(latest.filter(recorded)[:1]))
        )
    )
    in_force = next((plan for plan in found if plan.is_running), None)
    if in_force and in_force.has_record:
        return Choice(in_force, in_force)
    shown = next((plan for plan in found if plan.has_record), in_force)
    return Choice(in_force, shown)


@dataclass(frozen=True)
class PlanLine:
    """A plan in the list of all, and the days without a plan before it."""

    plan: Plan
    in_force: bool
    gap_from: date | None
    gap_until: date | None


def lines(today: date) -> tuple[PlanLine, ...]:
    """All public plans, latest first, with the gaps between them."""
    choice, covered_until, found = choose(today), None, []
    for plan in sorted(public(), key=lambda plan: (plan.starts_on, plan.ends_on)):
        has_gap = covered_until and (plan.starts_on - covered_until).days > 1
        found.append(
            PlanLine(
                plan=plan,
                in_force=plan == choice.in_force,
                gap_from=covered_until if has_gap else None,
                gap_until=plan.starts_on if has_gap else None,
            )
        )
        covered_until = max(covered_until or plan.ends_on, plan.ends_on)
    return tuple(reversed(found))

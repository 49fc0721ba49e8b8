"""Which plans there are, which one is in force, and which one to show."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from strategic_areas.models import Commitment, LaterActivity, Plan, Provenance
from strategic_areas.queries import amendments


@dataclass(frozen=True)
class Choice:
    """The plan in force, if any, and the one that has something to show, if any."""

    in_force: Plan | None
    shown: Plan | None


def reconstructed(plan="pk"):
    """Whether the plan, by its lookup, is one of lines of work; costs no query."""
    standing = Commitment.objects.standing().filter(plan=OuterRef(plan))
    return Exists(standing.exclude(provenance=Provenance.PLAN))


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


def choose(today: date) -> Choice:
    """
    The latest approved plan whose dates hold today, and the plan for the home page.

    A plan in force without commitments gives way to the latest that has a record.
    """
    plans = list(public())
    running = [
        plan
        for plan in plans
        if plan.status == Plan.Status.APPROVED
        and plan.starts_on <= today <= plan.ends_on
    ]
    in_force = running[0] if running else None
    if in_force and in_force.has_record:
        return Choice(in_force, in_force)
    recorded = [plan for plan in plans if plan.has_record]
    return Choice(in_force, recorded[0] if recorded else in_force)


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

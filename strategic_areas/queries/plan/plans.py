"""Plans: the one in force, the one to show, and their approved changes."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from django.db.models import Count, Exists, OuterRef

from strategic_areas.models import (
    Activity,
    Amendment,
    Commitment,
    FrameworkTarget,
    LaterActivity,
    Plan,
    PlanChange,
    PlanFile,
    Provenance,
    ReportingPeriod,
    Term,
)
from strategic_areas.themes import Theme


@dataclass(frozen=True)
class PlanChoice:
    """The plan in force and the plan that the home page shows; either may be None."""

    in_force: Plan | None
    home_plan: Plan | None


def approved_changes():
    return PlanChange.objects.select_related("amendment")


def changes_by_an_act():
    """
    Changes of any record of a plan that an act ordered.

    Left out are changes without an act, corrections of errors and official matrices:
    they only changed what is known of the plan.
    """
    return (
        approved_changes()
        .exclude(
            amendment__kind__in=Amendment.KINDS_WITHOUT_ACT.values(),
        )
        .filter(amendment__isnull=False)
    )


def old_plain_value(change: PlanChange) -> object:
    """The old value as stored; None for a text or a purged value."""
    with suppress(ValueError):
        return json.loads(change.old_plain)
    return None


def is_reconstructed_column(plan="pk"):
    """A column: whether the plan at this lookup is reconstructed."""
    current = Commitment.objects.not_superseded().filter(plan=OuterRef(plan))
    return Exists(current.exclude(provenance=Provenance.PLAN))


def public_plans():
    """
    Public plans, latest first.

    Annotated: ``has_commitments``, ``has_later`` and ``has_changes`` (related records
    exist), ``is_reconstructed`` (any current commitment is) and
    ``has_recommendations`` (any recommendation to the country exists).
    """
    return Plan.objects.public().annotate(**FACTS)


LINKED_TO_PLAN = {"plan": OuterRef("pk")}
#: What pages ask about a plan; made once, since they ask with each page.
FACTS = {
    "has_commitments": Exists(Commitment.objects.filter(**LINKED_TO_PLAN)),
    "has_later": Exists(LaterActivity.objects.filter(**LINKED_TO_PLAN)),
    "has_changes": Exists(PlanChange.objects.filter(**LINKED_TO_PLAN))
    | Exists(PlanFile.objects.loaded().filter(**LINKED_TO_PLAN)),
    "is_reconstructed": is_reconstructed_column(),
    "has_recommendations": Exists(FrameworkTarget.objects.recommendations()),
}


def plan_by_code(code: str) -> Plan | None:
    return public_plans().filter(code=code).first()


def plans_with_areas():
    return public_plans().filter(has_commitments=True).prefetch_related("areas")


def periods_of(plan: Plan) -> list[ReportingPeriod]:
    rows = ReportingPeriod.objects.filter(plan=plan)
    return list(rows.order_by("-ends_on", "-starts_on", "pk"))


def opened_rounds(
    periods: Iterable[ReportingPeriod], today: date
) -> list[ReportingPeriod]:
    """Rounds that have opened, even if closed, latest first; no demonstrations."""
    rounds = [
        period
        for period in periods
        if period.is_round and not period.is_demonstration and period.opens_on <= today
    ]
    return sorted(
        rounds, key=lambda each: (each.ends_on, each.opens_on, -each.pk), reverse=True
    )


def latest_round(
    periods: Iterable[ReportingPeriod], today: date
) -> ReportingPeriod | None:
    return next(iter(opened_rounds(periods, today)), None)


def choose_plan(today: date, *, approving: Plan | None = None) -> PlanChoice:
    """
    Choose the plan in force today and the plan of the home page; one query.

    A plan without commitments gives way to the latest begun plan that has some, then to
    the next one. ``approving`` counts as approved.
    """
    plans = Plan.objects.public()
    if approving:
        plans |= Plan.objects.filter(pk=approving.pk)
    latest = list(plans.annotate(**FACTS).order_by("-starts_on", "code"))
    begun = [plan for plan in latest if plan.starts_on <= today]
    running = (
        plan
        for plan in begun
        if plan.ends_on >= today
        if plan.status == Plan.Status.APPROVED or plan == approving
    )
    in_force = next(running, None)
    if in_force and in_force.has_commitments:
        return PlanChoice(in_force, in_force)
    may_be_shown = (
        plan for plan in [*begun, *reversed(latest)] if plan.has_commitments
    )
    return PlanChoice(in_force, next(may_be_shown, in_force))


@dataclass(frozen=True)
class PlanListItem:
    """A plan in the list of all, and the days without a plan before it."""

    plan: Plan
    #: "in_force", "over", "ahead" or, for another running plan, "".
    phase: str
    commitment_count: int
    gap_from: date | None
    gap_until: date | None


def commitment_counts() -> dict[int, int]:
    current = Commitment.objects.not_superseded().order_by().values_list("plan")
    return dict(current.annotate(Count("pk")))


def plan_list_items(
    today: date,
    choice: PlanChoice | None = None,
    numbers: Mapping[int, int] = MappingProxyType({}),
) -> tuple[PlanListItem, ...]:
    """
    All public plans, latest first, with the gaps between them.

    ``numbers`` are the commitment counts by plan, if shown.
    """
    choice, covered_until, found = choice or choose_plan(today), None, []
    for plan in sorted(public_plans(), key=lambda plan: (plan.starts_on, plan.ends_on)):
        has_gap = covered_until and (plan.starts_on - covered_until).days > 1
        found.append(
            PlanListItem(
                plan=plan,
                phase=_phase(plan, choice, today),
                commitment_count=numbers.get(plan.pk, 0),
                gap_from=covered_until + timedelta(days=1) if has_gap else None,
                gap_until=plan.starts_on - timedelta(days=1) if has_gap else None,
            )
        )
        covered_until = max(covered_until or plan.ends_on, plan.ends_on)
    return tuple(reversed(found))


def _phase(plan, choice, today):
    if plan == choice.in_force:
        return "in_force"
    if is_over(plan, today):
        return "over"
    return "ahead" if plan.starts_on > today else ""


def is_over(plan: Plan, day: date) -> bool:
    """Whether the plan has ended by this day or was closed."""
    return plan.ends_on < day or plan.status == Plan.Status.ENDED


def themes_by_plan(**filters) -> dict[int, list[Theme]]:
    """The themes of activities by plan id; one query."""
    rows = Activity.objects.not_superseded().filter(**filters).exclude(themes=[])
    found = defaultdict(set)
    for plan, words in rows.order_by().values_list("plan", "themes").distinct():
        found[plan].update(words)
    return {plan: [each for each in Theme if each in found[plan]] for plan in found}


def first_commitment_code(plan: Plan) -> str:
    current = (
        Commitment.objects.not_superseded().filter(plan=plan).order_by("sort_code")
    )
    return current.values_list("code", flat=True).first() or ""


def public_terms() -> tuple[Term, ...]:
    """Terms of public plans; of two with one anchor, that of the latest plan."""
    rows = Term.objects.filter(plan__in=Plan.objects.public())
    found = {}
    for term in rows.order_by("-plan__starts_on", "plan__code", "sort_code"):
        found.setdefault(term.anchor, term)
    return tuple(found.values())

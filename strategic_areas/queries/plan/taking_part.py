"""Who carries a plan out: its commission in numbers."""

from dataclasses import dataclass

from agencies.models import Agency
from strategic_areas.models import Participation, Plan


@dataclass(frozen=True)
class TakingPart:
    """Who chairs the plan; how many are members, chairs too; and how many others."""

    plan: Plan
    chairs: tuple[Agency, ...]
    members: int
    partners: int


def in_plan(plan: Plan) -> TakingPart:
    """Who takes part in the plan; one query."""
    rows = Participation.objects.filter(plan=plan).select_related("agency")
    roles = [(each.role, each.agency) for each in rows.order_by("agency__name_es")]
    partners = sum(role == Participation.Role.PARTNER for role, _ in roles)
    return TakingPart(
        plan,
        tuple(agency for role, agency in roles if role == Participation.Role.CHAIR),
        len(roles) - partners,
        partners,
    )

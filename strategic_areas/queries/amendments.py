"""Approved changes of a plan; what is only proposed is not for the public yet."""

from strategic_areas.models import Amendment, Plan


def approved():
    """The only amendments that a public page may start from."""
    return Amendment.objects.filter(approved_at__isnull=False)


def of_plan(plan: Plan):
    """All of the plan, the latest first, each with the record that it is about."""
    return (
        approved()
        .filter(plan=plan)
        .select_related("plan", "commitment__plan", "activity__commitment__plan")
        .order_by("-decided_on", "-pk")
    )

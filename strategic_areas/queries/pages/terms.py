"""The terms that plans bring into the glossary."""

from strategic_areas.models import Plan, Term


def public() -> tuple[Term, ...]:
    """The terms of every public plan; of two with one code, that of the latest plan."""
    rows = Term.objects.filter(plan__in=Plan.objects.public())
    found = {}
    for term in rows.order_by("-plan__starts_on", "plan__code", "sort_code"):
        found.setdefault(term.anchor, term)
    return tuple(found.values())

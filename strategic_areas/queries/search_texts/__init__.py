"""
Everything that the search can find, which is what public pages print.

Each model is read by itself, from the rows that its own page starts from.
"""

from strategic_areas.queries.plan import plans
from strategic_areas.queries.search_texts import agencies, figures, lists, records
from strategic_areas.queries.search_texts.texts import SourcesSeen


def documents():
    """Every public record as a ``Document``."""
    public = {plan.pk: plan for plan in plans.public()}  # the latest first
    for rank, plan in enumerate(public.values()):
        plan.rank = rank
    seen = SourcesSeen()
    yield from records.documents(public, seen)
    yield from lists.documents(public)
    yield from agencies.documents(public, seen)
    yield from figures.documents(public, seen)
    yield from seen.documents()

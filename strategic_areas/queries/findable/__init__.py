"""
Everything that the search may find: what public pages print, in four queries.

Each kind of record starts from the rows that its own page starts from.
"""

from collections import defaultdict

from strategic_areas import glossary
from strategic_areas.queries import plans
from strategic_areas.queries.findable import accounts, records, shared
from strategic_areas.queries.findable.rows import rows
from strategic_areas.queries.findable.texts import in_both
from strategic_areas.search.documents import Document, Place


def documents():
    """Every public record as a ``Document``."""
    known = list(plans.public())  # the latest first
    ranks = {plan.code: rank for rank, plan in enumerate(known)}
    found = defaultdict(list)
    for row in rows():
        if not row.plan or row.plan in ranks:
            found[row.kind].append(row)
    for rank, plan in enumerate(known):
        yield records.plan_document(plan, rank)
    for kind, make in records.MAKE.items():
        for row in found[kind]:
            yield make(row, ranks.get(row.plan, 0))
    yield from shared.agency_documents(found, ranks)
    yield from shared.comment_documents(found["comment"], ranks)
    yield from shared.target_documents(found["target"], known)
    yield from shared.source_documents(found["source"], ranks)
    yield from accounts.documents()
    yield from terms()


def terms():
    """The words of the glossary."""
    for place, term in enumerate(glossary.TERMS):
        yield Document(
            kind="glossary",
            pk=term.anchor,
            title=in_both(term.word),
            place=Place("glossary", fragment=term.anchor),
            texts=(in_both(term.meaning),),
            order=(place,),
        )

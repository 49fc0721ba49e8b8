"""
Everything that the search can find, which is what public pages print.

Each model is read by itself, from the rows that its own page starts from. The lists of
a plan are found by what people ask.
"""

from django.utils.translation import gettext_noop

from strategic_areas.queries.plan import plans
from strategic_areas.queries.search_texts import agencies, figures, records
from strategic_areas.queries.search_texts.texts import (
    SourcesSeen,
    in_both,
    untranslated,
)
from strategic_areas.search.documents import Document, Place

#: What people ask that a list of a plan answers, and what it holds, by its page.
LISTS = {
    "agencies": (
        gettext_noop("Institutions of the plan"),
        gettext_noop("What each undertook, who has reported and who has not."),
        gettext_noop(
            "who has not reported, which institutions are silent, missing reports, "
            "who takes part, members"
        ),
    ),
    "commitments": (
        gettext_noop("All commitments of the plan"),
        gettext_noop("One table with filters: what is late, what is done, by area."),
        gettext_noop(
            "all commitments as a table, list of actions, what is late, overdue"
        ),
    ),
    "updates": (
        gettext_noop("Everything published on the plan"),
        gettext_noop("By period, institution and area, the newest first."),
        gettext_noop("what changed since, news, latest reports, what is new"),
    ),
}
#: The same of the list of indicators. Those that a question names answer it themselves.
FIGURES = (
    gettext_noop("Figures"),
    gettext_noop("How many victims, cases, investigations and convictions, by source."),
    gettext_noop(
        "how many victims were identified, rescued or assisted, how many cases, "
        "investigations, convictions, sentences, figures by year, statistics"
    ),
)


def lists_of_plans(public):
    """The lists of each plan that has a record, its latest ``rank`` first."""
    called, held, asked = map(in_both, FIGURES)
    yield Document(
        kind="page",
        pk="figures",
        title=called,
        place=Place("indicators"),
        texts=(held,),
        questions=(asked,),
    )
    for plan in public.values():
        for place, (name, words) in enumerate(LISTS.items()):
            if plan.has_record:
                yield _list(plan, place, name, *map(in_both, words))


def _list(plan, place, name, called, held, asked):
    return Document(
        kind="page",
        pk=f"{plan.code}-{name}",
        title=called,
        place=Place(name, (plan.code,)),
        texts=(held,),
        captions=(untranslated(plan.code),),
        questions=(asked,),
        order=(plan.rank, place),
    )


def documents():
    """Every public record as a ``Document``."""
    public = {plan.pk: plan for plan in plans.public()}  # the latest first
    for rank, plan in enumerate(public.values()):
        plan.rank = rank
    seen = SourcesSeen()
    yield from records.documents(public, seen)
    yield from lists_of_plans(public)
    yield from agencies.documents(public, seen)
    yield from figures.documents(public, seen)
    yield from seen.documents()

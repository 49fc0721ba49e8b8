"""Searching everything that is public."""

from functools import cache
from itertools import chain

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from strategic_areas import search
from strategic_areas.queries import findable, plans
from strategic_areas.views import texts
from strategic_areas.views.parameters import query

#: The site's own texts change only with the build.
own = cache(lambda: tuple(texts.documents()))
INDEX = search.Index(lambda: chain(findable.documents(), own()))


def search_page(request):
    """
    What is found for ``q``: of every kind the first, or of one ``kind`` all, in pages.

    The version was read before the texts: what is found is at least as new.
    """
    question = search.ask(request.GET.get("q", ""), get_language())
    kind, page = request.GET.get("kind", ""), _page(request)
    context = {"plan": plans.choose(timezone.localdate()).shown, "question": question}
    context |= {"longest": search.LONGEST, "most_words": search.MOST_WORDS}
    if question.text:
        # What is found for some words is nobody's to list.
        asked = query({"q": question.text, "kind": kind})
        context |= {"is_variant": True, "page_query": asked}
    if question.words:
        with INDEX.at(request.publication_version) as index:
            context |= _found(index, question, kind, page)
    return render(request, "search.html", context)


def _found(index, question, kind, page):
    if not kind:
        return {"answer": search.answer(index, question)}
    group = search.of_kind(index, question, kind, page)
    if not group.hits:
        raise Http404
    return {"group": group, "page": page, "pages": -(-group.total // search.PER_PAGE)}


def _page(request):
    number = request.GET.get("page", "1")
    if not (number.isdecimal() and len(number) < 6 and int(number)):
        raise Http404
    return int(number)


def description(request):
    """How a browser may offer this search beside others (OpenSearch 1.1)."""
    context = {"site": settings.SITE_URL, "name": _("Anti-trafficking")}
    text = render_to_string("search.xml", context)
    kind = "application/opensearchdescription+xml; charset=utf-8"
    return HttpResponse(text, content_type=kind)

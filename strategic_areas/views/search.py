"""Search of everything public."""

from functools import cache, partial
from html import unescape
from itertools import chain

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.template.loader_tags import BlockNode
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import get_language, gettext as _

from strategic_areas import glossary
from strategic_areas.datasets import DATASETS
from strategic_areas.public_paths import public_path
from strategic_areas.queries import search_texts
from strategic_areas.queries.pages import help_lines
from strategic_areas.queries.plan import plans
from strategic_areas.queries.search_texts import LISTS, in_both, in_each
from strategic_areas.search import index, results, words
from strategic_areas.search.index import Document, DocumentAddress
from strategic_areas.views.about import facts, rules
from strategic_areas.views.parameters import build_query, found_or_404, query_values

#: URL names of pages that are the same for every plan.
PAGES = (
    "about",
    "data",
    "methodology",
    "protection",
    "help",
    "accessibility",
    "privacy",
    "terms",
    "contact",
)
#: Common queries by page.
EXACT_QUERIES = {
    "help": ("ayuda", "help", "denunciar", "teléfono", "telephone"),
    "methodology": ("citar", "cómo citar", "cite", "how to cite"),
    "data": ("csv", "excel", "descargar", "descargas", "datos", "download", "data"),
}
own = cache(lambda: tuple(site_documents()))


def documents():
    return chain(search_texts.documents_of_records(), own())


def search_page(request):
    """The first hits of every kind for ``q``, or pages of one ``kind``."""
    question = words.parse_question(request.GET.get("q", ""), get_language())
    wanted = query_values(request, "kind", "page")
    kind, page = wanted.get("kind", ""), wanted.get("page", "1")
    if page == "0" or not page.isdecimal():
        raise Http404
    plan = plans.choose_plan(timezone.localdate()).home_plan
    context = {"plan": plan, "question": question}
    context |= {"longest": words.LONGEST, "most_words": words.MAX_WORDS}
    if question.text:
        # Search engines should not index search results.
        query = build_query({"q": question.text, "kind": kind})
        context |= {"is_filtered_or_sorted": True, "page_query": query}
    if not question.words:
        context["example"] = plan and plans.first_commitment_code(plan)
        context["ways"] = _suggested_links(plan)
        return render(request, "search.html", context)
    outdated = index.update_index(request.content_label, documents)
    if kind:
        group = found_or_404(results.search_kind(question, kind, int(page), outdated))
        pages = -(-group.total // results.PER_PAGE)
        context |= {"group": group, "page": int(page), "pages": pages}
    else:
        context["answer"] = results.search_all(question, outdated)
        if straight := context["answer"].straight:
            return redirect(straight)
        if not context["answer"].total:
            context["ways"] = _suggested_links(plan)
    return render(request, "search.html", context)


def _suggested_links(plan):
    links = [(public_path("indicators"), _("Figures"))]
    if plan and plan.has_commitments:
        links += [
            (public_path(name, plan.code), _(title))
            for name, (title, *_other) in LISTS.items()
            if plan.has_recommendations or name != "recommendations"
        ]
        links += [
            (public_path("theme", plan.code, theme), theme.label)
            for theme in plans.themes_by_plan(plan=plan).get(plan.pk, ())
        ]
    return [*links, (public_path("help"), _("Need help? Telephone lines"))]


def description(request):
    return HttpResponse(
        render_to_string(
            "search.xml", {"site": settings.SITE_URL, "name": _("Anti-trafficking")}
        ),
        content_type="application/opensearchdescription+xml; charset=utf-8",
    )


def site_documents():
    """A ``Document`` of each of ``PAGES`` and of each glossary entry."""
    queries = {
        **EXACT_QUERIES,
        "help": EXACT_QUERIES["help"] + help_lines.emergency_number(),
    }
    for position, name in enumerate(PAGES):
        yield Document(
            kind="page",
            pk=name,
            title=_block(name, "title"),
            address=DocumentAddress(name),
            texts=(
                _block(name, "content"),
                *(_dataset_texts() if name == "data" else ()),
            ),
            exact_queries=queries.get(name, ()),
            order=(position,),
        )
    for position, term in enumerate(glossary.TERMS):
        yield Document(
            kind="glossary",
            pk=term.anchor,
            title=in_both(term.word),
            address=DocumentAddress("glossary", fragment=term.anchor),
            texts=(in_both(term.meaning),),
            order=(position,),
        )


def _dataset_texts():
    words = [word for each in DATASETS.values() for word in (each.title, each.row)]
    return [in_each(partial(str, word)) for word in words]


def _block(name, block):
    template = get_template(f"{name}.html").template
    return in_each(lambda: _rendered(template, block))


def _rendered(template, name):
    blocks = template.nodelist.get_nodes_by_type(BlockNode)
    block = next(node for node in blocks if node.name == name)
    settings_context = {"portal": {"country": settings.COUNTRY.words}}
    context = Context({**settings_context, **facts(), **rules()})
    with context.bind_template(template):
        html = block.nodelist.render(context)
    _heading, heading_end, after_heading = html.partition("</h1>")
    # Each tag becomes a space, or the words around it would join.
    return " ".join(
        unescape(
            strip_tags((after_heading if heading_end else html).replace("<", " <"))
        ).split()
    )

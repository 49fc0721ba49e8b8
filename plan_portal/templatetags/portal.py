"""Tags of the public pages: addresses, texts in two languages, states, linked data."""

import json
import re
from functools import cache
from html import unescape

from django import template
from django.conf import settings
from django.template.defaultfilters import floatformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import (
    conditional_escape,
    escape,
    format_html,
    linebreaks,
    strip_tags,
)
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from strategic_areas import disclosure, sentences
from strategic_areas.addresses import address
from strategic_areas.disclosure import MARKER, PROTECTED
from strategic_areas.models import Provenance
from strategic_areas.progress import Counts
from strategic_areas.queries.figures import words
from strategic_areas.queries.plan import plans
from strategic_areas.sentences import DECLARED, PROMPTNESS, PUNCTUALITY

register = template.Library()

register.filter("planned", disclosure.planned)
register.filter("state_word", sentences.state_word)
register.filter("account_word", sentences.account_word)
register.filter("work_done", sentences.work_done)
register.filter("work_counted", sentences.work_counted)
register.filter("said_by", sentences.said_by)
register.filter("on_record", sentences.on_record)
register.simple_tag(address)

#: How many shapes and colours mark areas; the next area begins with the first again.
MARKS = 6


@register.simple_tag(takes_context=True)
def page_in(context, language):
    """
    The path of this page in a language.

    The context may hold ``page_subject``, a record whose address words differ between
    the languages, and ``page_query``, the query of the page, which is the same in both.
    """
    return _path_in(context, language) + context.get("page_query", "")


@register.simple_tag(takes_context=True)
def canonical(context):
    """
    The path by which search engines list this page; of a variant, that of the page.

    ``is_variant`` in the context tells that filters or an order were asked for. The
    pages of a long list are no variants.
    """
    query = "" if context.get("is_variant") else context.get("page_query", "")
    return _path_in(context, get_language()) + query


def _path_in(context, language):
    if subject := context.get("page_subject"):
        return subject.get_absolute_url(language=language)
    match = context["request"].resolver_match
    return reverse(f"{language}:{match.url_name}", kwargs=match.kwargs)


@register.filter
def absolute(path):
    """The full address of a path, from the settings and never from the request."""
    return f"{settings.SITE_URL}{path}"


def with_signs(text):
    """The text with each number on one line with its percent sign."""
    return re.sub(r"(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", text)


def text_of(record, field):
    """The text for this page, and whether only Spanish has it."""
    spanish = getattr(record, f"{field}_es") or ""
    english = getattr(record, f"{field}_en") or ""
    if MARKER in {spanish, english}:
        return _("[text withdrawn]"), False
    if get_language() == "es":
        return with_signs(spanish), False
    # Figures such as "24 h" belong to no language.
    has_words = re.search(r"[^\W\d_]{2}", spanish) is not None
    return with_signs(english or spanish), not english and has_words


@register.simple_tag
def bilingual(record, field):
    """A short text in the page's language, else in Spanish and marked so."""
    text, only_spanish = text_of(record, field)
    if not only_spanish:
        return text
    mark = '<span lang="es">{}</span> <small class="only-spanish">({})</small>'
    return format_html(mark, text, _("only in Spanish"))


@register.simple_tag(takes_context=True)
def prose(context, record, field, *, explained=False):
    """A text in paragraphs; "" if there is none. Its acronyms may be explained."""
    text, only_spanish = text_of(record, field)
    if not text:
        return ""
    paragraphs = linebreaks(text, autoescape=True)
    if explained:
        paragraphs = _explained(paragraphs, context)
    paragraphs = mark_safe(paragraphs)  # noqa: S308 - escaped
    if not only_spanish:
        return format_html(
            '<div class="prose">{}{}</div>', _translated(record, field), paragraphs
        )
    mark = (
        '<div class="prose"><p class="only-spanish">{}</p><div lang="es">{}</div></div>'
    )
    return format_html(mark, _("only in Spanish"), paragraphs)


@register.simple_tag(takes_context=True)
def explained(context, text):
    """A short text whose terms lead to the glossary."""
    return mark_safe(_explained(conditional_escape(text), context))  # noqa: S308


def _explained(html, context):
    """Lead from terms to the glossary; they are read once for a page."""
    page = getattr(context, "request", context)
    if not hasattr(page, "known_terms"):
        page.known_terms = {e.code: e.get_absolute_url() for e in plans.public_terms()}
    return _with_links(html, page.known_terms)


def _with_links(html, addresses):
    """
    The text with a link from each term to its address, where it first stands.

    ``addresses`` are those of the terms by their codes. The text is gone through once:
    no term is looked for in the link of another.
    """
    left = {escape(code): address for code, address in addresses.items()}
    if not left:
        return html

    def link(match):
        address = left.pop(match[0], None)
        return f'<a href="{escape(address)}">{match[0]}</a>' if address else match[0]

    codes = "|".join(map(re.escape, sorted(left, key=len, reverse=True)))
    return re.sub(rf"(?<!\w)(?:{codes})(?!\w)", link, html)


def _translated(record, field):
    if get_language() == "es" or field not in getattr(record, "translated", ()):
        return ""
    mark = '<p class="only-spanish translated">{}</p>'
    return format_html(
        mark, _("translated by the secretariat; the agency wrote in Spanish")
    )


@register.filter
def figure(number):
    return number if number == PROTECTED else floatformat(number, "-2g")


@register.filter
def mark(area):
    """The number of the mark of an area, by its place in its plan."""
    return (area.place - 1) % MARKS + 1


register.filter("provenance", lambda kind: Provenance(kind).label if kind else "")
register.filter("declared", lambda result: DECLARED[result])


@register.simple_tag
def status(state, voice=None):
    if not state:
        return ""
    return made_once("_status.html", "state", state, sentences.state_word(state, voice))


@register.simple_tag
def account_status(entry):
    if not (state := sentences.account_state(entry)):
        return ""
    return made_once("_status.html", "state", state, sentences.account_word(entry))


@register.simple_tag
def punctuality(standing):
    kept = standing.punctuality
    return made_once("_punctuality.html", "kept", kept, str(PUNCTUALITY.get(kept, "")))


@register.simple_tag
def promptness(kept):
    return format_html(
        '<span class="promptness promptness--{}">{}</span>', kept, PROMPTNESS[kept]
    )


@cache
def made_once(template, name, value, word):
    """Render a mark of many rows once for each value."""
    return mark_safe(  # noqa: S308 - a template escaped it
        render_to_string(template, {name: value, "word": word}).strip()
    )


@register.filter
def dial(number):
    """A telephone number as a device dials it."""
    return "".join(char for char in str(number) if char.isdigit() or char in "*#+")


@register.inclusion_tag("_bar.html")
def bar(counts: Counts):
    """Counts by state as one bar in segments."""
    segments, start = [], 0
    for state, number in counts.by_state:
        if number:
            segments.append({"state": state, "start": start, "number": number})
            start += number
    return {"segments": segments, "total": counts.total}


#: These characters could end the element or begin a comment inside it.
ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&"}
#: Pages with a feed of their own. The others have the plan's.
FOLLOWED = ("plan", "area", "commitment", "agency")
#: The types of pages in schema.org, for pages that have one.
KINDS = {
    "about": "AboutPage",
    "contact": "ContactPage",
    "plans": "CollectionPage",
    "areas": "CollectionPage",
    "commitments": "CollectionPage",
    "agencies": "CollectionPage",
    "updates": "CollectionPage",
    "indicators": "CollectionPage",
    "search": "SearchResultsPage",
}


@register.tag
def plain(parser, token):
    """``{% plain name %}…{% endplain %}`` puts the text inside into ``name``."""
    _tag, name = token.split_contents()
    inside = parser.parse(("endplain",))
    parser.delete_first_token()
    return PlainNode(inside, name)


class PlainNode(template.Node):
    def __init__(self, nodelist, name):
        self.nodelist, self.name = nodelist, name

    def render(self, context):
        text = unescape(strip_tags(self.nodelist.render(context)))
        context[self.name] = " ".join(text.split()).replace(" .", ".")
        return ""


@register.simple_tag(takes_context=True)
def picture(context):
    """The address of the picture of the page's plan; "" if there is none."""
    plan = context.get("plan")
    return absolute(address("plan_picture", plan.code)) if plan else ""


@register.simple_tag(takes_context=True)
def companions(context):
    """
    The paths of the ``feed``, ``calendar`` and ``card`` that belong to this page.

    A page that has none of its own has those of the plan.
    """
    if not (plan := context.get("plan")):
        return {}
    match = context["request"].resolver_match
    kind, args = "plan", [plan.code]
    if match.url_name in FOLLOWED:
        kind, args = match.url_name, list(match.kwargs.values())
    found = {"feed": address(f"{kind}_feed", *args)}
    if kind in {"plan", "agency"}:
        found["calendar"] = address(f"{kind}_dates", *args)
    if kind in {"area", "commitment", "agency"}:
        found["card"] = address(f"{kind}_card", *args)
    return found


@register.inclusion_tag("_take.html", takes_context=True)
def take(context, citation="", files=()):
    """What one may take along of this page; nothing of a preview without an address."""
    if "title" not in context:
        return {}
    return {
        "citation": citation,
        "files": files,
        "links": companions(context),
        "title": context["title"],
        "url": absolute(page_in(context, get_language())),
        "today": context["portal"]["today"],
    }


@register.simple_tag
def og_locale():
    return "en_US" if get_language() == "en" else f"es_{settings.COUNTRY.code}"


@register.simple_tag(takes_context=True)
def page_data(context, title, url):
    name = context["request"].resolver_match.url_name
    page = {
        "@type": KINDS.get(name, "WebPage"),
        "@id": url,
        "url": url,
        "name": title,
        "inLanguage": get_language(),
        "isPartOf": _website(),
    }
    if about := _about(context, name):
        page["mainEntity"] = about
    return _element({"@context": "https://schema.org", **page})


@register.simple_tag
def breadcrumb_data(plan, page, parent, parent_address):
    steps = [(_("Home"), address("home"))]
    if plan:
        words = _("Plan %(code)s") % {"code": plan.code}
        steps.append((words, plan.get_absolute_url()))
    if parent:
        steps.append((str(parent), parent_address))
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": absolute(path)}
        for place, (name, path) in enumerate(steps, start=1)
    ]
    items.append({"@type": "ListItem", "position": len(items) + 1, "name": str(page)})
    return _element(
        {
            "@context": "https://schema.org",
            "@type": "BreadcrumbList",
            "itemListElement": items,
        }
    )


def _website():
    """Only an official one names the secretariat."""
    site = {
        "@type": "WebSite",
        "name": _("National Plan against Human Trafficking"),
        "url": absolute(address("home")),
    }
    if settings.OFFICIAL_SITE:
        site["publisher"] = {
            "@type": "GovernmentOrganization",
            "name": settings.SECRETARIAT_NAME,
        }
    return site


def _about(context, name):
    plan = context.get("plan")
    if name == "agency":
        agency = context["agency"]
        return {
            "@type": "GovernmentOrganization",
            "name": agency.name,
            "alternateName": agency.local_acronym,
        }
    if name == "update":
        return _account(context["entry"])
    if name == "indicator":
        return _dataset(context["page"], context["files"])
    if name in {"plan", "area", "commitment"} and plan:
        return {
            "@type": "Report",
            "name": plan.title,
            "temporalCoverage": f"{plan.starts_on}/{plan.ends_on}",
            "spatialCoverage": {"@type": "Country", "name": settings.COUNTRY.name},
        }
    return None


def _dataset(page, files):
    found = {
        "@type": "Dataset",
        "name": words.in_language(page.indicator, "name"),
        "identifier": page.indicator.code,
        "description": words.in_language(page.indicator, "definition"),
        "spatialCoverage": {"@type": "Country", "name": settings.COUNTRY.name},
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": form,
                "contentUrl": absolute(path),
            }
            for form, path in files
        ],
    }
    if page.points:
        first = min(point.starts_on for point in page.points)
        last = max(point.ends_on for point in page.points)
        found["temporalCoverage"] = f"{first}/{last}"
    return {name: value for name, value in found.items() if value}


def _account(entry):
    """
    Of a withdrawn account it tells no more than the page.

    Its agency is the author of what it reported here, and of nothing else.
    """
    agency = {"@type": "GovernmentOrganization", "name": entry.agency.name}
    told = {
        "@type": "Report",
        "name": entry.subject.title,
        "temporalCoverage": f"{entry.period.starts_on}/{entry.period.ends_on}",
        "about": agency,
    }
    if entry.dated_on:
        told["datePublished"] = f"{entry.dated_on}"
    if entry.is_recorded:
        told["sdDatePublished"] = f"{entry.published_on}"
        told["isBasedOn"] = [_source(each) for each in entry.sources]
    elif not entry.is_demonstration:
        told["author"] = agency
    return told


def _source(source):
    work = {"@type": "CreativeWork", "name": source.title}
    if source.url:
        work["url"] = source.url
    if source.publisher:
        work["publisher"] = {"@type": "Organization", "name": source.publisher}
    return work


def _element(content):
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    script = f'<script type="application/ld+json">{text.translate(ESCAPES)}</script>'
    return mark_safe(script)  # noqa: S308 - nothing in it can end the element

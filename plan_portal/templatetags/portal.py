"""Template tags of public pages: links, bilingual texts, states."""

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
from django.utils.translation import get_language, gettext as _, pgettext

from strategic_areas import count_sentences, disclosure, sentences
from strategic_areas.commitment_states import (
    PLAIN,
    CommitmentState,
    StateFamily,
    family_of,
)
from strategic_areas.disclosure import MARKER, PROTECTED
from strategic_areas.models import Provenance
from strategic_areas.progress import ActivityState, Punctuality, StateCounts
from strategic_areas.public_paths import public_path
from strategic_areas.queries.plan import plans
from strategic_areas.sentences import DECLARED, FAMILY_WORDS, TIMELINESS

register = template.Library()

register.filter("planned", disclosure.disclose_planned_quantity)
register.filter("state_word", sentences.state_word)
register.filter("in_family", family_of)
register.filter("update_label", sentences.update_label)
register.filter("stated", sentences.cited_state)
register.filter("work_done", sentences.work_done)
register.filter("work_in_cell", sentences.work_in_cell)
register.filter("years_on_record", sentences.years_on_record)
register.filter("source_and_month", sentences.source_and_month)
register.filter("on_record", sentences.on_record)
register.filter("parts_on_record", count_sentences.parts_on_record)
register.filter("spelled", count_sentences.spell_number)
register.filter("family_counts_text", count_sentences.family_counts_text)
register.filter("late_commitments_text", count_sentences.late_commitments_text)
register.filter("open_commitments_text", count_sentences.open_commitments_text)
register.simple_tag(public_path)

#: Number of symbols of areas; further areas repeat them.
AREA_SYMBOLS = 6


@register.simple_tag(takes_context=True)
def page_in(context, language):
    """The path of this page in a language."""
    return _path_in(context, language) + context.get("page_query", "")


@register.simple_tag(takes_context=True)
def canonical(context):
    """
    The path for search engines; a page that ``is_filtered_or_sorted`` has its base
    page's.
    """
    query = (
        "" if context.get("is_filtered_or_sorted") else context.get("page_query", "")
    )
    return _path_in(context, get_language()) + query


def _path_in(context, language):
    if subject := context.get("page_subject"):
        return subject.get_absolute_url(language=language)
    match = context["request"].resolver_match
    return reverse(f"{language}:{match.url_name}", kwargs=match.kwargs)


@register.filter
def absolute(path):
    """The full URL of a path, from the settings and never from the request."""
    return f"{settings.SITE_URL}{path}"


def with_signs(text):
    """Keep each number on one line with its percent sign."""
    return re.sub(r"(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", text)


def text_of(record, field):
    """The text for this page, and whether it exists in Spanish only."""
    spanish = getattr(record, f"{field}_es") or ""
    english = getattr(record, f"{field}_en") or ""
    if MARKER in {spanish, english}:
        return _("[text withdrawn]"), False
    if get_language() == "es":
        return with_signs(spanish), False
    # Texts such as "24 h" need no translation.
    has_words = re.search(r"[^\W\d_]{2}", spanish) is not None
    return with_signs(english or spanish), not english and has_words


@register.simple_tag
def bilingual(record, field):
    """A short text in the page's language, else in Spanish and marked as such."""
    return _marked(*text_of(record, field))


@register.simple_tag
def brief(record, field):
    text, only_spanish = text_of(record, field)
    begun = _marked(with_signs(sentences.shortened(text)), only_spanish)
    return format_html("{} {}", begun, _translated(record, field, "small"))


def _marked(text, only_spanish):
    if not only_spanish:
        return text
    mark = '<span lang="es">{}</span> <small class="only-spanish">({})</small>'
    return format_html(mark, text, _("only in Spanish"))


@register.simple_tag(takes_context=True)
def prose(context, record, field, *, explained=False):
    """A text in paragraphs, or ""; with ``explained``, acronyms are explained."""
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
    return mark_safe(_explained(conditional_escape(text), context))  # noqa: S308


def _explained(html, context):
    page = getattr(context, "request", context)
    if not hasattr(page, "known_terms"):
        page.known_terms = {e.code: e.get_absolute_url() for e in plans.public_terms()}
    return _with_links(html, page.known_terms)


def _with_links(html, addresses):
    """
    Link the first occurrence of each term; ``addresses`` maps terms to URLs.

    One pass, so that no term is looked for inside a link.
    """
    left = {escape(code): address for code, address in addresses.items()}
    if not left:
        return html

    def link(match):
        address = left.pop(match[0], None)
        return f'<a href="{escape(address)}">{match[0]}</a>' if address else match[0]

    codes = "|".join(map(re.escape, sorted(left, key=len, reverse=True)))
    return re.sub(rf"(?<!\w)(?:{codes})(?!\w)", link, html)


def _translated(record, field, element="p"):
    if get_language() == "es" or field not in getattr(record, "translated", ()):
        return ""
    words = _("translated by the secretariat; the agency wrote in Spanish")
    return format_html('<{0} class="only-spanish translated">{1}</{0}>', element, words)


@register.filter
def figure(number):
    return number if number == PROTECTED else floatformat(number, "-2g")


@register.filter
def mark(area):
    return (area.position - 1) % AREA_SYMBOLS + 1


register.filter("provenance", lambda kind: Provenance(kind).label if kind else "")
register.filter("declared", lambda result: DECLARED[result])
register.filter(
    "currency",
    # A country whose sign is the code of its currency has no form such as "RD$".
    lambda code: (
        f"{settings.COUNTRY.currency_sign.upper()}$"
        if code == settings.COUNTRY.currency != settings.COUNTRY.currency_sign.upper()
        else f"{code}\xa0"
    ),
)


@register.simple_tag
def status(state, voice=None):
    if not state:
        return ""
    return family_mark(_mark_of(state, voice), sentences.state_word(state, voice))


def _mark_of(state, voice):
    is_sure = state != ActivityState.COMPLETED or voice is None or voice.is_office
    return family_of(state) if is_sure else "claimed"


@register.simple_tag
def family(state, detail="", voice=None):
    """
    The family of a commitment's state, and below it the exact state if that adds
    something.
    """
    if not state:
        return ""
    if isinstance(state, StateFamily):
        return family_mark(state, str(FAMILY_WORDS[state]))
    if not isinstance(state, CommitmentState):
        return status(state, voice)
    exact = "" if state in PLAIN else sentences.state_word(state)
    below = ", ".join(text for text in (exact[:1].lower() + exact[1:], detail) if text)
    shown = family(family_of(state))
    return (
        format_html('{}<span class="exact">{}</span>', shown, below) if below else shown
    )


@register.simple_tag
def family_mark(family, word=""):
    return render_once("_family.html", "family", family, word)


@register.simple_tag
def late(summary):
    code = summary.punctuality
    if code == Punctuality.AT_RISK:
        return render_once(
            "_late.html", "punctuality", code, pgettext("a mark", "At risk")
        )
    if code != Punctuality.LATE:
        return ""
    return render_once(
        "_late.html", "punctuality", code, sentences.punctuality_word(summary)
    )


@register.simple_tag
def late_by(days):
    return render_once("_late.html", "punctuality", "late", sentences.late_by(days))


@register.inclusion_tag("_family_bar.html")
def family_bar(counts: StateCounts):
    parts = [
        (family, FAMILY_WORDS[family], number, number * 100_000 // counts.total)
        for family, number in counts.by_family
        if number
    ]
    return {"parts": parts}


@register.simple_tag
def update_status(entry):
    if not (state := sentences.reported_state(entry)):
        return ""
    return family_mark(_mark_of(state, entry.voice), sentences.update_label(entry))


@register.simple_tag
def punctuality(summary):
    code, word = summary.punctuality, sentences.punctuality_word(summary)
    return late(summary) or render_once("_punctuality.html", "punctuality", code, word)


@register.simple_tag
def promptness(code):
    return format_html(
        '<span class="promptness promptness--{}">{}</span>', code, TIMELINESS[code]
    )


@cache
def render_once(template, name, value, word):
    return mark_safe(  # noqa: S308 - a template escaped it
        render_to_string(template, {name: value, "word": word}).strip()
    )


@register.filter
def dial(number):
    """A telephone number in the form for ``tel:`` links."""
    return "".join(char for char in str(number) if char.isdigit() or char in "*#+")


#: Pages with a feed of their own. The others have the plan's.
PAGES_WITH_FEED = ("plan", "area", "commitment", "agency")


@register.tag
def plain(parser, token):
    """``{% plain name %}…{% endplain %}`` stores the text inside as ``name``."""
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
    plan = context.get("plan")
    return absolute(public_path("plan_picture", plan.code)) if plan else ""


@register.simple_tag(takes_context=True)
def companions(context):
    """
    Paths of the page's ``feed``, ``calendar`` and ``card``, by default those of its
    plan, and of the plan's ``days``, its editions by date.
    """
    if not (plan := context.get("plan")):
        return {}
    match = context["request"].resolver_match
    kind, args = "plan", [plan.code]
    if match.url_name in PAGES_WITH_FEED:
        kind, args = match.url_name, list(match.kwargs.values())
    found = {"feed": public_path(f"{kind}_feed", *args)}
    found["days"] = public_path("edition_by_date", plan.code)
    if kind in {"plan", "agency"} and plan.ends_on >= context["portal"]["today"]:
        found["calendar"] = public_path(f"{kind}_dates", *args)
    if kind in {"area", "commitment", "agency"}:
        found["card"] = public_path(f"{kind}_card", *args)
    return found


@register.inclusion_tag("_take.html", takes_context=True)
def take(context, citation="", files=(), **others):
    # Citation, files and feeds of a page or a chart, in one line.
    if "title" not in context:
        return {}
    return {
        "citation": citation,
        "files": files,
        "links": companions(context) if _is_of_plan(context) else {},
        "title": context["title"],
        "url": absolute(page_in(context, get_language())),
        "today": context["portal"]["today"],
        **others,
    }


def _is_of_plan(context):
    match = context["request"].resolver_match
    return match.url_name == "home" or "plan" in match.kwargs


@register.simple_tag
def og_locale():
    return "en_US" if get_language() == "en" else f"es_{settings.COUNTRY.code}"

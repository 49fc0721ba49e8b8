"""Words for records and values; an unknown value is shown as it is."""

import re

from django import template
from django.utils.html import format_html

from plan_portal.templatetags.portal import bilingual, text_of
from strategic_areas import sentences
from strategic_areas.disclosure import PROTECTED
from strategic_areas.models import Indicator
from strategic_areas.queries.figures import indicators, phrases
from strategic_areas.queries.pages import changes, editions

register = template.Library()
register.filter("other_reconstructed_work", sentences.other_reconstructed_work)


register.filter("what_changes", sentences.changed_field_name)
register.filter("kind_of_record", sentences.kind_of_record)
register.filter("stop_phrase", sentences.stop_phrase)
register.filter("target_code", sentences.target_code)
register.filter("lead_word", sentences.lead_word)
register.filter("author", sentences.author_of)
register.filter("dated", sentences.update_date)


#: A title from its first preposition or conjunction to its end.
TITLE_TAIL = re.compile(
    r" (?:a|al|con|de|del|e|en|o|para|por|que|sin|sobre|y"
    r"|and|at|by|for|from|in|of|on|or|that|to|with) .*"
)


@register.filter
def headword(activity):
    """The first words of its title: "Apertura" of "Apertura de las oficinas"."""
    title, only_spanish = text_of(activity, "title")
    words = TITLE_TAIL.sub("", title)
    return format_html('<span lang="es">{}</span>', words) if only_spanish else words


@register.filter
def letter(activity, commitment):
    """The letter of an activity within its commitment: "b" of "2.1.3.b"."""
    return activity.code.removeprefix(f"{commitment.code}.")


@register.inclusion_tag("_hidden_here.html", takes_context=True)
def hidden_here(context, record):
    """Overdue takedowns on the page of a record."""
    is_any = getattr(context.get("request"), "overdue", 0)
    return {"takedowns": changes.overdue_takedowns_on_page(record) if is_any else ()}


@register.inclusion_tag("_hidden_here.html", takes_context=True)
def hidden_among(context, kind):
    """Overdue takedowns on a page that lists all records of a kind."""
    is_any = getattr(context.get("request"), "overdue", 0)
    return {"takedowns": changes.overdue_takedowns_of_kind(kind) if is_any else ()}


register.filter("instrument", lambda kind: sentences.INSTRUMENT_KINDS.get(kind, kind))
register.filter(
    "framework_name", lambda code: sentences.FRAMEWORK_NAMES.get(code, code)
)
register.filter("path_in_plan", lambda target, plan: target.address_in(plan))
register.filter("body", lambda code: sentences.BODY_NAMES.get(code, code))
register.filter("short_body", lambda code: sentences.SHORT_BODIES.get(code, code))
register.filter("contracted", lambda text: text.replace(" a el ", " al "), is_safe=True)
register.filter("done_and_going", sentences.done_and_going)
register.filter("target_kind", lambda kind: sentences.TARGET_KINDS.get(kind, kind))
register.filter("change_word", lambda change: sentences.CHANGES[change])
register.filter("attained", lambda attainment: phrases.ATTAINED[attainment.code])
register.filter("value_text", phrases.value_text)
register.filter("measured", phrases.value_with_unit)
register.filter("who", phrases.counted_by_phrase)
register.filter("source_phrase", phrases.source_phrase)
register.filter("cited", phrases.citation_phrase)
register.filter("number", phrases.format_figure)
register.filter("dimension", phrases.dimension_phrase)
register.filter("caption", phrases.value_caption)
register.filter("in_words", phrases.text_in_language)

register.filter("value_state", phrases.status_phrase)
register.filter("quoted", phrases.quotation_phrase)


@register.filter
def spoken(agencies):
    """Names of agencies within a sentence: "la Fiscalía y el Ministerio de Trabajo"."""
    return sentences.join_words([each.spoken_name for each in agencies])


@register.filter
def span(point):
    return phrases.span_heading(
        point.starts_on, point.ends_on, *phrases.precisions_of_days(point)
    )


@register.filter
def when(point):
    return phrases.span_phrase(
        point.starts_on, point.ends_on, *phrases.precisions_of_days(point)
    )


register.filter("span_after_number", phrases.span_after_number)


@register.filter
def anchor(point):
    return phrases.value_anchor(point.starts_on, point.ends_on)


@register.filter
def baseline_span(indicator):
    return phrases.span_heading(
        indicator.baseline_starts_on, indicator.baseline_ends_on
    )


@register.simple_tag(takes_context=True)
def victims_total_indicator(context):
    """The indicator that states how many victims are counted; read once per page."""
    store = getattr(context, "request", context)
    if not hasattr(store, "victims_total_indicator"):
        store.victims_total_indicator = indicators.family_total_indicator(
            Indicator.Family.VICTIMS
        )
    return store.victims_total_indicator


@register.simple_tag(takes_context=True)
def edition_of(context, plan, period):
    """The edition of a closed round; those of the plan are read once per page."""
    store = getattr(context, "request", context)
    if not hasattr(store, "editions_of_rounds"):
        store.editions_of_rounds = editions.edition_by_round(plan)
    return store.editions_of_rounds.get(period.pk) if period else None


@register.simple_tag
def public_value(change, name):
    return str(PROTECTED) if name in change.protected else bilingual(change, name)

"""
Words of records, of values and of counts; an unknown word is shown as it is.

The number and gender of a count follow what is counted: Spanish says "9 suspendidos"
of commitments, and "9 suspendidas" of activities.
"""

from django import template
from django.utils.html import format_html_join
from django.utils.translation import npgettext_lazy

from plan_portal.templatetags.portal import bilingual
from strategic_areas import sentences
from strategic_areas.disclosure import PROTECTED
from strategic_areas.models import Indicator
from strategic_areas.progress import State
from strategic_areas.queries.figures import indicators, words
from strategic_areas.queries.pages import changes

register = template.Library()
register.filter("rest_on_record", sentences.rest_on_record)

#: Used of official plans only: in a reconstruction finished work is not counted.
ACTIVITIES = {
    State.LEFT_IN_PROGRESS: npgettext_lazy(
        "activities",
        "%(n)d under way by the last account",
        "%(n)d under way by the last account",
        "n",
    ),
    State.COMPLETED: npgettext_lazy(
        "activities", "%(n)d completed", "%(n)d completed", "n"
    ),
    State.IN_PROGRESS: npgettext_lazy(
        "activities", "%(n)d in progress", "%(n)d in progress", "n"
    ),
    State.NOT_STARTED: npgettext_lazy(
        "activities", "%(n)d not started", "%(n)d not started", "n"
    ),
    State.SUSPENDED: npgettext_lazy(
        "activities", "%(n)d suspended", "%(n)d suspended", "n"
    ),
    State.CANCELLED: npgettext_lazy(
        "activities", "%(n)d cancelled", "%(n)d cancelled", "n"
    ),
    State.IN_REVIEW: npgettext_lazy(
        "activities", "%(n)d reported, in review", "%(n)d reported, in review", "n"
    ),
    State.NO_REPORT: npgettext_lazy(
        "activities", "%(n)d without a report", "%(n)d without a report", "n"
    ),
    State.NOT_ASKED: npgettext_lazy(
        "activities",
        "%(n)d not asked for a report",
        "%(n)d not asked for a report",
        "n",
    ),
    State.NO_RECORD: npgettext_lazy(
        "activities", "%(n)d without a record", "%(n)d without a record", "n"
    ),
}


@register.simple_tag
def activity_tally(numbers):
    """The numbers of an official commitment's activities by state, in words."""
    return _said(numbers, ACTIVITIES)


@register.filter
def strip(years):
    """Every year with its number of records, as items of a list."""
    return format_html_join(
        "",
        '<li class="strip--{2}"><strong>{1}</strong> {0}</li>',
        years,
    )


@register.filter
def in_cell(years):
    """The years for a cell of a table, whose heading names them."""
    return format_html_join(
        "",
        '<span class="strip--{2}"><small>{0}:</small> {1}</span> ',
        years,
    )


def _said(numbers, words):
    return ", ".join(
        str(words[key] % {"n": number}) for key, number in numbers if number
    )


register.filter("what_changes", sentences.what_changes)
register.filter("kind_of_record", sentences.kind_of_record)
register.filter("stop_told", sentences.stop_told)
register.filter("target_code", sentences.target_code)
register.filter("lead_word", sentences.lead_word)
register.filter("author", sentences.author_of)
register.filter("since", sentences.since)
register.filter("dated", sentences.dated)


@register.inclusion_tag("_hidden_here.html", takes_context=True)
def hidden_here(context, record):
    """What is hidden on the page of a record and was not confirmed in time."""
    is_any = getattr(context.get("request"), "overdue", 0)
    return {"takedowns": changes.hidden_here(record) if is_any else ()}


@register.inclusion_tag("_hidden_here.html", takes_context=True)
def hidden_among(context, kind):
    """The same on a page that lists all records of a kind."""
    is_any = getattr(context.get("request"), "overdue", 0)
    return {"takedowns": changes.hidden_among(kind) if is_any else ()}


register.filter("instrument", lambda kind: sentences.INSTRUMENT_KINDS.get(kind, kind))
register.filter("family", lambda code: sentences.FAMILIES.get(code, code))
register.filter("place_in", lambda target, plan: target.address_in(plan))
register.filter("body", lambda code: sentences.BODIES.get(code, code))
register.filter("short_body", lambda code: sentences.SHORT_BODIES.get(code, code))
register.filter("done_and_going", sentences.done_and_going)
register.filter("target_kind", lambda kind: sentences.TARGET_KINDS.get(kind, kind))
register.filter("change_word", lambda change: sentences.CHANGES[change])
register.filter("attained", lambda attainment: words.ATTAINED[attainment.code])
register.filter("value_text", words.value_text)
register.filter("measured", words.measured)
register.filter("who", words.who)
register.filter("told_by", words.told_by)
register.filter("cited", words.cited)
register.filter("number", words.number)
register.filter("dimension", words.dimension)
register.filter("caption", words.caption)
register.filter("in_words", words.in_language)

register.filter("value_state", words.state)
register.filter("quoted", words.quoted)


@register.filter
def spoken(agencies):
    """Names of agencies within a sentence: "la Fiscalía y el Ministerio de Trabajo"."""
    return sentences.listed([each.spoken_name for each in agencies])


@register.filter
def span(point):
    return words.span(point.starts_on, point.ends_on, *words.exact_to(point))


@register.filter
def when(point):
    return words.when(point.starts_on, point.ends_on, *words.exact_to(point))


register.filter("beside", words.beside)


@register.filter
def anchor(point):
    """The fragment at which the value stands on the page of its indicator."""
    return words.anchor(point.starts_on, point.ends_on)


@register.filter
def baseline_span(indicator):
    return words.span(indicator.baseline_starts_on, indicator.baseline_ends_on)


@register.simple_tag(takes_context=True)
def teller_of_victims(context):
    """The indicator that tells how many victims are counted, read once for a page."""
    page = getattr(context, "request", context)
    if not hasattr(page, "teller_of_victims"):
        page.teller_of_victims = indicators.teller_of(Indicator.Family.VICTIMS)
    return page.teller_of_victims


@register.simple_tag
def told_value(change, name):
    """The old or the new value of a change of a plan, as the public reads it."""
    if name in change.protected:
        return str(PROTECTED)
    return bilingual(change, name)

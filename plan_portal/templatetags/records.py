"""
Words of records, and of values of indicators, as people read them.

Pages, files and pictures have the same words. An unknown word is shown as it is.
"""

from django import template

from strategic_areas import labels, sentences
from strategic_areas.labels import FAMILIES
from strategic_areas.queries.figures import words

register = template.Library()

register.filter("what_changes", labels.what_changes)
register.filter("kind_of_record", labels.kind_of_record)


@register.filter
def instrument(kind):
    """The name of a kind of legal instrument."""
    return labels.INSTRUMENT_KINDS.get(kind, kind)


@register.filter
def family(code):
    """The name of a family of international targets."""
    return FAMILIES.get(code, code)


@register.filter
def target_code(target):
    """The code of an international target as people write it."""
    return labels.target_code(target)


@register.filter
def target_kind(kind):
    """The name of a kind of target."""
    return labels.TARGET_KINDS.get(kind, kind)


@register.filter
def change_word(change):
    """What an account changed in the record, in words."""
    return labels.CHANGES[change]


@register.filter
def author(entry):
    """Who says what an account says."""
    return sentences.author_of(entry)


@register.filter
def since(period):
    """Since when a state holds, by the period for which it was first told."""
    return sentences.since(period)


register.filter("told", words.told)
register.filter("measured", words.measured)
register.filter("who", words.who)
register.filter("told_by", words.told_by)
register.filter("cited", words.cited)
register.filter("number", words.number)
register.filter("dimension", words.dimension)
register.filter("caption", words.caption)
register.filter("in_words", words.in_language)


@register.filter
def span(point):
    """The span of a value or of a target as a heading."""
    return words.span(point.starts_on, point.ends_on)


@register.filter
def when(point):
    """The span in a sentence."""
    return words.when(point.starts_on, point.ends_on)


@register.filter
def anchor(point):
    """The fragment at which the value stands on the page of its indicator."""
    return words.anchor(point.starts_on, point.ends_on)


@register.filter
def value_state(point):
    """Whether the value is provisional or confirmed."""
    return words.state(point)


@register.filter
def withheld(reason):
    """Why nothing is told of a breakdown."""
    return words.WITHHELD.get(reason, reason)


@register.filter
def attained(attainment):
    """What can be said of a target."""
    return words.ATTAINED[attainment.code]


@register.filter
def baseline_span(indicator):
    """The span of an indicator's baseline."""
    return words.span(indicator.baseline_starts_on, indicator.baseline_ends_on)

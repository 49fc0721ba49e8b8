"""Tags for values of indicators, in the words that every page, file and picture has."""

from django import template

from strategic_areas.queries.figures import words

register = template.Library()

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

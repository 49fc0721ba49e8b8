"""Words of records as people read them. An unknown word is shown as it is."""

from django import template

from strategic_areas import labels, sentences
from strategic_areas.labels import FAMILIES

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

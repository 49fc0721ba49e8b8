"""Words of records as people read them. An unknown word is shown as it is."""

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from strategic_areas.labels import FAMILIES

register = template.Library()

INSTRUMENTS = {
    "constitution": gettext_lazy("Constitution"),
    "law": gettext_lazy("Law"),
    "decree": gettext_lazy("Decree"),
    "bill": gettext_lazy("Bill"),
    "regulation": gettext_lazy("Regulation"),
    "treaty": gettext_lazy("Treaty"),
}
TARGETS = {
    "target": gettext_lazy("Target"),
    "objective": gettext_lazy("Objective"),
    "article": gettext_lazy("Article"),
    "indicator": gettext_lazy("Indicator"),
    "recommendation": gettext_lazy("Recommendation"),
}
#: These as the field of an amendment tell that it added the record.
BROUGHT = {"activity", "commitment"}


@register.filter
def instrument(kind):
    """The name of a kind of legal instrument."""
    return INSTRUMENTS.get(kind, kind)


@register.filter
def family(code):
    """The name of a family of international targets."""
    return FAMILIES.get(code, code)


@register.filter
def target_kind(kind):
    """The name of a kind of target."""
    return TARGETS.get(kind, kind)


@register.filter
def brings(amendment):
    """True if the amendment added the record, instead of changing a field of it."""
    return amendment.field in BROUGHT


@register.filter
def what_changes(amendment):
    """The name of the field that an amendment changes."""
    record = amendment.activity or amendment.commitment or amendment.plan
    try:
        name = record._meta.get_field(amendment.field).verbose_name
    except FieldDoesNotExist:
        name = amendment.field
    return capfirst(str(name))

"""Which fields the public reads in two languages, and what keeps a history."""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from agencies.models import Agency, AgencyName, FocalPoint


@register(Agency)
class AgencyTranslation(TranslationOptions):
    fields = ["name"]
    required_languages = ["es"]


@register(AgencyName)
class AgencyNameTranslation(TranslationOptions):
    fields = ["name"]
    required_languages = ["es"]


# After the translated fields, or the history would miss them.
for model in (Agency, FocalPoint):
    keep_history(model, app="agencies")

"""Which fields the public reads in two languages, and what keeps a history."""

from django.apps import apps
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from modeltranslation.translator import TranslationOptions, translator
from simple_history import register as keep_history

from agencies.models import Agency, FocalPoint


def _in_english(label):
    """The label of a field, as that of its English text."""
    return _("%(label)s, in English") % {"label": label}


in_english = lazy(_in_english, str)


def make_bilingual(app):
    """Give every field that the models of an app declare as bilingual its columns."""
    for model in apps.get_app_config(app).get_models():
        if names := model.fields.names(bilingual=True):
            _register(model, names)


def _register(model, names):
    options = type(f"{model.__name__}Translation", (TranslationOptions,), {})
    options.fields = names
    options.required_languages = {
        "es": [name for name in names if not model._meta.get_field(name).blank]
    }
    translator.register(model, options)
    # Spanish is the language of the staff pages: only the English field names itself.
    for name in names:
        label = model._meta.get_field(name).verbose_name
        model._meta.get_field(f"{name}_es").verbose_name = label
        model._meta.get_field(f"{name}_en").verbose_name = in_english(label)


make_bilingual("agencies")

# After the translated fields, or the history would miss them.
for model in (Agency, FocalPoint):
    keep_history(model, app="agencies")

"""Registration of bilingual fields and of histories."""

from functools import cache

from django.apps import apps
from django.utils.functional import lazy
from modeltranslation.translator import TranslationOptions, translator
from simple_history import register
from simple_history.manager import HistoryManager

from agencies.fields import in_english
from agencies.models import Agency, FocalPoint


class _History(HistoryManager):
    """A history manager whose class is created once, not at each save."""

    @classmethod
    @cache
    def from_queryset(cls, queryset_class, class_name=None):
        return super().from_queryset(queryset_class, class_name)


def keep_history(model, app):
    register(model, app=app, history_manager=_History)


_in_english = lazy(in_english, str)


def make_bilingual(app):
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
    # Staff pages are Spanish: only the English field states its language.
    for name in names:
        label = model._meta.get_field(name).verbose_name
        model._meta.get_field(f"{name}_es").verbose_name = label
        model._meta.get_field(f"{name}_en").verbose_name = _in_english(label)


make_bilingual("agencies")

# After the bilingual fields are registered, so that histories have them too.
for model in (Agency, FocalPoint):
    keep_history(model, app="agencies")

"""How the tables of staff show what they hold: days in figures, open kinds in words."""

from functools import cache

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

#: The words that agencies' kinds have so far; a plan file may state others.
AGENCY_KINDS = {
    "armed_forces": _("Armed forces"),
    "civil_society": _("Civil society"),
    "council": _("Council"),
    "directorate": _("Directorate-general"),
    "donor": _("Donor"),
    "institute": _("Institute"),
    "international": _("International organisation"),
    "judiciary": _("Judiciary"),
    "ministry": _("Ministry"),
    "office": _("Office"),
    "police": _("Police"),
    "private": _("Private sector"),
    "prosecution": _("Public prosecution"),
}
#: What the portal's mails are about.
MAIL_KINDS = {
    "access_review": _("Review of accesses"),
    "account": _("Account"),
    "audit": _("Audit record"),
    "invitation": _("Invitation"),
    "letter": _("Letter"),
    "password_reset": _("New password"),
    "proposal": _("Proposed activity"),
    "reminder": _("Reminder"),
    "reopening": _("Request to open a round again"),
    "scorecard": _("Scorecard"),
    "value": _("Value"),
}


class ShowingMixin:
    """
    Shows days as the short date, and the values of ``in_words`` in their words.

    ``in_words`` maps the name of a text column that has no choices to the words of its
    values. Forms offer the words, and whatever else is stored already. ``shown_as``
    maps a column to the method that shows it where it cannot be changed.
    """

    in_words = {}
    shown_as = {}

    def get_list_display(self, request):
        return [self._shown(name) for name in super().get_list_display(request)]

    def get_fieldsets(self, request, obj=None):
        """On a page where nothing can be changed, a record is read as in the list."""
        sets = super().get_fieldsets(request, obj)
        match = request.resolver_match
        is_page = match and match.url_name.endswith("_change")
        if not (obj and is_page) or self.has_change_permission(request, obj):
            return sets
        return [
            (title, {**options, "fields": self._read(options["fields"])})
            for title, options in sets
        ]

    def _read(self, names):
        """The names of the fields that the record has, without what guards its form."""
        return [self._shown(name) for name in names if name != "seen_state"]

    def get_form(self, request, obj=None, **kwargs):
        """A form has no fields for what is only read as in the list."""
        if "fields" not in kwargs:
            kwargs["fields"] = flatten_fieldsets(self.get_fieldsets(request, obj))
        if names := kwargs["fields"]:
            kwargs["fields"] = [name for name in names if isinstance(name, str)]
        return super().get_form(request, obj, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name not in self.in_words:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return forms.ChoiceField(
            choices=lambda: self._offered(db_field.name),
            label=capfirst(db_field.verbose_name),
            required=not db_field.blank,
        )

    def _offered(self, name):
        words = self.in_words[name]
        stored = self.model._default_manager.order_by().values_list(name, flat=True)
        others = {value: value for value in stored.distinct() if value not in words}
        return [("", "---------"), *words.items(), *sorted(others.items())]

    def _shown(self, name):
        if name in self.shown_as:
            return getattr(self, self.shown_as[name])
        if name in self.in_words:
            return _word_of(type(self), self.model, name)
        columns = {field.name: field for field in self.opts.concrete_fields}
        is_day = isinstance(columns.get(name), models.DateField)
        return _day_of(self.model, name) if is_day else name


@cache
def _day_of(model, name):
    """The column of a day or a moment."""
    field = model._meta.get_field(name)
    has_time = isinstance(field, models.DateTimeField)
    form = "SHORT_DATETIME_FORMAT" if has_time else "SHORT_DATE_FORMAT"

    def shown(row):
        value = getattr(row, name)
        if value is None:
            # On the page of one record Django would write None.
            return admin.site.empty_value_display
        return date_format(localtime(value) if has_time else value, form)

    return _column(shown, field)


@cache
def _word_of(table, model, name):
    """The column of a kind, in words."""
    words = table.in_words[name]

    def shown(row):
        value = getattr(row, name)
        return words.get(value, value)

    return _column(shown, model._meta.get_field(name))


def _column(shown, field):
    shown.__name__ = field.name
    return admin.display(description=field.verbose_name, ordering=field.name)(shown)


class WordsFilter(admin.AllValuesFieldListFilter):
    """Offers the values of a column by the words of ``in_words``."""

    def __init__(self, field, request, params, model, model_admin, field_path):
        super().__init__(field, request, params, model, model_admin, field_path)
        self.words = model_admin.in_words[field_path]

    def choices(self, changelist):
        for each in super().choices(changelist):
            yield {**each, "display": self.words.get(each["display"], each["display"])}

"""Base classes of all admin pages: users see and change only what they may."""

from functools import cache

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin
from simple_history.admin import SimpleHistoryAdmin

from agencies import audit, numbers
from agencies.edit_conflicts import EditConflictForm
from agencies.folding import fold

MAIL_KINDS = {
    "access_review": _("Review of accesses"),
    "account": _("Account"),
    # A person sends "asked" by a button; "reminder" is automatic.
    "asked": _("Reminder"),
    "audit": _("Audit record"),
    "invitation": _("Invitation"),
    "letter": _("Letter to confirm"),
    "password_reset": _("New password"),
    "proposal": _("Proposed activity"),
    "reminder": _("Reminder"),
    "reopened": _("Answer to a request to open a round again"),
    "reopening": _("Request to open a round again"),
    "returned": _("Returned report"),
    "scorecard": _("Scorecard"),
    "value": _("Value"),
}


class DisplayMixin:
    """
    Shows short dates, and words in place of stored codes.

    ``in_words`` maps a text column without choices to the words of its values.
    ``shown_as`` maps a column to the method that shows it in lists and on read-only
    pages.
    """

    in_words = {}
    shown_as = {}

    def get_list_display(self, request):
        return [self._list_column(name) for name in super().get_list_display(request)]

    def get_fieldsets(self, request, obj=None):
        """A read-only page shows a record as the list does."""
        sets = super().get_fieldsets(request, obj)
        match = request.resolver_match
        # The page of an earlier version shows no other columns than fields of its form.
        is_change_page = match and match.url_name.endswith("_change")
        if not (obj and is_change_page) or self.has_change_permission(request, obj):
            return sets
        return [
            (title, {**options, "fields": self._readable_names(options["fields"])})
            for title, options in sets
        ]

    def _readable_names(self, names):
        return [self._list_column(name) for name in names if name != "seen_state"]

    def get_form(self, request, obj=None, **kwargs):
        if "fields" not in kwargs:
            kwargs["fields"] = flatten_fieldsets(self.get_fieldsets(request, obj))
        if names := kwargs["fields"]:
            kwargs["fields"] = [name for name in names if isinstance(name, str)]
        return super().get_form(request, obj, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name not in self.in_words:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return forms.ChoiceField(
            choices=lambda: self._choices_of(db_field.name),
            label=capfirst(db_field.verbose_name),
            required=not db_field.blank,
        )

    def _choices_of(self, name):
        words = self.in_words[name]
        stored = self.model._default_manager.order_by().values_list(name, flat=True)
        others = {value: value for value in stored.distinct() if value not in words}
        return [("", "---------"), *words.items(), *sorted(others.items())]

    def _list_column(self, name):
        if name in self.shown_as:
            return getattr(self, self.shown_as[name])
        if name in self.in_words:
            return _word_column(type(self), self.model, name)
        columns = {field.name: field for field in self.opts.concrete_fields}
        is_day = isinstance(columns.get(name), models.DateField)
        return _day_column(self.model, name) if is_day else name


@cache
def _day_column(model, name):
    field = model._meta.get_field(name)
    has_time = isinstance(field, models.DateTimeField)
    format_name = "SHORT_DATETIME_FORMAT" if has_time else "SHORT_DATE_FORMAT"

    def day(row):
        value = getattr(row, name)
        if value is None:
            # Django would show "None" on the page of a record.
            return admin.site.empty_value_display
        return date_format(localtime(value) if has_time else value, format_name)

    return _display_column(day, field)


@cache
def _word_column(admin_class, model, name):
    words = admin_class.in_words[name]

    def word(row):
        value = getattr(row, name)
        return words.get(value, value)

    return _display_column(word, model._meta.get_field(name))


def _display_column(display, field):
    display.__name__ = field.name
    return admin.display(description=field.verbose_name, ordering=field.name)(display)


class WordsFilter(admin.AllValuesFieldListFilter):
    """A list filter that shows the ``in_words`` of the admin in place of codes."""

    def __init__(self, field, request, params, model, model_admin, field_path):
        super().__init__(field, request, params, model, model_admin, field_path)
        self.words = model_admin.in_words[field_path]

    def choices(self, changelist):
        for each in super().choices(changelist):
            yield {**each, "display": self.words.get(each["display"], each["display"])}


class ScopedRowsMixin:
    """Rows and choices limited to ``visible_to(user)``, also against forged ids."""

    formfield_overrides = {
        models.URLField: {"assume_scheme": "https"},
        **{
            column: {"form_class": field, "widget": numbers.NumberInput}
            for column, field in numbers.FORM_FIELDS.items()
        },
    }

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        self._limit_choices(db_field, request, kwargs)
        return self._with_picker_names(
            super().formfield_for_foreignkey(db_field, request, **kwargs)
        )

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        self._limit_choices(db_field, request, kwargs)
        return self._with_picker_names(
            super().formfield_for_manytomany(db_field, request, **kwargs)
        )

    def get_autocomplete_fields(self, request):
        return [
            field.name
            for field in [*self.opts.fields, *self.opts.many_to_many]
            if field.remote_field
            and field.editable
            and self._may_search(field.remote_field.model, request)
        ]

    def _may_search(self, model, request):
        if not self.admin_site.is_registered(model):
            return False
        related = self.admin_site.get_model_admin(model)
        return related.get_search_fields(request) and related.has_view_permission(
            request
        )

    def _with_picker_names(self, field):
        if field and self.admin_site.is_registered(field.queryset.model):
            model_admin = self.admin_site.get_model_admin(field.queryset.model)
            if hasattr(model_admin, "name_in_pickers"):
                field.label_from_instance = model_admin.name_in_pickers
        return field

    def _limit_choices(self, db_field, request, kwargs):
        related = db_field.remote_field.model._default_manager.all()
        if "queryset" not in kwargs and hasattr(related, "visible_to"):
            kwargs["queryset"] = related.visible_to(request.user)


class ReadOnlyMixin:
    """For rows that only the portal writes."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class DeclaredList(ChangeList):
    """Accepts declared filters only: other lookups could reveal hidden values."""

    def get_filters_params(self, params=None):
        names = tuple(map(_filter_parameter, self.list_filter))
        sent = super().get_filters_params(params)
        return {name: sent[name] for name in sent if name.startswith(names)}

    def get_filters(self, request):
        filters, has_filters, _left, *rest = super().get_filters(request)
        return filters, has_filters, {}, *rest

    def get_queryset(self, *args, **kwargs):
        """
        Apply ``list_select_related`` again, which Django skips if the scope joined
        tables.
        """
        rows, names = super().get_queryset(*args, **kwargs), self.list_select_related
        return rows.select_related(*names) if isinstance(names, list) else rows


def _has_all(words, texts):
    text = fold(" ".join(str(each) for each in texts if each))
    return all(word in text for word in words)


def _filter_parameter(declared):
    if isinstance(declared, str):
        return declared
    return declared[0] if isinstance(declared, tuple) else declared.parameter_name


class ScopedAdmin(DisplayMixin, ScopedRowsMixin, admin.ModelAdmin):
    """A model admin that answers 404 for records outside the user's scope."""

    form = EditConflictForm
    list_per_page = 50
    #: Saves counting the whole table for a filtered list.
    show_full_result_count = False
    #: Whether search ignores accents. It reads all rows: not for tables without limit.
    finds_without_accents = True
    #: Whether saving already writes an audit entry.
    has_own_audit_entry = False

    def get_changelist(self, request, **kwargs):
        return DeclaredList

    def lookup_allowed(self, lookup, value, request=None):
        """Allow every lookup; ``DeclaredList`` drops undeclared ones."""
        return True

    def get_object(self, request, object_id, from_field=None):
        found = super().get_object(request, object_id, from_field)
        if found is None or not self.has_view_permission(request, found):
            raise Http404
        return found

    def get_search_results(self, request, queryset, search_term):
        """Rows that contain every word, without regard to capitals and accents."""
        words = fold(search_term).split()
        names = self.get_search_fields(request)
        if not (words and names and self.finds_without_accents):
            return super().get_search_results(request, queryset, search_term)
        found = [
            pk
            for pk, *texts in queryset.order_by().values_list("pk", *names)
            if _has_all(words, texts)
        ]
        return queryset.filter(pk__in=found), False

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        fields = {*form.changed_data} - {"seen_state"}
        fields |= {
            each.model._meta.model_name for each in formsets if each.has_changed()
        }
        if fields and not self.has_own_audit_entry:
            event = audit.Event.RECORD_CHANGED if change else audit.Event.RECORD_MADE
            audit.record_event(event, request=request, obj=form.instance, fields=fields)

    def history_view(self, request, object_id, extra_context=None):
        self.get_object(request, unquote(object_id))
        return super().history_view(request, object_id, extra_context)


class ScopedHistoryAdmin(ScopedAdmin, SimpleHistoryAdmin):
    """A scoped admin with the versions of a record that the user may read."""

    def readable_versions(self, record, user):
        return getattr(record, self.opts.simple_history_manager_attribute).all()

    def get_history_queryset(self, request, history_manager, pk_name, object_id):
        versions = super().get_history_queryset(
            request, history_manager, pk_name, object_id
        )
        record = self.get_object(request, object_id)
        readable = self.readable_versions(record, request.user)
        return versions.filter(pk__in=readable.values("pk"))

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        # django-simple-history would store a POST even with reverting disabled.
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        record = self.get_object(request, unquote(object_id))
        readable = self.readable_versions(record, request.user)
        if not version_id.isdecimal() or not readable.filter(pk=version_id).exists():
            raise Http404
        return super().history_form_view(request, object_id, version_id, extra_context)


class BilingualAdmin(ScopedAdmin, TranslationAdmin):
    pass


class BilingualHistoryAdmin(ScopedHistoryAdmin, TranslationAdmin):
    pass

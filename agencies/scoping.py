"""The one base class of every admin page: staff touch what their scope grants."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from modeltranslation.admin import TranslationAdmin
from simple_history.admin import SimpleHistoryAdmin

from agencies import audit
from agencies.staleness import StaleGuardForm


class ScopedRowsMixin:
    """
    Rows and choices limited to what each model's ``visible_to(user)`` grants.

    Lists, object pages, bulk actions and autocomplete all read ``get_queryset``; the
    two hooks for relations close the remaining door, a forged id in a submitted form,
    and limit what the search box beside it finds.
    """

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        self._limit(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        self._limit(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_autocomplete_fields(self, request):
        """Every relation to a table that she may search: no list grows too long."""
        relations = [*self.opts.fields, *self.opts.many_to_many]
        return [
            field.name
            for field in relations
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

    def _limit(self, db_field, request, kwargs):
        related = db_field.remote_field.model._default_manager.all()
        if "queryset" not in kwargs and hasattr(related, "visible_to"):
            kwargs["queryset"] = related.visible_to(request.user)


class ScopedAdmin(ScopedRowsMixin, admin.ModelAdmin):
    """
    A model admin whose object pages answer 404 for what is not yours.

    Of two people who save the same object, the second is told and keeps her text.
    """

    form = StaleGuardForm
    list_per_page = 50
    #: A filtered list need not count the whole table besides.
    show_full_result_count = False
    #: True where what is saved leaves an entry of its own kind in the audit record.
    is_told_otherwise = False

    def get_object(self, request, object_id, from_field=None):
        """The object, or 404 for who may not read it: that it exists is told nobody."""
        found = super().get_object(request, object_id, from_field)
        if found is None or not self.has_view_permission(request, found):
            raise Http404
        return found

    def save_related(self, request, form, formsets, change):
        """Record which fields were saved, and of which rows below it; never a value."""
        super().save_related(request, form, formsets, change)
        fields = {*form.changed_data} - {"seen_state"}
        fields |= {
            each.model._meta.model_name for each in formsets if each.has_changed()
        }
        if fields and not self.is_told_otherwise:
            event = audit.Event.RECORD_CHANGED if change else audit.Event.RECORD_MADE
            audit.record(event, request=request, obj=form.instance, fields=fields)

    def history_view(self, request, object_id, extra_context=None):
        self.get_object(request, unquote(object_id))
        return super().history_view(request, object_id, extra_context)


class ScopedHistoryAdmin(ScopedAdmin, SimpleHistoryAdmin):
    """Keeps who changed what; the past of an object follows the object's scope."""

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        # The library stores what is posted here even where going back is switched off.
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        self.get_object(request, unquote(object_id))
        return super().history_form_view(request, object_id, version_id, extra_context)


class BilingualAdmin(ScopedAdmin, TranslationAdmin):
    """Spanish and English of each text side by side."""


class BilingualHistoryAdmin(ScopedHistoryAdmin, TranslationAdmin):
    """Both: bilingual texts and a history."""

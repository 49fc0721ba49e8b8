"""Mandates in the admin: who reports for which agency, and until when."""

from django.contrib import admin

from agencies.admin.scoping import ScopedHistoryAdmin
from agencies.models import User


class FocalPointAdmin(ScopedHistoryAdmin):
    """Mandates; nobody gives herself one, nor changes her own."""

    list_display = ["agency", "user", "kind", "starts_on", "ends_on", "leave_cover"]
    list_filter = [("agency", admin.RelatedOnlyFieldListFilter), "kind"]
    list_select_related = ["agency", "user"]
    search_fields = ["agency__acronym", "user__username", "user__last_name"]
    has_own_audit_entry = True
    change_form_template = "admin/agencies/focalpoint_change_form.html"

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and _is_others(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and _is_others(request, obj)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.exclude(pk=request.user.pk)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def _is_others(request, mandate):
    return mandate is None or mandate.user_id != request.user.pk

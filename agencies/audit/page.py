"""The audit record as administrators read it: in words, and nothing to press."""

import json

from django.apps import apps
from django.contrib import admin
from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies.access import ADMINISTRATORS, FOCAL_POINTS, REVIEWERS
from agencies.audit.events import Event
from agencies.models import Agency
from agencies.scoping import ScopedAdmin

ROLES = {
    FOCAL_POINTS: _("Focal point"),
    REVIEWERS: _("Reviewer"),
    ADMINISTRATORS: _("Administrator"),
    "superuser": _("Superuser"),
}


class BoundedPaginator(Paginator):
    """
    Counts the newest entries only; what is older is found by its date.

    A record of years is never counted whole to show fifty lines of it.
    """

    most = 5000

    @cached_property
    def count(self):
        return self.object_list.order_by()[: self.most].count()


class EventFilter(admin.SimpleListFilter):
    title = _("event")
    parameter_name = "event"

    def lookups(self, request, model_admin):
        return Event.choices

    def queryset(self, request, queryset):
        return queryset.filter(event=self.value()) if self.value() else queryset


class AgencyFilter(admin.SimpleListFilter):
    title = _("agency")
    parameter_name = "agency"

    def lookups(self, request, model_admin):
        acronyms = Agency.objects.order_by("acronym").values_list("acronym", flat=True)
        return [(acronym, acronym) for acronym in acronyms]

    def queryset(self, request, queryset):
        return queryset.filter(agency=self.value()) if self.value() else queryset


class AuditEntryAdmin(ScopedAdmin):
    """Read, filtered by event, agency, person and date."""

    list_display = ["at", "what", "actor", "as_role", "agency", "about", "told", "ip"]
    list_display_links = None
    list_filter = [EventFilter, AgencyFilter, "at"]
    list_select_related = ["actor"]
    search_fields = ["actor__username", "object", "ip"]
    search_help_text = _("Account, record such as agencies.user:12, or address.")
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("what"), ordering="event")
    def what(self, entry):
        return entry.get_event_display()

    @admin.display(description=_("role"))
    def as_role(self, entry):
        held = filter(None, entry.role.split("+"))
        return ", ".join(str(ROLES.get(name, name)) for name in held) or "–"

    @admin.display(description=_("about"))
    def about(self, entry):
        """The kind of record in words, and its number."""
        label, _colon, number = entry.object.partition(":")
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            return entry.object or "–"
        return f"{capfirst(str(model._meta.verbose_name))} {number}"

    @admin.display(description=_("facts"))
    def told(self, entry):
        return ", ".join(
            f"{name}: {json.dumps(value, ensure_ascii=False)}".replace('"', "")
            for name, value in entry.facts.items()
        )

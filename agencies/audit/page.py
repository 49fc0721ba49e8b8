"""The audit record as administrators read it: in words, and nothing to press."""

from django.apps import apps
from django.contrib import admin
from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies.audit import words
from agencies.audit.events import groups
from agencies.models import Agency
from agencies.scoping import ScopedAdmin


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
    """A group of events; within the chosen group, each of them."""

    title = _("event")
    parameter_name = "event"

    def lookups(self, request, model_admin):
        chosen = request.GET.get(self.parameter_name)
        offered = []
        for word, label, events in groups():
            offered.append((word, label))
            if chosen == word or chosen in events:
                offered += [(event.value, f"– {event.label}") for event in events]
        return offered

    def queryset(self, request, queryset):
        value = self.value()
        if not value:
            return queryset
        wanted = {word: events for word, _label, events in groups()}
        return queryset.filter(event__in=wanted.get(value, [value]))


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

    list_display = ["moment", "who", "what", "told"]
    list_display_links = None
    list_filter = ["at", EventFilter, AgencyFilter]
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

    def changelist_view(self, request, extra_context=None):
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    @admin.display(description=_("when"), ordering="pk")
    def moment(self, entry):
        return words.moment(entry.at)

    @admin.display(description=_("who"))
    def who(self, entry):
        """The account; below it the roles, the agency and where it came from."""
        held = [words.roles(entry.role), entry.agency, entry.ip]
        rest = " · ".join(filter(None, held))
        name = entry.actor.username if entry.actor else "–"
        return format_html('{}<br><span class="quiet">{}</span>', name, rest)

    @admin.display(description=_("what"))
    def what(self, entry):
        """The event; below it the record that it was about."""
        return format_html(
            '{}<br><span class="quiet">{}</span>',
            entry.get_event_display(),
            self._about(entry),
        )

    def _about(self, entry):
        """The kind of record in words, and its number."""
        label, _colon, number = entry.object.partition(":")
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            return entry.object
        return f"{capfirst(str(model._meta.verbose_name))} {number}"

    @admin.display(description=_("facts"))
    def told(self, entry):
        return format_html_join("\n", "<div>{}: {}</div>", words.facts(entry))

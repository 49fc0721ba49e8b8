"""The admin of plans and their parts, which the secretariat maintains."""

from django.contrib import admin

from agencies.admin.scoping import BilingualAdmin, BilingualHistoryAdmin
from strategic_areas import workflow
from strategic_areas.admin.approved import ApprovedMixin
from strategic_areas.models import (
    Activity,
    Commitment,
    Participation,
    Plan,
    Programme,
    Source,
    StrategicArea,
)
from strategic_areas.models.versions import handed_in

OF_PLAN = ("plan", admin.RelatedOnlyFieldListFilter)
OF_LEAD = ("lead", admin.RelatedOnlyFieldListFilter)


@admin.register(Plan)
class PlanAdmin(ApprovedMixin, BilingualHistoryAdmin):
    list_display = ["code", "title", "status", "starts_on", "ends_on"]
    search_fields = ["code", "title_es", "title_en"]

    def get_readonly_fields(self, request, obj=None):
        """A new plan begins in preparation."""
        fixed = [] if obj else ["status"]
        return [*super().get_readonly_fields(request, obj), *fixed]


@admin.register(Source)
class SourceAdmin(ApprovedMixin, BilingualAdmin):
    list_display = ["key", "title", "publisher", "kind"]
    list_filter = [OF_PLAN, "kind"]
    search_fields = ["key", "title", "publisher"]


class OfPlanMixin:
    """A record of one plan: it takes its plan from the record above, for good."""

    list_filter = [OF_PLAN]

    def get_readonly_fields(self, request, obj=None):
        fixed = ["plan"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]


class PlanBoundAdmin(OfPlanMixin, ApprovedMixin, BilingualHistoryAdmin):
    """A record of one plan that keeps its history."""


@admin.register(StrategicArea)
class StrategicAreaAdmin(PlanBoundAdmin):
    list_display = ["code", "name", "plan"]
    search_fields = ["code", "name_es", "name_en"]
    ordering = ["plan", "sort_code"]


@admin.register(Programme)
class ProgrammeAdmin(PlanBoundAdmin):
    list_display = ["code", "name", "area", "plan"]
    list_select_related = ["area", "plan"]
    search_fields = ["code", "name_es", "name_en"]


@admin.register(Participation)
class ParticipationAdmin(PlanBoundAdmin):
    list_display = ["agency", "role", "plan"]
    list_filter = [OF_PLAN, "role"]
    list_select_related = ["agency", "plan"]
    search_fields = ["agency__acronym", "agency__name_es"]


@admin.register(Commitment)
class CommitmentAdmin(PlanBoundAdmin):
    list_display = ["code", "title", "lead", "due_on", "provenance"]
    list_filter = [
        OF_PLAN,
        ("programme", admin.RelatedOnlyFieldListFilter),
        OF_LEAD,
    ]
    list_select_related = ["lead"]
    search_fields = ["code", "title_es", "title_en"]

    def get_list_filter(self, request):
        """Focal points see only their own agency's, so they need no filter by lead."""
        filters = super().get_list_filter(request)
        if self.has_change_permission(request):
            return filters
        return [each for each in filters if each != OF_LEAD]


@admin.register(Activity)
class ActivityAdmin(PlanBoundAdmin):
    list_display = ["code", "title", "agency", "kind", "due_on"]
    list_filter = [OF_PLAN, "kind", ("agency", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["agency"]
    search_fields = ["code", "title_es", "title_en"]

    def readable_versions(self, record, user):
        """Work outside the plan is part of a report: what was handed in of it."""
        if user.is_superuser or workflow.reports_for(user, record.agency):
            return super().readable_versions(record, user)
        return handed_in(record)

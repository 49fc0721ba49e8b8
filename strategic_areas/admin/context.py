"""What the portal publishes besides a plan: frameworks, laws, help lines, lists."""

from django.contrib import admin

from agencies.admin.scoping import BilingualAdmin, BilingualHistoryAdmin, ScopedAdmin
from agencies.admin.showing import WordsFilter
from strategic_areas.admin.approved import ApprovedInline, ApprovedMixin
from strategic_areas.admin.plan import OF_PLAN, OfPlanMixin
from strategic_areas.labels import FAMILIES, INSTRUMENT_KINDS, TARGET_KINDS
from strategic_areas.models import (
    AttributionDispute,
    CodeList,
    CodeListValue,
    Correction,
    Discrepancy,
    FrameworkTarget,
    HelpLine,
    LaterActivity,
    LegalInstrument,
    Province,
    Region,
    Term,
    TipTier,
)


@admin.register(FrameworkTarget)
class FrameworkTargetAdmin(ApprovedMixin, BilingualAdmin):
    list_display = ["code", "name", "family", "kind"]
    list_filter = [("family", WordsFilter), ("kind", WordsFilter)]
    in_words = {"family": FAMILIES, "kind": TARGET_KINDS}
    search_fields = ["code", "name_es", "name_en"]


@admin.register(LegalInstrument)
class LegalInstrumentAdmin(ApprovedMixin, BilingualAdmin):
    list_display = ["name", "kind", "year"]
    in_words = {"kind": INSTRUMENT_KINDS}
    search_fields = ["code", "name_es", "name_en"]


@admin.register(LaterActivity)
class LaterActivityAdmin(OfPlanMixin, ApprovedMixin, BilingualAdmin):
    list_display = ["code", "title", "agency", "year"]
    list_select_related = ["agency"]
    search_fields = ["code", "title_es", "title_en"]


@admin.register(HelpLine)
class HelpLineAdmin(ApprovedMixin, BilingualHistoryAdmin):
    list_display = ["label", "reliability", "confirm_before_publishing", "confirmed_on"]


@admin.register(AttributionDispute)
class AttributionDisputeAdmin(ApprovedMixin, BilingualHistoryAdmin):
    """The agency's text is read-only; the secretariat adds what was decided."""

    list_display = ["__str__", "agency", "outcome", "resolved_on"]
    list_filter = ["outcome"]
    list_select_related = [
        *("agency", "commitment", "activity"),
        *("activity_update__activity", "activity_update__period"),
        "published_figure__indicator",
    ]
    readonly_fields = [
        *("agency", "commitment", "activity", "activity_update", "published_figure"),
        *("text_es", "text_en", "signed_as"),
    ]
    fields = [
        *readonly_fields,
        *("outcome", "resolved_on", "resolution_es", "resolution_en"),
    ]

    def has_add_permission(self, request):
        """Never: only the agency itself disputes, on its desk."""
        return False


@admin.register(Correction)
class CorrectionAdmin(ApprovedMixin, BilingualHistoryAdmin):
    list_display = ["about", "asked_on", "outcome", "decided_on"]
    list_filter = ["outcome"]
    search_fields = ["about_es", "about_en", "asked_es"]


@admin.register(TipTier)
class TipTierAdmin(ApprovedMixin, BilingualAdmin):
    list_display = ["report_year", "label", "plan"]
    list_filter = [OF_PLAN]


@admin.register(Term)
class TermAdmin(OfPlanMixin, ApprovedMixin, BilingualAdmin):
    list_display = ["code", "word", "plan"]


@admin.register(Discrepancy)
class DiscrepancyAdmin(ApprovedMixin, BilingualAdmin):
    list_display = ["code", "topic", "plan"]
    list_filter = [OF_PLAN]
    search_fields = ["code", "topic_es", "topic_en"]


class CodeListValueInline(ApprovedInline):
    model = CodeListValue
    fields = ["dimension", "code", "label_es", "label_en"]


@admin.register(CodeList)
class CodeListAdmin(ApprovedMixin, BilingualAdmin):
    list_display = ["code", "name", "kind", "plan"]
    list_filter = [OF_PLAN, "kind"]
    inlines = [CodeListValueInline]


@admin.register(Region, Province)
class PlaceAdmin(ApprovedMixin, ScopedAdmin):
    list_display = ["code", "name"]
    search_fields = ["code", "name"]

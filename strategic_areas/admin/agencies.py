"""Agencies and their former names, which outlive plans."""

from django.contrib import admin

from agencies.admin.scoping import BilingualHistoryAdmin
from agencies.admin.showing import AGENCY_KINDS, WordsFilter
from agencies.models import Agency, AgencyName
from strategic_areas.admin.approved import ApprovedInline, ApprovedMixin


class FormerNameInline(ApprovedInline):
    model = AgencyName
    fields = ["name_es", "name_en", "acronym", "slug", "starts_on", "ends_on"]


@admin.register(Agency)
class AgencyAdmin(ApprovedMixin, BilingualHistoryAdmin):
    list_display = ["acronym", "name", "kind", "dissolved_on"]
    list_filter = [("kind", WordsFilter)]
    in_words = {"kind": AGENCY_KINDS}
    search_fields = ["acronym", "name_es", "name_en"]
    inlines = [FormerNameInline]

    def name_in_pickers(self, agency):
        return f"{agency.acronym} · {agency.name}"

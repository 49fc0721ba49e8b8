"""Indicators and targets, and the raw values that only the secretariat reads."""

from django.contrib import admin
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from agencies.admin.scoping import (
    BilingualHistoryAdmin,
    ScopedAdmin,
    ScopedHistoryAdmin,
)
from strategic_areas.admin.approved import ApprovedMixin
from strategic_areas.admin.plan import OF_PLAN
from strategic_areas.models import Indicator, Target
from strategic_areas.models.measurements import Breakdown, Measurement


class FigureMixin:
    """A list that shows a value without the zeros that its column pads it with."""

    @admin.display(description=_("value"), ordering="value")
    def figure(self, row):
        return number_format(format(row.value.normalize(), "f"))


@admin.register(Indicator)
class IndicatorAdmin(ApprovedMixin, BilingualHistoryAdmin):
    list_display = ["code", "name", "unit", "counted_by", "sensitive"]
    list_filter = ["sensitive", "counts", ("area", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["code", "name_es", "name_en"]


@admin.register(Target)
class TargetAdmin(ApprovedMixin, FigureMixin, ScopedHistoryAdmin):
    list_display = ["indicator", "plan", "starts_on", "ends_on", "figure"]
    list_filter = [OF_PLAN]
    list_select_related = ["indicator", "plan"]


class BreakdownInline(admin.TabularInline):
    model = Breakdown
    fields = ["dimension", "category", "value"]
    extra = 0


@admin.register(Measurement)
class MeasurementAdmin(FigureMixin, ScopedAdmin):
    list_display = ["indicator", "starts_on", "ends_on", "figure", "status"]
    list_filter = ["status", "provenance"]
    list_select_related = ["indicator"]
    search_fields = ["indicator__code", "indicator__name_es"]
    inlines = [BreakdownInline]

"""Indicators and targets, and the raw values that only the secretariat reads."""

from django.contrib import admin
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from agencies.admin.scoping import (
    BilingualHistoryAdmin,
    ScopedAdmin,
    ScopedHistoryAdmin,
)
from strategic_areas.admin.approved import ApprovedMixin
from strategic_areas.admin.plan import OF_PLAN
from strategic_areas.disclosure import PROTECTED
from strategic_areas.models import (
    Indicator,
    PublishedCell,
    PublishedFigure,
    Target,
)
from strategic_areas.models.measurements import Breakdown, Measurement
from strategic_areas.purging.hiding import may_hide


class FigureMixin:
    """Shows a value with its unit, without the zeros that the column pads it with."""

    shown_as = {"value": "figure"}

    @admin.display(description=_("value"), ordering="value")
    def figure(self, row):
        if row.value is None:
            return PROTECTED
        number = number_format(format(row.value.normalize(), "f"))
        return f"{number} {row.indicator.unit}"


@admin.register(Indicator)
class IndicatorAdmin(ApprovedMixin, BilingualHistoryAdmin):
    list_display = ["code", "name", "unit", "counted_by", "sensitive"]
    list_filter = ["sensitive", "counts", ("area", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["code", "name_es", "name_en"]


@admin.register(Target)
class TargetAdmin(ApprovedMixin, FigureMixin, ScopedHistoryAdmin):
    list_display = ["indicator", "figure", "starts_on", "ends_on", "plan"]
    list_filter = [OF_PLAN]
    list_select_related = ["indicator", "plan"]


class ReadMixin:
    """What files, decisions and publication write: nobody changes it by a form."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class PublishedCellInline(ReadMixin, admin.TabularInline):
    model = PublishedCell
    fields = ["dimension", "categories", "value", "printed_by"]


@admin.register(PublishedFigure)
class PublishedFigureAdmin(ReadMixin, FigureMixin, ScopedAdmin):
    change_form_template = "admin/strategic_areas/published_figure.html"
    list_display = [
        *("indicator", "figure", "starts_on", "ends_on", "status"),
        *("is_standing", "is_hidden"),
    ]
    list_filter = ["is_standing", "is_hidden", "status"]
    list_select_related = ["indicator"]
    search_fields = ["indicator__code", "indicator__name_es"]
    inlines = [PublishedCellInline]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and not obj.is_hidden and may_hide(request.user, obj):
            context["hides"] = reverse(
                "admin:hide", args=[self.opts.model_name, obj.pk]
            )
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


class BreakdownInline(ReadMixin, admin.TabularInline):
    model = Breakdown
    fields = ["dimension", "category", "value", "printed_by", "printed_where_es"]


@admin.register(Measurement)
class MeasurementAdmin(ReadMixin, FigureMixin, ScopedAdmin):
    list_display = ["indicator", "figure", "starts_on", "ends_on", "status", "exact"]
    list_filter = ["status", "provenance"]
    list_select_related = ["indicator"]
    search_fields = ["indicator__code", "indicator__name_es"]
    inlines = [BreakdownInline]

    @admin.display(description=_("exact table"))
    def exact(self, row):
        address = reverse("admin:exact_indicator", args=[row.indicator_id])
        return format_html('<a href="{}">{}</a>', address, row.indicator.code)

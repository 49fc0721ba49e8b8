"""The admin of plans, their parts, agencies and other public records."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.admin.base import (
    BilingualAdmin,
    BilingualHistoryAdmin,
    ReadOnlyMixin,
    ScopedAdmin,
    ScopedHistoryAdmin,
    WordsFilter,
)
from agencies.models import AGENCY_KINDS, Agency, AgencyName
from strategic_areas.admin.base import (
    EditedOnTreeMixin,
    NeedsApprovalInline,
    NeedsApprovalMixin,
    SubmittedHistoryMixin,
    tree_url,
)
from strategic_areas.desk.inputs import VICTIM_QUESTIONS, VictimsField
from strategic_areas.disclosure import PROTECTED
from strategic_areas.models import (
    Activity,
    CodeList,
    CodeListValue,
    Commitment,
    Correction,
    Discrepancy,
    FrameworkTarget,
    HelpLine,
    Indicator,
    LaterActivity,
    LegalInstrument,
    Participation,
    Plan,
    Programme,
    Province,
    PublishedCell,
    PublishedFigure,
    RecordDispute,
    Region,
    Source,
    StrategicArea,
    Target,
    TargetLink,
    Term,
    TipTier,
)
from strategic_areas.models.measurements import Breakdown, Measurement
from strategic_areas.purging.takedowns import may_hide
from strategic_areas.sentences import (
    BODY_NAMES,
    FRAMEWORK_NAMES,
    INSTRUMENT_KINDS,
    SOURCE_KINDS,
    TARGET_KINDS,
)
from strategic_areas.themes import Theme

PLAN_FILTER = ("plan", admin.RelatedOnlyFieldListFilter)
NEW_PLAN_FIELDS = [
    *("code", "title_es", "title_en", "commission_es", "commission_en"),
    *("starts_on", "ends_on"),
]
CODE_HELP = _(
    "How everybody calls the plan, such as “2029-2032”, in letters, digits and "
    "hyphens: the public reads it in titles and addresses."
)
#: A longer number does not fit into a primary key.
MAX_KEY_DIGITS = 18
LEAD_FILTER = ("lead", admin.RelatedOnlyFieldListFilter)


@admin.register(Plan)
class PlanAdmin(NeedsApprovalMixin, BilingualHistoryAdmin):
    """
    Creates plans, changes their code before approval and ends approved ones. The tree
    edits the rest.
    """

    list_display = ["code", "title", "status", "starts_on", "ends_on"]
    search_fields = ["code", "title_es", "title_en"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "code":
            kwargs |= {"help_text": CODE_HELP, "error_messages": {"invalid": CODE_HELP}}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        """
        Of a stored plan, all fields but the code until approval and the status after.

        Nobody can delete a plan in preparation, so its code can be corrected; approval
        fixes it, since public addresses and stored files then hold it.
        """
        read_only = ["status"]
        if obj:
            # A refused form has put its own status into obj.
            is_public = Plan.objects.public().filter(pk=obj.pk).exists()
            editable = "status" if is_public else "code"
            read_only = [name for name in Plan.fields.columns() if name != editable]
        return [*super().get_readonly_fields(request, obj), *read_only]

    def get_fieldsets(self, request, obj=None):
        new_plan_fieldsets = [(None, {"fields": NEW_PLAN_FIELDS})]
        return super().get_fieldsets(request, obj) if obj else new_plan_fieldsets

    def response_post_save_add(self, request, obj):
        return redirect("admin:plan_tree", obj.code)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj:
            context["tree_address"] = tree_url(request.user, obj, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


class NeedsApprovalAdmin(NeedsApprovalMixin, BilingualAdmin):
    pass


class NeedsApprovalHistoryAdmin(NeedsApprovalMixin, BilingualHistoryAdmin):
    pass


admin.site.register(
    Source,
    NeedsApprovalAdmin,
    list_display=["key", "title", "publisher", "kind"],
    list_filter=[PLAN_FILTER, ("kind", WordsFilter)],
    in_words={"kind": SOURCE_KINDS},
    search_fields=["key", "title", "publisher"],
)


class SamePlanMixin:
    list_filter = [PLAN_FILTER]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *(["plan"] if obj else [])]

    def get_autocomplete_fields(self, request):
        """A search would find records of every plan."""
        return [
            name
            for name in super().get_autocomplete_fields(request)
            if name not in self._of_same_plan()
        ]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name in self._of_same_plan():
            rows = field.queryset.select_related("plan")
            if plan := self._plan(request):
                rows = rows.filter(plan=plan)
            field.queryset = rows
            field.label_from_instance = _with_plan
        return field

    def _of_same_plan(self):
        return getattr(self.model, "same_plan_as", ())

    def _plan(self, request):
        if pk := request.resolver_match.kwargs.get("object_id"):
            record = self.get_object(request, unquote(pk))
            return record and record.plan_id
        chosen = (request.POST or request.GET).get("plan", "")
        return chosen if chosen.isdecimal() and len(chosen) <= MAX_KEY_DIGITS else None


def _with_plan(record):
    return f"{record.plan.code} · {record}"


class SamePlanAdmin(SamePlanMixin, NeedsApprovalAdmin):
    pass


class PlanRecordAdmin(EditedOnTreeMixin, BilingualHistoryAdmin):
    list_filter = [PLAN_FILTER]


admin.site.register(
    StrategicArea,
    PlanRecordAdmin,
    list_display=["code", "name", "plan"],
    search_fields=["code", "name_es", "name_en"],
    ordering=["plan", "sort_code"],
)
admin.site.register(
    Programme,
    PlanRecordAdmin,
    list_display=["code", "name", "area", "plan"],
    list_select_related=["area", "plan"],
    search_fields=["code", "name_es", "name_en"],
)
admin.site.register(
    Participation,
    PlanRecordAdmin,
    list_display=["agency", "role", "plan"],
    list_filter=[PLAN_FILTER, "role"],
    list_select_related=["agency", "plan"],
    search_fields=["agency__acronym", "agency__name_es"],
)


@admin.register(Commitment)
class CommitmentAdmin(PlanRecordAdmin):
    list_display = ["code", "title", "lead", "due_on", "provenance"]
    list_filter = [
        PLAN_FILTER,
        ("programme", admin.RelatedOnlyFieldListFilter),
        LEAD_FILTER,
    ]
    list_select_related = ["lead"]
    search_fields = ["code", "title_es", "title_en"]

    def get_list_filter(self, request):
        # Other roles see only their own agency's commitments.
        filters = super().get_list_filter(request)
        if access.is_reviewer(request.user) or request.user.is_superuser:
            return filters
        return [each for each in filters if each != LEAD_FILTER]


@admin.register(Activity)
class ActivityAdmin(SubmittedHistoryMixin, SamePlanMixin, PlanRecordAdmin):
    """
    Work outside the plan is not on the tree, so it is changed here. Agencies write
    it with a report: the history shows only versions that were submitted.
    """

    list_display = ["code", "title", "agency", "kind", "due_on"]
    list_filter = [PLAN_FILTER, "kind", ("agency", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["agency"]
    search_fields = ["code", "title_es", "title_en"]
    # Django's admin cannot show a list field.
    exclude = ["themes"]
    readonly_fields = ["themes_in_words"]

    @admin.display(description=_("themes"))
    def themes_in_words(self, activity):
        return ", ".join(str(Theme(each).label) for each in activity.themes)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in VICTIM_QUESTIONS:
            return VictimsField(db_field.name)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class FormerNameInline(NeedsApprovalInline):
    model = AgencyName
    fields = ["name_es", "name_en", "acronym", "slug", "starts_on", "ends_on"]


@admin.register(Agency)
class AgencyAdmin(NeedsApprovalHistoryAdmin):
    list_display = ["acronym", "name", "kind", "dissolved_on"]
    list_filter = [("kind", WordsFilter)]
    in_words = {"kind": AGENCY_KINDS}
    search_fields = ["acronym", "name_es", "name_en"]
    inlines = [FormerNameInline]

    def name_in_pickers(self, agency):
        return f"{agency.acronym} · {agency.name}"


admin.site.register(
    FrameworkTarget,
    NeedsApprovalAdmin,
    list_display=["code", "name", "family", "kind", "body"],
    list_filter=[("family", WordsFilter), ("kind", WordsFilter)],
    in_words={"family": FRAMEWORK_NAMES, "kind": TARGET_KINDS, "body": BODY_NAMES},
    search_fields=["code", "name_es", "name_en"],
)
admin.site.register(
    TargetLink,
    SamePlanAdmin,
    list_display=["target", "commitment", "indicator", "why", "plan"],
    list_select_related=["target", "commitment", "indicator", "plan"],
    search_fields=["target__code"],
)
admin.site.register(
    LegalInstrument,
    NeedsApprovalAdmin,
    list_display=["name", "kind", "year"],
    in_words={"kind": INSTRUMENT_KINDS},
    search_fields=["code", "name_es", "name_en"],
)
admin.site.register(
    LaterActivity,
    SamePlanAdmin,
    list_display=["code", "title", "agency", "year"],
    list_select_related=["agency"],
    search_fields=["code", "title_es", "title_en"],
)
admin.site.register(
    HelpLine,
    NeedsApprovalHistoryAdmin,
    list_display=["label", "reliability", "confirm_before_publishing", "confirmed_on"],
)


@admin.register(RecordDispute)
class RecordDisputeAdmin(NeedsApprovalHistoryAdmin):
    """The agency's text is read-only; the secretariat adds the decision."""

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
        # The hidden seen_state is a field of the form: it finds conflicting edits.
        *("outcome", "resolved_on", "resolution_es", "resolution_en", "seen_state"),
    ]

    def has_add_permission(self, request):
        return False


admin.site.register(
    Correction,
    NeedsApprovalHistoryAdmin,
    list_display=["about", "asked_on", "outcome", "decided_on"],
    list_filter=["outcome"],
    search_fields=["about_es", "about_en", "asked_es"],
)
admin.site.register(
    TipTier,
    NeedsApprovalAdmin,
    list_display=["report_year", "label", "plan"],
    list_filter=[PLAN_FILTER],
)
admin.site.register(Term, SamePlanAdmin, list_display=["code", "word", "plan"])
admin.site.register(
    Discrepancy,
    NeedsApprovalAdmin,
    list_display=["code", "topic", "plan"],
    list_filter=[PLAN_FILTER],
    search_fields=["code", "topic_es", "topic_en"],
)


class CodeListValueInline(NeedsApprovalInline):
    model = CodeListValue
    fields = ["dimension", "code", "label_es", "label_en"]


admin.site.register(
    CodeList,
    NeedsApprovalAdmin,
    list_display=["code", "name", "kind", "plan"],
    list_filter=[PLAN_FILTER, "kind"],
    inlines=[CodeListValueInline],
)


@admin.register(Region, Province)
class PlaceAdmin(NeedsApprovalMixin, ScopedAdmin):
    list_display = ["code", "name"]
    search_fields = ["code", "name"]


class FigureMixin:
    """Shows a value with its unit, without padded zeros."""

    shown_as = {"value": "figure"}

    @admin.display(description=_("value"), ordering="value")
    def figure(self, row):
        if row.value is None:
            return PROTECTED
        number = number_format(format(row.value.normalize(), "f"))
        return f"{number} {row.indicator.unit}"


admin.site.register(
    Indicator,
    PlanRecordAdmin,
    plan_field="introduced_by",
    list_display=["code", "name", "unit", "counted_by", "sensitive"],
    list_filter=["sensitive", "counts", ("area", admin.RelatedOnlyFieldListFilter)],
    search_fields=["code", "name_es", "name_en"],
)


@admin.register(Target)
class TargetAdmin(EditedOnTreeMixin, FigureMixin, ScopedHistoryAdmin):
    list_display = ["indicator", "figure", "starts_on", "ends_on", "plan"]
    list_filter = [PLAN_FILTER]
    list_select_related = ["indicator", "plan"]


class PublishedCellInline(ReadOnlyMixin, admin.TabularInline):
    model = PublishedCell
    fields = ["dimension", "categories", "value", "printed_by"]


@admin.register(PublishedFigure)
class PublishedFigureAdmin(ReadOnlyMixin, FigureMixin, ScopedAdmin):
    change_form_template = "admin/strategic_areas/published_figure.html"
    list_display = [
        *("indicator", "figure", "starts_on", "ends_on", "status"),
        *("is_latest", "is_hidden"),
    ]
    list_filter = ["is_latest", "is_hidden", "status"]
    list_select_related = ["indicator"]
    search_fields = ["indicator__code", "indicator__name_es"]
    inlines = [PublishedCellInline]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and not obj.is_hidden and may_hide(request.user, obj):
            context["hide_url"] = reverse(
                "admin:hide", args=[self.opts.model_name, obj.pk]
            )
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


class BreakdownInline(ReadOnlyMixin, admin.TabularInline):
    model = Breakdown
    fields = ["dimension", "category", "value", "printed_by", "printed_where_es"]


@admin.register(Measurement)
class MeasurementAdmin(ReadOnlyMixin, FigureMixin, ScopedAdmin):
    list_display = [
        *("indicator", "figure", "starts_on", "ends_on", "status"),
        "raw_values_link",
    ]
    list_filter = ["status", "provenance"]
    list_select_related = ["indicator"]
    search_fields = ["indicator__code", "indicator__name_es"]
    inlines = [BreakdownInline]

    @admin.display(description=_("table of raw values"))
    def raw_values_link(self, row):
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:raw_values_of_indicator", args=[row.indicator_id]),
            row.indicator.code,
        )

"""Reports in the admin: updates of activities and declarations on commitments."""

from django.contrib import admin
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from strategic_areas.admin.forms import ActivityUpdateForm, CommitmentUpdateForm
from strategic_areas.admin.reviewed import ReviewedAdmin
from strategic_areas.models import (
    Activity,
    ActivityUpdate,
    CommitmentUpdate,
)
from strategic_areas.models.report_fields import Part


def _spanish(*parts):
    """The columns that an update fills in, in these parts of the form."""
    return [name for part in parts for name in ActivityUpdate.fields.spanish(part=part)]


def _in_english(model):
    """The fields that may be filled in in English too, folded away."""
    fields = model.fields.where(filled_in=True, bilingual=True)
    names = [field.columns[1] for field in fields]
    return _("In English, if you have it"), {"fields": names, "classes": ["collapse"]}


@admin.register(ActivityUpdate)
class ActivityUpdateAdmin(ReviewedAdmin):
    form = ActivityUpdateForm
    subject, answering = "activity", "agency"
    readonly_fields = ["answer", "no_news_reason_es"]
    list_display = ["activity", "status", "agency", "period", "execution", "advance"]
    list_filter = [
        "status",
        ("period", admin.RelatedOnlyFieldListFilter),
        ("agency", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["activity", "agency", "period"]
    search_fields = ["activity__code", "activity__title_es", "activity__title_en"]
    fieldsets = [
        (None, {"fields": ["activity", "period", "seen_version"]}),
        (
            Part.FIGURES.label,
            {"fields": _spanish(Part.FIGURES, Part.TEXT)},
        ),
        (
            _("What holds it back"),
            {
                "fields": _spanish(Part.HELD_BACK),
                "description": _(
                    "Required when the activity is suspended, cancelled or late."
                ),
            },
        ),
        (_("More"), {"fields": _spanish(Part.REACH, Part.NOTE)}),
        (
            _("No news, or reserved by law"),
            {"fields": ["answer", *_spanish(Part.NO_NEWS, Part.RESERVED)]},
        ),
        _in_english(ActivityUpdate),
    ]

    def get_fieldsets(self, request, obj=None):
        """Continuing work reports no percent, so it is not asked for one."""
        fieldsets = super().get_fieldsets(request, obj)
        if not _is_continuing(request, obj):
            return fieldsets
        return [
            (
                name,
                {**options, "fields": [f for f in options["fields"] if f != "percent"]},
            )
            for name, options in fieldsets
        ]

    @admin.display(description=_("progress"), ordering="percent")
    def advance(self, update):
        """The percent, or the quantity with its unit."""
        if update.percent is not None:
            return f"{update.percent} %"
        if update.quantity is None:
            return None
        quantity = number_format(format(update.quantity.normalize(), "f"))
        return f"{quantity} {update.activity.unit}"


def _is_continuing(request, update):
    """Whether the report is about continuing work, as far as the request tells."""
    if update:
        return update.activity.is_continuing
    chosen = request.POST.get("activity") or request.GET.get("activity") or ""
    return (
        chosen.isdecimal()
        and Activity.objects.filter(
            pk=int(chosen), kind=Activity.Kind.CONTINUING
        ).exists()
    )


@admin.register(CommitmentUpdate)
class CommitmentUpdateAdmin(ReviewedAdmin):
    form = CommitmentUpdateForm
    subject, answering = "commitment", "lead"
    list_display = ["commitment", "agency", "period", "status", "result"]
    list_filter = [
        "status",
        ("period", admin.RelatedOnlyFieldListFilter),
        ("agency", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["commitment", "agency", "period"]
    search_fields = ["commitment__code", "commitment__title_es"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("commitment", "period"),
                    *CommitmentUpdate.fields.spanish(filled_in=True),
                    "seen_version",
                ]
            },
        ),
        _in_english(CommitmentUpdate),
    ]

from crispy_forms.layout import Submit
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies import audit
from agencies.access import RefusedError
from agencies.admin.scoping import BilingualHistoryAdmin, ScopedAdmin
from agencies.numbers import WholeField
from strategic_areas import rounds, workflow
from strategic_areas.admin.approved import ApprovedMixin
from strategic_areas.admin.plan import OF_PLAN
from strategic_areas.desk.changes.amending import GuardedForm
from strategic_areas.desk.inputs import one_button
from strategic_areas.models import Plan, ReportingPeriod, RoundReopening
from strategic_areas.schedule import Frequency, Schedule

FREQUENCIES = [
    (Frequency.QUARTER, gettext_lazy("Every quarter")),
    (Frequency.SEMESTER, gettext_lazy("Every semester")),
    (Frequency.YEAR, gettext_lazy("Every year")),
]


class ScheduleForm(forms.Form):
    """How often a plan asks. First shows the rounds, then makes them."""

    plan = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Plan"))
    frequency = forms.ChoiceField(choices=FREQUENCIES, label=gettext_lazy("Frequency"))
    days_until_due = WholeField(
        min_value=1,
        max_value=180,
        initial=15,
        label=gettext_lazy("Days until reports are due"),
        help_text=gettext_lazy("Counted from the last day of the period reported on."),
    )
    days_until_close = WholeField(
        min_value=1,
        max_value=365,
        initial=30,
        label=gettext_lazy("Days until the round closes"),
        help_text=gettext_lazy("Until then late reports are accepted."),
    )
    with_final = forms.BooleanField(
        required=False,
        label=gettext_lazy("Ask for a final report after the plan's end"),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["plan"].queryset = Plan.objects.visible_to(user)
        self.helper = one_button(
            "step-form", "preview", _("Show the rounds"), css_class=""
        )

    def clean(self):
        cleaned = super().clean()
        due, close = cleaned.get("days_until_due"), cleaned.get("days_until_close")
        if due and close and close < due:
            self.add_error("days_until_close", _("A round closes after it is due."))
        return cleaned

    def offer_to_make(self):
        make = Submit("make", _("Make these rounds"), css_class="default")
        self.helper.add_input(make)

    @property
    def schedule(self):
        values = {**self.cleaned_data}
        del values["plan"]
        return Schedule(**values)


@admin.register(ReportingPeriod)
class ReportingPeriodAdmin(ApprovedMixin, BilingualHistoryAdmin):
    """A period is told, and a round asked of agencies, once a second person agrees."""

    list_display = ["name", "plan", "mode", "opens_on", "due_on", "closes_on", "asked"]
    list_filter = [OF_PLAN, "mode"]
    list_select_related = ["plan"]
    search_fields = ["code", "name_es", "name_en"]
    readonly_fields = ["is_demonstration"]
    exclude = ["is_scheduled"]
    change_form_template = "admin/strategic_areas/period_change_form.html"
    change_list_template = "admin/strategic_areas/periods_change_list.html"

    def name_in_pickers(self, period):
        return period.with_plan

    @admin.display(description=gettext_lazy("demonstration"), boolean=True)
    def asked(self, period):
        return period.is_demonstration

    def get_readonly_fields(self, request, obj=None):
        fixed = ["plan"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_urls(self):
        view = self.admin_site.admin_view(self.schedule_view)
        name = "strategic_areas_reportingperiod_schedule"
        return [path("calendario/", view, name=name), *super().get_urls()]

    def schedule_view(self, request):
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = ScheduleForm(request.POST or None, user=request.user)
        proposal = None
        if form.is_valid():
            if "make" in request.POST:
                return self._make(request, form)
            today = timezone.localdate()
            plan = form.cleaned_data["plan"]
            proposal = rounds.propose(plan, form.schedule, today=today)
            form.offer_to_make()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Make rounds from a schedule"),
            "form": form,
            "proposal": proposal,
        }
        return TemplateResponse(request, "desk/schedule.html", context)

    def _make(self, request, form):
        plan, proposed = form.cleaned_data["plan"], []

        def propose(periods):
            pairs = [(period, {}) for period in periods]
            proposed.append(workflow.propose_together(pairs, by=request.user))

        is_direct = workflow.applies_at_once(plan, ())
        try:
            made = rounds.make(
                plan,
                form.schedule,
                by=request.user,
                today=timezone.localdate(),
                keep=None if is_direct else propose,
            )
        except RefusedError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.path)
        text = _(
            "Rounds: %(added)d made, %(changed)d changed, %(removed)d removed, "
            "%(kept)d left as they were."
        )
        if proposed:
            text = _(
                "Rounds: %(added)d to make and %(changed)d to change once another "
                "person approves; %(removed)d removed, %(kept)d left as they were."
            )
        numbers = {name: len(rows) for name, rows in vars(made).items()}
        self.message_user(request, text % numbers, messages.SUCCESS)
        if proposed:
            return HttpResponseRedirect(
                reverse("admin:approval", args=[proposed[0].pk])
            )
        return HttpResponseRedirect(
            reverse("admin:strategic_areas_reportingperiod_changelist")
        )

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and self.has_change_permission(request, obj):
            context["takes_back"] = reverse("admin:round_take_back", args=[obj.pk])
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


@admin.register(RoundReopening)
class RoundReopeningAdmin(ScopedAdmin):
    form = GuardedForm
    list_display = ["period", "agency", "until", "by", "at"]
    list_filter = [("agency", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["period", "agency", "by"]
    has_own_audit_entry = True
    readonly_fields = ["by", "at"]

    def get_fields(self, request, obj=None):
        stamps = ["by", "at"] if obj else []
        return ["period", "agency", "until", "reason", *stamps, "seen_state"]

    def save_model(self, request, obj, form, change):
        obj.by = request.user
        super().save_model(request, obj, form, change)
        audit.record(
            audit.Event.ROUND_REOPENED,
            request=request,
            obj=obj.period,
            agency=obj.agency,
            until=obj.until,
        )

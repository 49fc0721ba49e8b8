"""Base classes of the admin of revisions and of records that need approval."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.utils import unquote
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from agencies import access
from agencies.access import RefusedError
from agencies.admin.base import (
    ReadOnlyMixin,
    ScopedAdmin,
    ScopedHistoryAdmin,
    ScopedRowsMixin,
)
from agencies.models import FocalPoint
from agencies.routes import shown_on_page
from strategic_areas import evidence, workflow
from strategic_areas.desk.changes import views
from strategic_areas.desk.changes.amendment_forms import (
    GuardedModelForm,
    NeedsApprovalForm,
)
from strategic_areas.desk.inputs import LongTextField
from strategic_areas.desk.plan_tree.levels import level_of
from strategic_areas.desk.review import review_queue
from strategic_areas.desk.review.views import ReviewStepForm
from strategic_areas.models import (
    ActivityUpdate,
    PendingChange,
    ReportingPeriod,
    RevisionStatus,
    WithdrawalCause,
)
from strategic_areas.purging.takedowns import may_hide
from strategic_areas.purging.text_search import submitted_versions
from strategic_areas.workflow import guard


class NeedsApprovalInline(ScopedRowsMixin, admin.TabularInline):
    form = GuardedModelForm
    extra = 0
    can_delete = False


class NeedsApprovalMixin:
    """
    Saving proposes a change that another person approves, unless only staff read it.

    Name the mixin before the admin class.
    """

    form = NeedsApprovalForm
    change_form_template = "admin/strategic_areas/needs_approval_change_form.html"

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        request.proposed = None
        request.is_direct = workflow.needs_no_approval(
            obj, form.typed_names(), self._links(form)
        )
        if request.is_direct:
            super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """
        Save rows that need no second person, and propose the others as one change.
        """
        to_propose = []
        if request.is_direct:
            direct = [rows for rows in formsets if _is_direct(rows)]
            super().save_related(request, form, direct, change)
            formsets = [rows for rows in formsets if rows not in direct]
        else:
            to_propose.append((form.instance, self._links(form)))
        for rows in formsets:
            rows.save(commit=False)
            edited = [row for row, _names in rows.changed_objects]
            to_propose += [(row, {}) for row in [*rows.new_objects, *edited]]
        if to_propose:
            self._propose(request, to_propose)

    def _links(self, form):
        return {
            field.name: form.cleaned_data[field.name]
            for field in self.opts.many_to_many
            if field.name in form.cleaned_data
        }

    def _propose(self, request, records):
        try:
            request.proposed = workflow.propose_records(records, by=request.user)
        except workflow.AlreadyWaitingError as error:
            request.proposed = error.current
        except RefusedError as error:
            self.message_user(request, str(error), messages.WARNING)

    def log_addition(self, request, obj, message):
        """Log saved records only: a proposed change is its own audit entry."""
        if request.is_direct:
            super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        if request.is_direct:
            super().log_change(request, obj, message)

    def response_add(self, request, obj, post_url_continue=None):
        return self._proposed(request) or super().response_add(
            request, obj, post_url_continue
        )

    def response_change(self, request, obj):
        return self._proposed(request) or super().response_change(request, obj)

    def _proposed(self, request):
        if request.proposed is None:
            changelist = admin_urlname(self.opts, "changelist")
            return None if request.is_direct else redirect(changelist)
        self.message_user(
            request,
            _("Kept. It applies when another person approves it."),
            messages.SUCCESS,
        )
        return redirect("admin:approval", request.proposed.pk)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["pending_change"] = workflow.waiting_change(obj) if obj else None
        if context["pending_change"] and request.method == "GET":
            context["show_save"] = context["show_save_and_continue"] = False
        context["saves_at_once"] = bool(obj) and workflow.needs_no_approval(obj, ())
        if obj and may_hide(request.user, obj):
            context["hide_url"] = reverse(
                "admin:hide", args=[self.opts.model_name, obj.pk]
            )
        context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


class EditedOnTreeMixin(NeedsApprovalMixin):
    """
    A record that is edited on its plan's tree; the admin only shows it and its history.

    ``plan_field`` leads to the plan. Name the mixin before the admin class.
    """

    plan_field = "plan"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        on_tree = getattr(obj, "is_in_plan", True)
        return not on_tree and super().has_change_permission(request, obj)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and getattr(obj, "is_in_plan", True):
            plan = getattr(obj, self.plan_field)
            context["tree_address"] = tree_url(request.user, plan, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def tree_url(user, plan, record):
    if not access.is_reviewer(user):
        return ""
    return reverse(
        "admin:plan_node", args=[plan.code, level_of(record).slug, record.pk]
    )


def _is_direct(rows):
    return all(
        workflow.needs_no_approval(form.instance, form.typed_names())
        for form in rows.forms
        if form.has_changed()
    )


@admin.register(PendingChange)
class PendingChangeAdmin(ReadOnlyMixin, ScopedAdmin):
    list_display = ["__str__", "status", "proposed_by", "proposed_at", "decided_by"]
    list_filter = ["status"]
    list_select_related = ["proposed_by", "decided_by"]
    search_fields = ["records__label"]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return redirect("admin:approval", self.get_object(request, object_id).pk)


class WithdrawalReasonField(LongTextField):
    def __init__(self, **options):
        super().__init__(
            label=gettext_lazy("In your own words"),
            help_text=gettext_lazy(
                "The public reads them once another person has approved them. Name no "
                "person."
            ),
            **options,
        )


class BeginCorrectionForm(ReviewStepForm):
    button = gettext_lazy("Write a correction")


class ExplainWithdrawalForm(ReviewStepForm):
    button = gettext_lazy("Send for approval")

    words = WithdrawalReasonField()

    def clean(self):
        guard.add_guard_errors(self, ActivityUpdate, words="withdrawal_reason")
        return super().clean()


class WithdrawUpdateForm(ExplainWithdrawalForm):
    button, css_class = gettext_lazy("Withdraw it now"), "deletelink"
    field_order = ["seen_version", "cause"]

    cause = forms.ChoiceField(
        choices=WithdrawalCause.choices,
        widget=forms.RadioSelect,
        label=gettext_lazy("Why: the sentence that stays on the public page"),
    )
    words = WithdrawalReasonField(required=False)


class SubmittedHistoryMixin:
    """Only the record's own agency reads versions that were never submitted."""

    def readable_versions(self, record, user):
        if user.is_superuser or workflow.may_report_for(user, record.agency):
            return super().readable_versions(record, user)
        return submitted_versions(record)


class RevisionAdmin(SubmittedHistoryMixin, ScopedHistoryAdmin):
    """The history of revisions, and the steps of published ones."""

    change_form_template = "admin/strategic_areas/reviewed_change_form.html"
    list_per_page = 50
    list_filter = [
        "status",
        ("period", admin.RelatedOnlyFieldListFilter),
        ("agency", admin.RelatedOnlyFieldListFilter),
    ]
    #: Each step is audited; edits of drafts are in their history only.
    has_own_audit_entry = True
    #: Field of the subject, and the subject's field of the responsible agency.
    subject = answered_by = ""

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (
            obj is None
            or (obj.is_editable and workflow.may_report_for(request.user, obj.agency))
        )

    def has_add_permission(self, request):
        return super().has_add_permission(request) and _has_mandate(request.user)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        return [
            *super().get_readonly_fields(request, obj),
            *([self.subject, "period"] if obj else []),
        ]

    @admin.display(description=gettext_lazy("agency"), ordering="agency__acronym")
    def agency(self, update):
        return update.agency

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Offer subjects of the user's agencies, and rounds that accept reports."""
        agencies = FocalPoint.objects.agencies_of(request.user)
        if db_field.name == self.subject:
            subjects = db_field.remote_field.model.objects.not_superseded()
            kwargs["queryset"] = subjects.filter(
                **{f"{self.answered_by}__in": agencies}
            )
        if db_field.name == "period":
            periods = ReportingPeriod.objects.visible_to(request.user)
            kwargs["queryset"] = periods.accepting(agencies)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changeform_view(self, request, *args, **kwargs):
        """Store no file of evidence if the database rolls back."""
        evidence.clean_ahead(request.FILES)
        with evidence.discard_files_on_rollback():
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        if change:
            workflow.save_draft(
                obj, by=request.user, seen_version=form.cleaned_data["seen_version"]
            )
        else:
            workflow.create_draft(obj, by=request.user)

    def response_add(self, request, obj, post_url_continue=None):
        return self._submitted(request, obj) or super().response_add(
            request, obj, post_url_continue
        )

    def response_change(self, request, obj):
        return self._submitted(request, obj) or super().response_change(request, obj)

    def _submitted(self, request, obj):
        if "_submit_for_review" not in request.POST:
            return None
        try:
            workflow.submit(obj, by=request.user)
        except workflow.TransitionError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(self._address(obj, "change"))
        self.message_user(
            request,
            _("%(record)s was submitted for review.") % {"record": obj},
            messages.SUCCESS,
        )
        return redirect("admin:index")

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view(require_POST(self.step_view))
        view = shown_on_page(f"admin:{name}_change", "object_id")(view)
        return [
            *(
                path(
                    f"<path:object_id>/{step}/",
                    view,
                    {"step": step},
                    name=f"{name}_{step}",
                )
                for step in ("withdraw", "explain", "correct")
            ),
            *super().get_urls(),
        ]

    def step_view(self, request, object_id, step):
        record = self.get_object(request, unquote(object_id))
        form = self._step_form(step, record, request.POST)
        if form.is_valid():
            try:
                record = self._take_step(step, record, request.user, form.cleaned_data)
            except RefusedError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(
                    request,
                    _("%(record)s: %(status)s.")
                    % {
                        "record": record,
                        "status": record.get_status_display().lower(),
                    },
                    messages.SUCCESS,
                )
        else:
            for name, errors in form.errors.items():
                label = form.fields[name].label if name in form.fields else ""
                self.message_user(request, f"{label}: {errors[0]}", messages.ERROR)
        return redirect(self._address(record, "change"))

    def _take_step(self, step, record, user, cleaned):
        if step == "correct":
            return workflow.begin_correction(record, by=user)
        if step == "explain":
            workflow.explain_withdrawal(record, words=cleaned["words"], by=user)
        else:
            workflow.withdraw(
                record, by=user, **{name: cleaned[name] for name in ("cause", "words")}
            )
        return record

    def _step_form(self, step, record, data=None):
        form_class = {
            "withdraw": WithdrawUpdateForm,
            "explain": ExplainWithdrawalForm,
            "correct": BeginCorrectionForm,
        }[step]
        return form_class(
            data,
            action=self._address(record, step),
            initial={"seen_version": record.version},
            auto_id=f"{step}_%s",
        )

    def _address(self, record, page):
        return reverse(admin_urlname(self.opts, page), args=[record.pk])

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj:
            others = type(obj).objects.exclude(pk=obj.pk)
            subject, steps = {self.subject: obj.subject}, open_steps(request.user, obj)
            context |= {
                "record": obj,
                "step_forms": [self._step_form(step, obj) for step in steps],
                "withdraws": "withdraw" in steps,
                "history": obj.transitions.select_related("by"),
                "returned": obj.transitions.filter(
                    to_status=RevisionStatus.RETURNED
                ).last(),
                "published": others.filter(
                    **subject, period=obj.period, status=RevisionStatus.PUBLISHED
                ).first(),
                "translation_url": views.translation_url(request.user, obj),
                "review_address": review_url(request.user, obj),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def _has_mandate(user):
    """Cached on the user, since each page of the admin checks this several times."""
    if not hasattr(user, "_has_current_mandate"):
        user._has_current_mandate = user.mandates.current().exists()
    return user._has_current_mandate


def open_steps(user, record):
    if record.status == RevisionStatus.WITHDRAWN:
        return ["explain"] if workflow.may_review(user, record) else []
    if record.status != RevisionStatus.PUBLISHED:
        return []
    may_report = workflow.may_report_for(user, record.agency)
    return [
        *(["correct"] if may_report and record.origin == record.Origin.ENTERED else []),
        *(["withdraw"] if workflow.may_review(user, record) else []),
    ]


def review_url(user, record):
    if record.status != RevisionStatus.SUBMITTED or not workflow.may_review(
        user, record
    ):
        return ""
    return review_queue.review_url(record)

"""Admin pages whose press of "Save" proposes a change instead of making it."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.access import RefusedError
from agencies.admin.scoping import ScopedAdmin
from agencies.admin.staleness import StaleGuardForm
from strategic_areas import workflow
from strategic_areas.desk.changes.change_forms import with_link_to_change
from strategic_areas.models import PendingChange
from strategic_areas.workflow.guard import blocked_texts


class ApprovedForm(StaleGuardForm):
    """Refuses personal data, and a change while another one waits for approval."""

    def clean(self):
        cleaned = super().clean()
        texts = {name: text for name, text in cleaned.items() if name != "seen_state"}
        for name, reason in blocked_texts(self._meta.model, texts).items():
            self.add_error(name, reason)
        # The stale guard has locked the record: nobody proposes in between.
        if self.instance.pk and (change := workflow.waiting_change(self.instance)):
            text = _("A change of this waits for approval; nothing of yours was kept.")
            raise forms.ValidationError(with_link_to_change(change, text), code="waits")
        return cleaned


class ApprovedMixin:
    """
    Saving a record proposes a change, which another person must approve.

    Name it before the admin class in the list of bases.
    """

    form = ApprovedForm
    change_form_template = "admin/strategic_areas/approved_change_form.html"

    def has_delete_permission(self, request, obj=None):
        """Never: one person alone cannot remove what the public reads."""
        return False

    def save_model(self, request, obj, form, change):
        links = {
            field.name: form.cleaned_data[field.name]
            for field in self.opts.many_to_many
            if field.name in form.cleaned_data
        }
        request.proposed = None
        try:
            request.proposed = workflow.propose(obj, by=request.user, links=links)
        except workflow.AlreadyWaiting as error:
            request.proposed = error.current
        except RefusedError as error:
            self.message_user(request, str(error), messages.WARNING)

    def save_related(self, request, form, formsets, change):
        """Do nothing: links are part of the proposed change."""

    def log_addition(self, request, obj, message):
        """Do nothing: the proposed change itself is the record."""

    log_change = log_addition

    def response_add(self, request, obj, post_url_continue=None):
        return self._proposed(request)

    def response_change(self, request, obj):
        return self._proposed(request)

    def _proposed(self, request):
        if request.proposed is None:
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            return HttpResponseRedirect(reverse(name))
        self.message_user(
            request,
            _("Kept. It applies when another person of the secretariat approves it."),
            messages.SUCCESS,
        )
        return HttpResponseRedirect(
            reverse("admin:approval", args=[request.proposed.pk])
        )

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["waits"] = workflow.waiting_change(obj) if obj else None
        if context["waits"] and request.method == "GET":
            context["show_save"] = context["show_save_and_continue"] = False
        context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


@admin.register(PendingChange)
class PendingChangeAdmin(ScopedAdmin):
    """List the changes, decided or not; each is decided on its own desk page."""

    list_display = ["__str__", "status", "proposed_by", "proposed_at", "decided_by"]
    list_filter = ["status"]
    list_select_related = ["proposed_by", "decided_by"]
    search_fields = ["records__label"]

    def has_change_permission(self, request, obj=None):
        return False

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        change = self.get_object(request, object_id)
        return HttpResponseRedirect(reverse("admin:approval", args=[change.pk]))

"""Admin pages whose press of "Save" proposes a change instead of making it."""

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.access import RefusedError
from agencies.admin.scoping import ReadOnlyMixin, ScopedAdmin, ScopedRowsMixin
from strategic_areas import workflow
from strategic_areas.desk.changes.amending import ApprovedForm, GuardMixin
from strategic_areas.models import PendingChange
from strategic_areas.purging.hiding import may_hide


class ApprovedInline(ScopedRowsMixin, admin.TabularInline):
    """Rows below an approved record; what changes in them is part of its change."""

    form = GuardMixin
    extra = 0
    can_delete = False


class ApprovedMixin:
    """
    Saving a record proposes a change, which another person must approve.

    What the public does not read is saved at once. Name the mixin before the admin
    class.
    """

    form = ApprovedForm
    change_form_template = "admin/strategic_areas/approved_change_form.html"

    def has_delete_permission(self, request, obj=None):
        """One person alone cannot remove what the public reads."""
        return False

    def save_model(self, request, obj, form, change):
        request.proposed = None
        request.is_direct = workflow.applies_at_once(
            obj, form.typed_names(), self._links(form)
        )
        if request.is_direct:
            super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Save what needs no second person, and propose all else as one change."""
        together = []
        if request.is_direct:
            direct = [rows for rows in formsets if _is_direct(rows)]
            super().save_related(request, form, direct, change)
            formsets = [rows for rows in formsets if rows not in direct]
        else:
            together.append((form.instance, self._links(form)))
        for rows in formsets:
            rows.save(commit=False)
            edited = [row for row, _names in rows.changed_objects]
            together += [(row, {}) for row in [*rows.new_objects, *edited]]
        if together:
            self._propose(request, together, form)

    def _links(self, form):
        return {
            field.name: form.cleaned_data[field.name]
            for field in self.opts.many_to_many
            if field.name in form.cleaned_data
        }

    def _propose(self, request, together, form):
        try:
            change = form.propose(together, by=request.user)
        except workflow.AlreadyWaiting as error:
            request.proposed = error.current
        except RefusedError as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            request.proposed = change

    def log_addition(self, request, obj, message):
        """Log only what was saved at once: a proposed change is its own record."""
        if request.is_direct:
            super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        if request.is_direct:
            super().log_change(request, obj, message)

    def response_add(self, request, obj, post_url_continue=None):
        if request.is_direct and request.proposed is None:
            return super().response_add(request, obj, post_url_continue)
        return self._proposed(request)

    def response_change(self, request, obj):
        if request.is_direct and request.proposed is None:
            return super().response_change(request, obj)
        return self._proposed(request)

    def _proposed(self, request):
        if request.proposed is None:
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            return HttpResponseRedirect(reverse(name))
        self.message_user(
            request,
            _("Kept. It applies when another person approves it."),
            messages.SUCCESS,
        )
        return HttpResponseRedirect(
            reverse("admin:approval", args=[request.proposed.pk])
        )

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["waits"] = workflow.waiting_change(obj) if obj else None
        if context["waits"] and request.method == "GET":
            context["show_save"] = context["show_save_and_continue"] = False
        # In a plan in preparation every change is saved at once.
        context["is_free"] = bool(obj) and workflow.applies_at_once(obj, ())
        if obj and may_hide(request.user, obj):
            context["hides"] = reverse(
                "admin:hide", args=[self.opts.model_name, obj.pk]
            )
        context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def _is_direct(rows):
    return all(
        workflow.applies_at_once(form.instance, form.typed_names())
        for form in rows.forms
        if form.has_changed()
    )


@admin.register(PendingChange)
class PendingChangeAdmin(ReadOnlyMixin, ScopedAdmin):
    """Each change is decided on its own desk page."""

    list_display = ["__str__", "status", "proposed_by", "proposed_at", "decided_by"]
    list_filter = ["status"]
    list_select_related = ["proposed_by", "decided_by"]
    search_fields = ["records__label"]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        change = self.get_object(request, object_id)
        return HttpResponseRedirect(reverse("admin:approval", args=[change.pk]))

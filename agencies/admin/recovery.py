"""Recoveries of second factors in the admin: one asks, another confirms."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies import access
from agencies.accounts import factors
from agencies.accounts.factors import FactorReset
from agencies.admin.scoping import ScopedAdmin


class FactorResetForm(forms.ModelForm):
    class Meta:
        model = FactorReset
        fields = ["user", "way"]

    def clean_user(self):
        user = self.cleaned_data["user"]
        if user == self.asked_by:
            raise ValidationError(_("Another administrator must ask for this."))
        if FactorReset.objects.waiting().filter(user=user).exists():
            raise ValidationError(_("This was asked for already."))
        if user.is_superuser and not self.asked_by.is_superuser:
            raise ValidationError(_("This account is recovered on the server."))
        return user


class FactorResetAdmin(ScopedAdmin):
    form = FactorResetForm
    list_display = ["user", "status", "proposed_by", "proposed_at", "decided_by"]
    list_select_related = ["user", "proposed_by", "decided_by"]
    search_fields = ["user__username", "user__last_name"]
    has_own_audit_entry = True
    change_form_template = "admin/agencies/factor_reset_change_form.html"

    def has_change_permission(self, request, obj=None):
        return False

    def get_form(self, request, obj=None, **kwargs):
        if obj is not None:
            kwargs["form"] = forms.ModelForm
        form = super().get_form(request, obj, **kwargs)
        form.asked_by = request.user
        return form

    def get_fields(self, request, obj=None):
        asked = ["user", "way"]
        if obj is None:
            return asked
        return [
            *asked,
            *("status", "proposed_by", "proposed_at", "decided_by", "decided_at"),
        ]

    def get_urls(self):
        steps = [
            path(
                f"<int:pk>/{word}/",
                self.admin_site.admin_view(view),
                name=f"agencies_factorreset_{name}",
            )
            for word, view, name in [
                ("confirmar", self.approve, "approve"),
                ("rechazar", self.refuse, "refuse"),
            ]
        ]
        return [*steps, *super().get_urls()]

    def save_model(self, request, obj, form, change):
        factors.ask(obj, by=request.user)

    def log_addition(self, request, obj, message):
        """The audit record tells of it."""

    def approve(self, request, pk):
        done = gettext("The second factors are removed and the person is told.")
        return self._step(request, pk, factors.RESETS.approve, done)

    def refuse(self, request, pk):
        return self._step(request, pk, factors.RESETS.drop, gettext("It is refused."))

    def _step(self, request, pk, step, done):
        """A step is a press, never a link; ``factors`` says whose it is."""
        if not access.is_administrator(request.user):
            raise PermissionDenied
        found = self.get_queryset(request).filter(pk=pk).first()
        if request.method != "POST" or found is None:
            raise Http404
        try:
            step(found, by=request.user)
        except access.RefusedError as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            self.message_user(request, done, messages.SUCCESS)
        return HttpResponseRedirect(
            reverse("admin:agencies_factorreset_change", args=[pk])
        )

"""The pages of the user's own account, and the acceptance of an invitation."""

from allauth.account.decorators import reauthentication_required
from allauth.account.utils import perform_login
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.forms import ActivateTOTPForm
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import password_validation
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from agencies import access, invitations
from agencies.access import RefusedError
from agencies.accounts.account_changes import AccountChange
from agencies.accounts.second_factors import factors_of
from agencies.library_internals import (
    record_password_authentication,
    refuse_beyond_limit,
)
from agencies.models import User


@login_required
def account_page(request):
    user = request.user
    context = {
        "reviews": access.is_reviewer(user),
        "administers": access.is_administrator(user),
        "mandates": user.mandates.current().select_related("agency"),
        "factors": factors_of(user).count(),
        "pending_changes": AccountChange.objects.waiting().filter(user=user),
    }
    return TemplateResponse(request, "account/index.html", context)


@login_required
@reauthentication_required(app="allauth.mfa")
def totp_picture(request):
    adapter = get_adapter()
    # A bound form (``data={}``) keeps the displayed secret; others make a new one.
    form = ActivateTOTPForm(data={}, user=request.user)
    url = adapter.build_totp_url(request.user, form.secret)
    return HttpResponse(adapter.build_totp_svg(url), content_type="image/svg+xml")


class AcceptInvitationForm(forms.ModelForm):
    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Password, once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "username"]

    def __init__(self, *args, invitation, **kwargs):
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        if invitation.email:
            self.instance.username = self.instance.email = invitation.email
            del self.fields["username"]
        self.fields[
            "password1"
        ].help_text = password_validation.password_validators_help_text_html()
        for name in ("first_name", "last_name"):
            self.fields[name].required = True

    def clean_username(self):
        """Refuse a taken name, and an e-mail address, which nobody verified."""
        name = self.cleaned_data["username"].lower()
        if "@" in name or User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(_("Choose another name, without @."))
        return name

    def clean(self):
        cleaned = super().clean()
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        if first:
            for name in ("first_name", "last_name"):
                setattr(self.instance, name, cleaned.get(name, ""))
            try:
                password_validation.validate_password(first, self.instance)
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return cleaned


@sensitive_post_parameters("password1", "password2", "codigo")
def invitation_page(request):
    code = request.POST.get("codigo") or request.GET.get("codigo", "")
    if not code:
        return render(request, "account/invitation_code.html")
    refuse_beyond_limit(request, "invitation")
    invitation = invitations.invitation_of(code)
    if invitation is None:
        context = {"problem": gettext("This code serves for nothing, or no longer.")}
        return render(request, "account/invitation_code.html", context)
    form = AcceptInvitationForm(request.POST or None, invitation=invitation)
    if not request.user.is_authenticated and form.is_valid():
        return _accept(request, code, form)
    context = {"invitation": invitation, "form": form, "code": code}
    return render(request, "account/invitation.html", context)


def _accept(request, code, form):
    try:
        user = invitations.accept_invitation(
            code, form.save(commit=False), form.cleaned_data["password1"]
        )
    except RefusedError:  # another press was faster
        return HttpResponseRedirect(reverse("account_login"))
    record_password_authentication(request, user, username=user.username)
    return perform_login(request, user, redirect_url=reverse("mfa_index"))


class ReminderForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["reminders", "hears_of_returns"]
        widgets = {"reminders": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_class = "step-form"
        self.helper.add_input(Submit("save", gettext("Save"), css_class="default"))


def reminder_page(request):
    person = User.objects.get(pk=request.user.pk)
    form = ReminderForm(request.POST or None, instance=person)
    if form.is_valid():
        person.save(update_fields=form.Meta.fields)
        messages.success(request, gettext("Your choice is saved."))
        return HttpResponseRedirect(reverse("admin:reminders"))
    context = {
        **admin.site.each_context(request),
        "title": gettext("Reminders by mail"),
        "form": form,
    }
    return TemplateResponse(request, "desk/reminder_choice.html", context)

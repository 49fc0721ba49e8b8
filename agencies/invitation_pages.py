"""The page on which somebody who was invited makes her account."""

from allauth.account.utils import perform_login
from django import forms
from django.contrib.auth import password_validation
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from agencies import invitations
from agencies.access import RefusedError
from agencies.allauth_internals import record_password, refuse_beyond_limit
from agencies.models import User


class AcceptForm(forms.ModelForm):
    """A name and a password; the rest was said by the invitation."""

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
        fields = ["first_name", "last_name"]

    def __init__(self, *args, invitation, **kwargs):
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.instance.username = self.instance.email = invitation.email
        self.fields[
            "password1"
        ].help_text = password_validation.password_validators_help_text_html()
        for name in ("first_name", "last_name"):
            self.fields[name].required = True

    def clean(self):
        """The password is judged beside the name that it must not resemble."""
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
    """
    Asks for the code, then for name and password; then the account exists.

    The code travels in the query, which no log keeps.
    """
    code = request.POST.get("codigo") or request.GET.get("codigo", "")
    if not code:
        return render(request, "account/invitation_code.html")
    refuse_beyond_limit(request, "invitation")
    invitation = invitations.find(code)
    if invitation is None:
        context = {"problem": gettext("This code serves for nothing, or no longer.")}
        return render(request, "account/invitation_code.html", context)
    form = AcceptForm(request.POST or None, invitation=invitation)
    if not request.user.is_authenticated and form.is_valid():
        return _accept(request, code, form)
    context = {"invitation": invitation, "form": form, "code": code}
    return render(request, "account/invitation.html", context)


def _accept(request, code, form):
    try:
        user = invitations.accept(
            code, form.save(commit=False), form.cleaned_data["password1"]
        )
    except RefusedError:  # another press was faster
        return HttpResponseRedirect(reverse("account_login"))
    record_password(request, user, username=user.username)
    return perform_login(request, user, redirect_url=reverse("mfa_index"))

"""allauth's forms of passwords and second factors, with the portal's texts."""

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django.utils.translation import gettext_lazy as _

from agencies.models import User


def reword(form, **labels):
    for name, label in labels.items():
        form.fields[name].label = label
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class LoginForm(account_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(self, login=_("User name or e-mail"), password=_("Password"))
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"
        self.fields["login"].widget.attrs["autofocus"] = True
        self.fields["password"].help_text = ""

    def user_credentials(self):
        """
        Return the typed text as an e-mail address if an account has it, else as a user
        name.

        allauth tries both and checks up to three passwords; the time of the answer
        would show which accounts exist.
        """
        credentials = super().user_credentials()
        typed = credentials.pop("email", "") or credentials["username"]
        if User.objects.filter(email=typed.lower()).exists():
            credentials.pop("username", None)
            return {**credentials, "email": typed}
        return {**credentials, "username": typed}


class ReauthenticateForm(account_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(self, password=_("Password"))
        self.fields["password"].help_text = ""


class TwiceMixin:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(
            self,
            password1=_("New password"),
            password2=_("New password, once more"),
        )

    def add_error(self, field, error):
        if field == "password2" and self.data.get("password1") != self.data.get(
            "password2"
        ):
            error = _("The two passwords differ.")
        super().add_error(field, error)


class ChangePasswordForm(TwiceMixin, account_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(self, oldpassword=_("Present password"))
        self.fields["oldpassword"].help_text = ""


class ResetPasswordKeyForm(TwiceMixin, account_forms.ResetPasswordKeyForm):
    pass


class ResetPasswordForm(account_forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(self, email=_("E-mail address"))

    def clean_email(self):
        """Match active accounts by their current address only."""
        email = self.cleaned_data["email"]
        found = User.objects.filter(email__iexact=email, is_active=True)
        self.users = [user for user in found if user.email.lower() == email.lower()]
        return email


class CodeFieldMixin:
    label = _("Code of the app, or a recovery code")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(self, code=self.label)
        self.fields["code"].widget.attrs |= {
            "inputmode": "numeric",
            "autofocus": True,
        }


class AuthenticateWithCodeForm(CodeFieldMixin, mfa_forms.AuthenticateForm):
    pass


class ReauthenticateWithCodeForm(CodeFieldMixin, mfa_forms.ReauthenticateForm):
    pass


class ActivateTOTPForm(CodeFieldMixin, totp_forms.ActivateTOTPForm):
    label = _("The six digits that the app shows now")


class AddWebAuthnForm(webauthn_forms.AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(
            self,
            name=_("Your name for it"),
            passwordless=_("Sign in with it alone, without the password"),
        )
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].help_text = _(
            "The device then asks for your fingerprint, your face or its own PIN."
        )


class EditWebAuthnForm(webauthn_forms.EditWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(self, name=_("Your name for it"))

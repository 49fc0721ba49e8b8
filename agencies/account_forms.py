"""allauth's forms of passwords, in the portal's words."""

from allauth.account import forms
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from agencies.sign_in import accounts_with_address


def reword(form, **labels):
    """Give fields our labels; a placeholder would only repeat them."""
    for name, label in labels.items():
        form.fields[name].label = label
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class LoginForm(forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(self, login=_("User name or e-mail"), password=_("Password"))
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"
        self.fields["login"].widget.attrs["autofocus"] = True
        self.fields["password"].help_text = ""

    def user_credentials(self):
        """
        What was typed, as an address where an account has it, and else as a name.

        allauth passes an address as both, and then checks the password of an account up
        to three times. Where there is no account it does the work of one check, so the
        time of the answer would tell who has an account.
        """
        credentials = super().user_credentials()
        typed = credentials.pop("email", "") or credentials["username"]
        if User.objects.filter(email=typed.lower()).exists():
            credentials.pop("username", None)
            return {**credentials, "email": typed}
        return {**credentials, "username": typed}


class ReauthenticateForm(forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(self, password=_("Password"))
        self.fields["password"].help_text = ""


class TwiceMixin:
    """A new password is typed twice; when the two differ, we say it in our words."""

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


class ChangePasswordForm(TwiceMixin, forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(self, oldpassword=_("Present password"))
        self.fields["oldpassword"].help_text = ""


class ResetPasswordKeyForm(TwiceMixin, forms.ResetPasswordKeyForm):
    """The page behind the single-use link."""


class ResetPasswordForm(forms.ResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(self, email=_("E-mail address"))

    def clean_email(self):
        """A former address of an account opens nothing."""
        self.users = accounts_with_address(self.cleaned_data["email"])
        return self.cleaned_data["email"]

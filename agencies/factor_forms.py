"""allauth's forms of second factors, in the portal's words."""

from allauth.mfa.base import forms
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AllauthAddWebAuthnForm
from allauth.mfa.webauthn.forms import EditWebAuthnForm as AllauthEditWebAuthnForm
from django.utils.translation import gettext_lazy as _

from agencies.account_forms import reword


class CodeMixin:
    """A code is typed from another device: numbers, and nothing kept."""

    label = _("Code of the app, or a recovery code")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(self, code=self.label)
        self.fields["code"].widget.attrs |= {
            "inputmode": "numeric",
            "autofocus": True,
        }


class AuthenticateForm(CodeMixin, forms.AuthenticateForm):
    """The second step of signing in."""


class ReauthenticateForm(CodeMixin, forms.ReauthenticateForm):
    """The same, before something sensitive."""


class ActivateTOTPForm(CodeMixin, AllauthActivateTOTPForm):
    label = _("The six digits that the app shows now")


class AddWebAuthnForm(AllauthAddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(
            self,
            name=_("What you call it"),
            passwordless=_("Sign in with it alone, without the password"),
        )
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].help_text = _(
            "The device then asks for your fingerprint, your face or its own PIN."
        )


class EditWebAuthnForm(AllauthEditWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        reword(self, name=_("What you call it"))

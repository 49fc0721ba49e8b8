"""Signing in: where the portal differs from allauth."""

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.signals import password_reset
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context as current
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import clear, respond_429
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import devices, sign_in_attempts
from agencies.audit import address_of
from agencies.audit.receivers import note_account_at_limit, tried_account
from agencies.library_internals import record_password_authentication
from agencies.mail import mail_person

#: Mails about an account: subject, and a sentence that says what happened.
NOTICES = {
    "account/email/password_changed": (
        _("Your password was changed"),
        _("The password of your account was changed."),
    ),
    "account/email/password_reset": (
        _("Your password was changed"),
        _("The password of your account was changed with a link sent by mail."),
    ),
    "mfa/email/totp_activated": (
        _("A second factor was added"),
        _("An authenticator app was added to your account."),
    ),
    "mfa/email/totp_deactivated": (
        _("A second factor was removed"),
        _("The authenticator app was removed from your account."),
    ),
    "mfa/email/webauthn_added": (
        _("A second factor was added"),
        _("A passkey or security key was added to your account."),
    ),
    "mfa/email/webauthn_removed": (
        _("A second factor was removed"),
        _("A passkey or security key was removed from your account."),
    ),
    "mfa/email/recovery_codes_generated": (
        _("You have new recovery codes"),
        _("New recovery codes were made; the former ones no longer serve."),
    ),
    "agencies/address_changed": (
        _("Your e-mail address was changed"),
        _("Your account was given another e-mail address."),
    ),
    "agencies/account_confirmed": (
        _("What your account may do was changed"),
        _(
            "Two people confirmed a role, a user name or the reactivation of your "
            "account. You sign in again."
        ),
    ),
    "agencies/access_changed_on_server": (
        _("What your account may do was changed"),
        _(
            "Whoever runs the server gave or took a role or a mandate of your account, "
            "at the request of an administrator."
        ),
    ),
    "agencies/factors_removed": (
        _("Your second factors were removed"),
        _(
            "Two administrators removed the second factors of your account and ended "
            "its sessions. You set up a new one when you next sign in."
        ),
    ),
    "agencies/recovered_on_server": (
        _("Your account was recovered"),
        _(
            "Whoever runs the server removed the second factors of your account, ended "
            "its sessions and made a link to a new password."
        ),
    ),
}
#: Labels of the methods of reauthentication.
REAUTHENTICATION_LABELS = {
    "reauthenticate": _("With the password"),
    "mfa_reauthenticate": _("With a code of the app, or a recovery code"),
    "mfa_reauthenticate:webauthn": _("With a passkey or security key"),
}
#: Error codes of exceeded limits, answered with 429.
TOO_MANY = {"too_many_login_attempts", "rate_limited"}


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up; mails go through the queue; exceeded limits answer 429."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The name or the password is not right."),
        "email_password_mismatch": _("The name or the password is not right."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_password": _("The password is not right."),
        "invalid_password_reset": _("This link no longer serves: ask for a new one."),
    }

    def is_open_for_signup(self, request):
        return False

    def get_client_ip(self, request):
        """The address whose attempts are limited; a request without one is refused."""
        address = address_of(request)
        if not address:
            raise PermissionDenied
        return address

    def validation_error(self, code, *args):
        if code in TOO_MANY:
            raise ImmediateHttpResponse(respond_429(current.request))
        return super().validation_error(code, *args)

    def pre_authenticate(self, request, **credentials):
        """Refuse an attempt beyond a limit before the password is hashed."""
        name = sign_in_attempts.name_of(credentials)
        device = devices.device_of_account(request, credentials)
        self.attempt = sign_in_attempts.count_attempt(request, name, device)
        if refused_by := self.attempt.refused_by:
            request.refused_by = refused_by
            if refused_by != "network":
                note_account_at_limit(request, name, tried_account(credentials))
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user:
            self.attempt.give_back()
        return user

    def get_reauthentication_methods(self, user):
        methods = super().get_reauthentication_methods(user)
        labels = REAUTHENTICATION_LABELS
        return [{**each, "description": labels[each["id"]]} for each in methods]

    def get_password_change_redirect_url(self, request):
        return reverse("account_index")

    def post_login(self, request, user, **facts):
        records = get_authentication_records(request, user)
        if any(record["method"] == "password" for record in records):
            # So that allauth counts this sign-in as a recent proof of identity.
            record_password_authentication(request, user, reauthenticated=True)
        response = super().post_login(request, user, **facts)
        devices.remember_device(response, user)
        return response

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        send_notice(user, template_prefix)

    def send_password_reset_mail(self, user, email, context):
        mail_person(
            user,
            "password_reset",
            _("A new password for the plan portal"),
            username=user.get_username(),
            address=context["password_reset_url"],
            minutes=settings.PASSWORD_RESET_TIMEOUT // 60,
        )

    def get_reset_password_from_key_url(self, key):
        """Build the link with the portal's own host, never with that of the request."""
        return reset_url(*key.split("-", 1))

    def send_mail(self, template_prefix, email, context):
        """
        Refuse other mails of allauth: they belong to pages that do not exist here.
        """
        raise NotImplementedError(f"The portal has no mail {template_prefix}")


@receiver(password_reset)
def lift_limit(sender, request, user, **facts):
    """Lift the limit of wrong passwords; that of all attempts ends within a minute."""
    for name in (user.email, user.get_username()):
        clear(request, action="login_failed", key=name.lower())


def reset_url(uid, key):
    path = reverse("account_reset_password_from_key", args=[uid, key])
    return f"{settings.SITE_URL}{path}"


def password_link(user):
    """A single-use link that sets a password, and its validity in minutes."""
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    return reset_url(user_pk_to_url_str(user), key), minutes


def send_notice(user, notice, *, to=""):
    if not (to or user.email):
        return
    subject, happened = NOTICES[notice]
    mail_person(
        user,
        "account",
        subject,
        to=to,
        template="account_notice",
        happened=happened,
        username=user.get_username(),
        moment=timezone.now(),
        contact=settings.CONTACT_EMAIL,
    )

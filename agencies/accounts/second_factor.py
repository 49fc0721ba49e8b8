"""
Whoever signed in with a password alone reaches the public pages and the pages that set
up a second factor, and nothing else.

An address that is not named here is not reached. The session counts, not the account: a
session that was opened before the factor was added must prove it too.
"""

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from agencies.accounts.factors import FACTORS, factors_of
from agencies.accounts.pages import page_of
from agencies.audit import Event, record

SESSION_KEY = "second_factor_of"
#: The page that a session asked for before it had set up a factor; setting one up leads
#: to it.
ASKED_FOR = "asked_for"

#: The public pages, which look at no session: namespaces, and names without one.
PUBLIC = {"es", "en"}
PUBLIC_NAMES = {"robots", "security_txt", "sitemap"}
#: Pages that a session without a proven second factor may open.
OPEN = {
    "account_index",
    "account_inactive",
    "account_invitation",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "language",
    "mfa_authenticate",
    "mfa_index",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}
#: Pages that it may open only while the account has no second factor yet.
ENROLMENT = {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_totp_picture",
}


class SecondFactorMiddleware:
    """Sends a session without a proven second factor to prove it or to set one up."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        match = request.resolver_match
        name = "" if match.namespaces else match.url_name
        if PUBLIC.intersection(match.namespaces) or name in PUBLIC_NAMES:
            return None
        if not request.user.is_authenticated:
            return None
        if not settings.REQUIRE_SECOND_FACTOR or is_proven(request):
            return None
        if name in OPEN:
            return None
        if proof := _proof_of(request.user):
            return _redirect(proof, request)
        if name in ENROLMENT:
            return None
        request.session[ASKED_FOR] = page_of(request)
        return _redirect("mfa_index", request)


def _proof_of(user):
    """The name of the page on which the person proves a factor; None without one."""
    kinds = set(factors_of(user).values_list("type", flat=True))
    if Authenticator.Type.WEBAUTHN in kinds:
        return "mfa_reauthenticate_webauthn"
    return "mfa_reauthenticate" if kinds else None


def ask_for_proof(request):
    """Redirect to where the person proves a factor, or else the password, and back."""
    name = _proof_of(request.user) or "account_reauthenticate"
    return _redirect(name, request)


def _redirect(name, request):
    query = urlencode({"next": page_of(request)})
    return HttpResponseRedirect(f"{reverse(name)}?{query}")


def is_proven(request):
    """True when this session was opened or confirmed with a second factor."""
    return request.session.get(SESSION_KEY) == request.user.pk


@receiver(authenticator_used, sender=Authenticator)
def note_use(sender, request, user, **facts):
    """Note that the person of this session has used a factor or a recovery code."""
    request.session[SESSION_KEY] = user.pk


@receiver(authenticator_added, sender=Authenticator)
def note_enrolment(sender, request, user, authenticator, **facts):
    """Note that she has set up a factor; recovery codes made with it prove nothing."""
    if authenticator.type in FACTORS:
        request.session[SESSION_KEY] = user.pk
    _record(Event.FACTOR_ADDED, request, user, authenticator)


@receiver(authenticator_removed, sender=Authenticator)
def record_removal(sender, request, user, authenticator, **facts):
    _record(Event.FACTOR_REMOVED, request, user, authenticator)


@receiver(authenticator_reset, sender=Authenticator)
def record_new_codes(sender, request, user, authenticator, **facts):
    _record(Event.FACTOR_ADDED, request, user, authenticator)


@receiver(authentication_failed, sender=Authenticator)
def record_failure(sender, request, user, authenticator, **facts):
    _record(Event.SIGN_IN_FAILED, request, user, authenticator)


def _record(event, request, user, authenticator):
    record(event, actor=user, request=request, obj=user, kind=authenticator.type)

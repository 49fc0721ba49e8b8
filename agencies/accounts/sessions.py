"""
Limits of a session: its length, the second factor it needs, and its uploads.

With a password alone a user reaches only public pages and those that set up a second
factor. Pages that give access or destroy a text need a fresh proof; publishing does
not, since it takes a second person.
"""

import time

from allauth.account.authentication import get_authentication_records
from allauth.core.ratelimit import respond_429
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, get_user_model
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.auth.views import redirect_to_login
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from agencies.access import is_staff_address
from agencies.accounts import closing
from agencies.accounts.second_factors import FACTORS, factors_of
from agencies.audit import Event, record_event
from agencies.library_internals import consume
from agencies.routes import SAFE_METHODS, return_url

#: Seconds without use, and since the sign-in, after which a session ends. The first is
#: also the age of the cookie, which each renewal extends.
MAX_IDLE, MAX_LENGTH = settings.SESSION_COOKIE_AGE, 60 * 60 * 12
#: Seconds between two writes of a session.
RENEWED_EVERY = 60
#: Session keys of the times, in seconds, of the sign-in and of the last use.
BEGAN_KEY, ACTIVE_KEY = "began_at", "active_at"
#: The authentication class of sessions from before ``agencies.accounts.backend``.
FORMER_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
#: Clear-Site-Data on signing out, since computers may be shared.
CLEARED_SITE_DATA = '"cache", "storage"'


def connect():
    user_logged_in.connect(start_session_limits, dispatch_uid="sessions")
    user_logged_out.connect(mark_signed_out, dispatch_uid="sessions")
    post_save.connect(
        closing.end_sessions_of_closed_account,
        sender=get_user_model(),
        dispatch_uid="sessions",
    )


def start_session_limits(sender, request, user, **kwargs):
    request.session[BEGAN_KEY] = request.session[ACTIVE_KEY] = time.time()


def mark_signed_out(sender, request, user, **kwargs):
    if request is not None:
        request.has_signed_out = True


class PersonMiddleware(AuthenticationMiddleware):
    """
    Sets the user; accepts sessions that name the authentication class of an older
    version.
    """

    def process_request(self, request):
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _person_of(request))


def _person_of(request):
    if request.session.get(BACKEND_SESSION_KEY) == FORMER_BACKEND:
        request.session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    return get_user(request)


class SessionLimitsMiddleware(MiddlewareMixin):
    """Ends expired sessions and leads to the sign-in page and back."""

    def process_response(self, request, response):
        if getattr(request, "has_signed_out", False):
            response.headers["Clear-Site-Data"] = CLEARED_SITE_DATA
        return response

    def process_view(self, request, view, args, kwargs):
        match = request.resolver_match
        if not is_staff_address(match):
            return None
        if not request.user.is_authenticated:
            return self._redirect_form_to_sign_in(request, match)
        reason = reason_to_end(request.session, time.time())
        if not reason:
            renew_session(request.session, time.time())
            return None
        record_event(
            Event.SESSION_ENDED, request=request, obj=request.user, reason=reason
        )
        request.session.flush()
        request.user = AnonymousUser()
        return redirect_to_login(return_url(request))

    def _redirect_form_to_sign_in(self, request, match):
        """
        Redirect a form, and a view whose form is on another page, so that the user
        returns to that page. Other GETs are redirected by Django's ``admin_view``.
        """
        is_page = request.method in SAFE_METHODS and not hasattr(
            match.func, "page_of_form"
        )
        if is_page or "admin" not in match.namespaces:
            return None
        if match.url_name in {"login", "logout"}:
            return None
        return redirect_to_login(return_url(request))


def reason_to_end(session, now):
    if now - session.get(BEGAN_KEY, 0) > MAX_LENGTH:
        return "absolute"
    if now - session.get(ACTIVE_KEY, 0) > MAX_IDLE:
        return "idle"
    return ""


def renew_session(session, now):
    """Store the time of use, if ``RENEWED_EVERY`` seconds have passed."""
    if now - session.get(ACTIVE_KEY, 0) > RENEWED_EVERY:
        session[ACTIVE_KEY] = now
        row = UserSession.objects.filter(session_key=session.session_key)
        row.update(last_seen_at=timezone.now())


class UploadLimitMiddleware(MiddlewareMixin):
    """Answers 429 before the view cleans an uploaded file, which may take seconds."""

    def process_view(self, request, view, args, kwargs):
        if request.method != "POST" or not request.user.is_authenticated:
            return None
        files = (file for _name, files in request.FILES.lists() for file in files)
        if all(consume(request, "upload") for _file in files):
            return None
        return respond_429(request)


#: Session key of the account whose second factor was proven.
PROVEN_USER_KEY = "second_factor_of"
#: Session key of the page requested before a factor was set up, for the redirect.
REQUESTED_PAGE_KEY = "asked_for"

#: Namespaces and names of public pages, which use no session.
PUBLIC_NAMESPACES = {"es", "en"}
PUBLIC_NAMES = {"robots", "security_txt", "sitemap"}
#: Pages that a session without a proven second factor may open.
OPEN_PAGES = {
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
    "guide",
    "language",
    "mfa_authenticate",
    "mfa_index",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}
#: Further pages open to it while the account has no second factor.
ENROLMENT_PAGES = {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_totp_picture",
}
#: Maximum age of the last proof in seconds: to open a page or press a button, and to
#: send a form that was opened in time, so that no typed text is lost.
MAX_PROOF_AGE_TO_OPEN, MAX_PROOF_AGE_TO_SEND = 15 * 60, 60 * 60
#: Session key of a mapping: path of a form → time of opening, in seconds.
OPENED_KEY = "opened_with_proof"
#: URL names of guarded pages with a form.
GUARDED_PAGES = {
    "agencies_factorreset_add",
    "agencies_focalpoint_add",
    "agencies_focalpoint_change",
    "agencies_invitation_add",
    "agencies_user_change",
    "hand_over",
    "purge_new",
}
#: URL names of guarded buttons.
GUARDED_BUTTONS = {
    "account_change",
    "agencies_factorreset_approve",
    "agencies_invitation_code",
    "agencies_invitation_send",
    "purge_confirm",
}


class SecondFactorMiddleware(MiddlewareMixin):
    """
    Redirects sessions without a proven second factor to prove it or to set one up.
    """

    def process_view(self, request, view, args, kwargs):
        match = request.resolver_match
        name = "" if match.namespaces else match.url_name
        if PUBLIC_NAMESPACES.intersection(match.namespaces) or name in PUBLIC_NAMES:
            return None
        if not request.user.is_authenticated or name in OPEN_PAGES:
            return None
        if not settings.REQUIRE_SECOND_FACTOR or is_proven(request):
            return None
        if proof := _proof_page_of(request.user):
            return _redirect(proof, request)
        if name in ENROLMENT_PAGES:
            return None
        request.session[REQUESTED_PAGE_KEY] = return_url(request)
        return _redirect("mfa_index", request)


def _proof_page_of(user):
    kinds = set(factors_of(user).values_list("type", flat=True))
    if Authenticator.Type.WEBAUTHN in kinds:
        return "mfa_reauthenticate_webauthn"
    return "mfa_reauthenticate" if kinds else None


def ask_for_proof(request):
    return _redirect(_proof_page_of(request.user) or "account_reauthenticate", request)


def _redirect(name, request):
    query = urlencode({"next": return_url(request)})
    return HttpResponseRedirect(f"{reverse(name)}?{query}")


def is_proven(request):
    return request.session.get(PROVEN_USER_KEY) == request.user.pk


@receiver(authenticator_used, sender=Authenticator)
def note_use(sender, request, user, **facts):
    request.session[PROVEN_USER_KEY] = user.pk


@receiver(authenticator_added, sender=Authenticator)
def note_enrolment(sender, request, user, authenticator, **facts):
    """Recovery codes made together with a factor prove nothing."""
    if authenticator.type in FACTORS:
        request.session[PROVEN_USER_KEY] = user.pk
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
    record_event(event, actor=user, request=request, obj=user, kind=authenticator.type)


class FreshProofMiddleware(MiddlewareMixin):
    def process_view(self, request, view, args, kwargs):
        # First, since public pages have no session.
        if not is_guarded(request) or not request.user.is_authenticated:
            return None
        now = time.time()
        if now - proven_at(request) >= max_proof_age(request, now):
            return ask_for_proof(request)
        if request.method == "GET":
            note_opening(request, now)
        return None


def is_guarded(request):
    match = request.resolver_match
    if match.namespaces != ["admin"]:
        return False
    is_pressed = request.method == "POST" and match.url_name in GUARDED_BUTTONS
    return is_pressed or match.url_name in GUARDED_PAGES


def max_proof_age(request, now):
    """The maximum age of the last proof for this request."""
    is_sent = (
        request.method == "POST" and request.resolver_match.url_name in GUARDED_PAGES
    )
    return (
        MAX_PROOF_AGE_TO_SEND
        if is_sent and was_opened(request, now)
        else MAX_PROOF_AGE_TO_OPEN
    )


def was_opened(request, now):
    return (
        now - request.session.get(OPENED_KEY, {}).get(request.path, 0)
        < MAX_PROOF_AGE_TO_SEND
    )


def note_opening(request, now):
    opened = request.session.get(OPENED_KEY, {})
    request.session[OPENED_KEY] = {
        path: since
        for path, since in opened.items()
        if now - since < MAX_PROOF_AGE_TO_SEND
    } | {request.path: now}


def proven_at(request):
    """Time of the last sign-in or proof, in seconds."""
    records = get_authentication_records(request, request.user)
    return max(
        [request.session.get(BEGAN_KEY, 0), *(record["at"] for record in records)]
    )

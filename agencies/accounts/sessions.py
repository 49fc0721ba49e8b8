"""What a session may do: one hour without a request, twelve in all, so many files."""

import time

from allauth.core.ratelimit import respond_429
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, get_user_model
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.models import Session
from django.db.models.signals import post_save
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from agencies.access import is_staff_address
from agencies.audit import Event, record
from agencies.library_internals import consume
from agencies.routes import SAFE_METHODS, page_of

#: Seconds. The first is also the age of the cookie, which each renewal extends.
IDLE, ABSOLUTE = settings.SESSION_COOKIE_AGE, 60 * 60 * 12
#: Seconds within which a session is not stored again for each request.
RENEWED_EVERY = 60
BEGAN, ACTIVE = "began_at", "active_at"
#: What checked passwords before ``agencies.accounts.backend``.
FORMER_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
#: What the browser drops on signing out, since others may use the computer too.
FORGOTTEN = '"cache", "storage"'


def connect():
    """Connect the receivers; called once, when every app is loaded."""
    user_logged_in.connect(begin, dispatch_uid="sessions")
    user_logged_out.connect(mark_signed_out, dispatch_uid="sessions")
    post_save.connect(
        end_with_account, sender=get_user_model(), dispatch_uid="sessions"
    )


def begin(sender, request, user, **kwargs):
    request.session[BEGAN] = request.session[ACTIVE] = time.time()


def mark_signed_out(sender, request, user, **kwargs):
    if request is not None:
        request.has_signed_out = True


def end_with_account(sender, instance, created, **kwargs):
    if not created and not instance.is_active:
        end_sessions_of(instance)


def end_sessions_of(user):
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


class PersonMiddleware(AuthenticationMiddleware):
    """
    Tells whose session it is; one that an earlier version of the portal began goes on.

    Those name another class of allauth, by which nobody can sign in any more.
    """

    def process_request(self, request):
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _person_of(request))


def _person_of(request):
    if request.session.get(BACKEND_SESSION_KEY) == FORMER_BACKEND:
        request.session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    return get_user(request)


class SessionLimitsMiddleware:
    """
    Ends a session that has lasted too long, and leads to the sign-in page and back.

    From there a form leads back to its page, where the browser has what was typed.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if getattr(request, "has_signed_out", False):
            response.headers["Clear-Site-Data"] = FORGOTTEN
        return response

    def process_view(self, request, view, args, kwargs):
        match = request.resolver_match
        if not is_staff_address(match):
            return None
        if not request.user.is_authenticated:
            return self._back_to_form(request, match)
        reason = reason_to_end(request.session, time.time())
        if not reason:
            return None
        record(Event.SESSION_ENDED, request=request, obj=request.user, reason=reason)
        request.session.flush()
        request.user = AnonymousUser()
        return redirect_to_login(page_of(request))

    def _back_to_form(self, request, match):
        is_page = request.method in SAFE_METHODS and not hasattr(match.func, "held_by")
        if is_page or "admin" not in match.namespaces:
            return None
        if match.url_name in {"login", "logout"}:
            return None
        return redirect_to_login(page_of(request))


def reason_to_end(session, now):
    """Why the session must end, in a word; empty if it goes on."""
    if now - session.get(BEGAN, 0) > ABSOLUTE:
        return "absolute"
    seen = session.get(ACTIVE, 0)
    if now - seen > IDLE:
        return "idle"
    if now - seen > RENEWED_EVERY:
        renew(session, now)
    return ""


def renew(session, now):
    session[ACTIVE] = now
    row = UserSession.objects.filter(session_key=session.session_key)
    row.update(last_seen_at=timezone.now())


class UploadLimitMiddleware:
    """Answers 429 before a file is opened, which may take seconds."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method != "POST" or not request.user.is_authenticated:
            return None
        files = (file for _name, files in request.FILES.lists() for file in files)
        if all(consume(request, "upload") for _file in files):
            return None
        return respond_429(request)

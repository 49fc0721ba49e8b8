"""The language in which a person works on the staff pages."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST


@require_POST
def choose_language(request):
    """Store the language that a person chose, in her account and in this browser."""
    response = HttpResponseRedirect(_way_back(request))
    language = request.POST.get("language")
    if language not in dict(settings.LANGUAGES):
        return response
    if hasattr(request.user, "language"):
        request.user.language = language
        request.user.save(update_fields=["language"])
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        path="/",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response


def _way_back(request):
    """The staff page that showed the form; the index if ``next`` is no staff page."""
    target = request.POST.get("next", "")
    if target.startswith("/") and url_has_allowed_host_and_scheme(
        target, allowed_hosts=None
    ):
        return target
    return reverse("admin:index")

"""One address for each way in which a view can end."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse
from django.urls import include, path


def page(request):
    return HttpResponse("a page")


def form(request):
    return HttpResponse("accepted")


def forbidden(request):
    raise PermissionDenied


def suspicious(request):
    raise SuspiciousOperation


def broken(request):
    raise ZeroDivisionError


ENDS = [
    path("page/", page),
    path("form/", form),
    path("forbidden/", forbidden),
    path("suspicious/", suspicious),
    path("broken/", broken),
]

urlpatterns = [
    path("", include((ENDS, "es"))),
    path("en/", include((ENDS, "en"))),
    path("gestion/", include(ENDS)),
]

handler400 = "plan_portal.errors.bad_request"
handler403 = "plan_portal.errors.permission_denied"
handler404 = "plan_portal.errors.page_not_found"
handler500 = "plan_portal.errors.server_error"

"""Where each page stands. The probes' addresses are in health.py."""

from django.contrib import admin
from django.urls import path

from plan_portal.language import choose_language

urlpatterns = [
    path("gestion/idioma/", choose_language, name="language"),
    path("gestion/", admin.site.urls),
]

handler400 = "plan_portal.errors.bad_request"
handler403 = "plan_portal.errors.permission_denied"
handler404 = "plan_portal.errors.page_not_found"
handler500 = "plan_portal.errors.server_error"

"""Where the pages for developers stand; read with DEBUG alone."""

from django.urls import path

from plan_portal import components
from plan_portal.urls import PUBLIC_PAGES

urlpatterns = [
    path("componentes/", components.page_of(PUBLIC_PAGES), name="components"),
]

"""Addresses of the desk inside the admin site, which guards them."""

from django.urls import path

from strategic_areas.desk import approving, evidence, sending, views
from strategic_areas.desk.workbook import views as workbook


def patterns(site):
    """The desk's addresses, each behind the admin site's own sign-in."""
    sheet = "hoja/<int:period>/<slug:agency>/"
    return [
        path(route, site.admin_view(view), name=name)
        for route, view, name in [
            (sheet, views.sheet, "sheet"),
            (f"{sheet}enviar/", sending.check, "sheet_check"),
            (f"{sheet}libro/", workbook.workbook, "workbook"),
            (f"{sheet}<int:activity>/", views.save_row, "sheet_row"),
            (f"{sheet}<int:activity>/evidencia/", evidence.attach, "sheet_attach"),
            (
                f"{sheet}<int:activity>/evidencia/<int:item>/quitar/",
                evidence.detach,
                "sheet_detach",
            ),
            ("recibo/<int:pk>/", sending.receipt, "receipt"),
            ("aprobaciones/<int:pk>/", approving.approval, "approval"),
        ]
    ]

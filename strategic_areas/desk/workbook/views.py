"""The workbook's addresses: download, upload and compare, save what was shown."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from strategic_areas.desk import showing
from strategic_areas.desk.views import find_or_404
from strategic_areas.desk.workbook.writing import write
from strategic_areas.evidence import EXTENSIONS


@require_http_methods(["GET"])
def workbook(request, period, agency):
    """The sheet of the round as a workbook; uploaded, what it would change."""
    return _download(find_or_404(request, period, agency))


def _download(sheet):
    names = [name for _pk, name in showing.places()]
    response = HttpResponse(write(sheet, names), content_type=EXTENSIONS["xlsx"])
    name = f"hoja-{sheet.agency.slug}-{sheet.period.code}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    return response

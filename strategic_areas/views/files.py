"""Downloads of stored files; always as attachments."""

import logging
from urllib.parse import quote

from django.http import FileResponse, Http404, HttpResponse
from django.views.decorators.http import require_safe

from strategic_areas.queries.updates import public_updates
from strategic_areas.views.parameters import found_or_404

logger = logging.getLogger(__name__)

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}


@require_safe
def evidence_file(request, token):
    return as_attachment(found_or_404(public_updates.cleared_file(token)))


def as_attachment(item):
    try:
        stored = item.file.open()
    except FileNotFoundError:
        kind = item._meta.label_lower
        logger.error("The file of %s %s is not in its folder", kind, item.pk)
        raise Http404 from None
    response = FileResponse(stored, content_type=item.content_type, headers=HEADERS)
    name = quote(item.original_name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def as_file(content, name, content_type):
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store, private",
            "X-Content-Type-Options": "nosniff",
        },
    )

"""Files of evidence for staff, within the scope of each person."""

from django.contrib import admin
from django.http import Http404
from django.views.decorators.http import require_safe

from strategic_areas.models import Evidence
from strategic_areas.views.evidence import as_attachment


@require_safe
def download(request, token):
    """The file, when she may read a record that it stands beside; else 404."""
    if not admin.site.has_permission(request):
        raise Http404
    rows = Evidence.objects.visible_to(request.user)
    item = rows.filter(kind=Evidence.Kind.FILE, file=token).order_by("pk").last()
    if item is None:
        raise Http404
    return as_attachment(item)

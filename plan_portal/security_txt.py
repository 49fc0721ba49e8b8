"""security.txt (RFC 9116): where to report a weakness of the portal."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

PATH = ".well-known/security.txt"
#: RFC 9116 advises less than a year; the date moves on each day.
VALID_FOR = timedelta(days=180)


@require_safe
def security_txt(request):
    """The security contact; 404 while none is configured."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    last_day = timezone.now().date() + VALID_FOR
    lines = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": f"{datetime.combine(last_day, time(), UTC):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": "es, en",
        "Canonical": f"{settings.SITE_URL}/{PATH}",
    }
    return HttpResponse(
        "".join(f"{name}: {value}\n" for name, value in lines.items()),
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "public, max-age=3600"},
    )

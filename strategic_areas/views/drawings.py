"""Charts as files that can be read without their page."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from strategic_areas import charts
from strategic_areas.views.cards import under_policy


def drawing_response(
    picture, title: str, notes: Iterable[str], page: str
) -> HttpResponse:
    """
    The SVG of a chart with its styles inside.

    Below ``notes`` stand the day, the licence and the URL of ``page``.
    """
    day = _("Data as of %(day)s") % {"day": timezone.localdate().isoformat()}
    below = [
        f"{_('National Plan against Human Trafficking')} · {day}",
        f"{settings.LICENCE_NAME} {settings.LICENCE_URL}".strip(),
        f"{settings.SITE_URL}{page}",
    ]
    file = charts.chart_file(picture, title, map(str, filter(None, [*notes, *below])))
    style = render_to_string("charts/file.css").strip()
    plot = f"charts/_{file.kind}_plot.html"
    context = {"file": file, "title": title, "style": style, "plot": plot}
    drawn = render_to_string("charts/file.svg", context).strip()
    response = HttpResponse(drawn, content_type="image/svg+xml")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    under_policy(response, {"style-src": [f"'sha256-{digest}'"]})
    response.headers["X-Robots-Tag"] = "noindex"
    return response

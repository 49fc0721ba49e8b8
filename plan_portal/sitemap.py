"""What search engines may list: sitemap.xml and robots.txt."""

from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from plan_portal.middleware import STAFF_PATHS
from strategic_areas.addresses import address
from strategic_areas.queries import sitemap

OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)
#: Pages that a sitemap leaves out: what is found there depends on what is asked.
LEFT_OUT = {"search"}


@require_safe
def robots(request):
    """Staff pages are nobody's to list; whether others are, each of them says."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in STAFF_PATHS)]
    if settings.ALLOW_INDEXING:
        lines += ["", f"Sitemap: {settings.SITE_URL}/sitemap.xml"]
    return HttpResponse(
        "\n".join([*lines, ""]),
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "public, max-age=3600"},
    )


def of(pages):
    """The view of the sitemap of ``pages``, rows of the public table."""

    def view(request):
        if not settings.ALLOW_INDEXING:
            raise Http404
        text = "".join(_entries(pages))
        return HttpResponse(
            f"{OPENING}{text}</urlset>\n", content_type="application/xml; charset=utf-8"
        )

    return view


def every_address(pages):
    """Spanish address, English address and last change of every public page."""
    places = sitemap.places()
    for name, _view, path, _english in pages:
        if name in LEFT_OUT:
            continue
        for place in places[name if name in places else _kind(path)]:
            yield (
                address(name, *place.spanish, language="es"),
                address(name, *place.english, language="en"),
                place.changed_at,
            )


def _kind(path):
    """Which records' arguments an address takes that has none of its own."""
    return "of_plan" if "<" in path else ""


def _entries(pages):
    for spanish, english, changed_at in every_address(pages):
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href="{_whole(path)}"/>'
            for code, path in (("es", spanish), ("en", english), ("x-default", spanish))
        )
        changed = ""
        if changed_at:
            changed = f"<lastmod>{timezone.localdate(changed_at)}</lastmod>"
        for path in (spanish, english):
            yield f"<url><loc>{_whole(path)}</loc>{changed}{links}</url>\n"


def _whole(path):
    return escape(f"{settings.SITE_URL}{path}")

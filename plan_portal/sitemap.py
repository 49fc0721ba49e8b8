"""sitemap.xml, robots.txt and security.txt (RFC 9116)."""

from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from plan_portal.middleware import STAFF_PATHS
from strategic_areas.public_paths import public_path
from strategic_areas.queries.site import arguments_of_public_pages

#: Pages left out of the sitemap, since their content depends on the query.
EXCLUDED_PAGES = {"search"}
#: The address of security.txt.
SECURITY_TXT = ".well-known/security.txt"
#: RFC 9116 recommends less than a year.
VALID_FOR = timedelta(days=180)


@require_safe
def robots(request):
    """Disallow staff pages; public pages state themselves whether to be indexed."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in STAFF_PATHS)]
    if settings.ALLOW_INDEXING:
        lines += ["", f"Sitemap: {settings.SITE_URL}/sitemap.xml"]
    return HttpResponse(
        "\n".join([*lines, ""]),
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "public, max-age=3600"},
    )


class PublicPages(Sitemap):
    i18n = alternates = x_default = True

    def __init__(self, pages):
        self.pages = pages

    def items(self):
        return list(public_page_paths(self.pages))

    def location(self, item):
        _name, spanish, english, _changed_at = item
        return english if get_language() == "en" else spanish

    def lastmod(self, item):
        return item[-1]

    def get_protocol(self, protocol=None):
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site=None):
        """The host of SITE_URL, not of the request."""
        return urlsplit(settings.SITE_URL).netloc


def sitemap_view(pages):
    sitemaps = {"pages": PublicPages(pages)}

    def view(request):
        if not settings.ALLOW_INDEXING:
            raise Http404
        return views.sitemap(request, sitemaps).render()

    return view


def public_page_paths(pages):
    """URL name, Spanish path, English path and last change of every public page."""
    arguments = arguments_of_public_pages()
    for name, _view, path, _english in pages:
        if name in EXCLUDED_PAGES:
            continue
        for spanish, english, changed_at in _path_arguments(arguments, name, path):
            yield (
                name,
                public_path(name, *spanish, language="es"),
                public_path(name, *english, language="en"),
                changed_at,
            )


def example_paths(pages):
    """Spanish and English path of one record's page, for each public page."""
    arguments = arguments_of_public_pages()
    for name, _view, path, _english in pages:
        for spanish, english, _at in _path_arguments(arguments, name, path)[:1]:
            yield public_path(name, *spanish, language="es")
            yield public_path(name, *english, language="en")


def _path_arguments(arguments, name, path):
    # Triples: arguments of the Spanish and the English path, and the last change.
    kind = "of_plan" if "<" in path else ""
    return arguments[name] if name in arguments else arguments[kind]


@require_safe
def security_txt(request):
    """404 if no security contact is configured."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    last_day = timezone.now().date() + VALID_FOR
    lines = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": f"{datetime.combine(last_day, time(), UTC):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": "es, en",
        "Canonical": f"{settings.SITE_URL}/{SECURITY_TXT}",
    }
    return HttpResponse(
        "".join(f"{name}: {value}\n" for name, value in lines.items()),
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "public, max-age=3600"},
    )

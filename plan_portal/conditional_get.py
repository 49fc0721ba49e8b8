"""
Conditional GET for public pages: 304 without rendering.

The weak ETag is a keyed digest of build, publication version, day and language.
"""

import hmac
import re
from functools import cache, wraps
from hashlib import sha256

from django.conf import settings
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from strategic_areas.models import PublicationVersion
from strategic_areas.queries.caching import caching_version
from strategic_areas.views.parameters import AS_OF, canonical_query, has_free_text

#: WSGI key that marks a request of the page cache, and the response header that lets
#: the cache store the page under the requested URL.
FOR_PAGE_CACHE, KEEP_HEADER = "portal.page_cache", "X-Portal-Keep"

#: Placeholder of the page's version until the rest is rendered.
VERSION_PLACEHOLDER = "version-of-this-page"

INDENTATION = re.compile(rb"\n\s+")
#: The citation block, which contains the page's content and today's date.
CITATION = re.compile(rb'<p class="cite">.*?</p>', re.DOTALL)

#: Folders and suffixes of the files from which pages are made.
SOURCE_FOLDERS = ("agencies", "plan_portal", "strategic_areas", "templates")
SOURCE_SUFFIXES = {".css", ".html", ".mo", ".py", ".svg", ".ttf"}
#: The settings whose values pages show.
SHOWN_SETTINGS = (
    "COUNTRY",
    "SITE_URL",
    "OFFICIAL_SITE",
    "LOGOS",
    "ALLOW_INDEXING",
    "SECRETARIAT_NAME",
    "EMERGENCY_NUMBER",
    "CONTACT_EMAIL",
    "CONTACT_PHONE",
    "CONTACT_ADDRESS",
    "CORRECTIONS_EMAIL",
    "LICENCE_NAME",
    "LICENCE_URL",
)


@cache
def _key():
    return sha256(f"public digests:{settings.SECRET_KEY}".encode()).digest()


def public_digest(content: bytes, length=24) -> str:
    """
    The start of a keyed digest that may be public.

    Without a key, a reader could guess a protected number in a file from its digest.
    """
    return hmac.new(_key(), content, sha256).hexdigest()[:length]


@cache
def build_label():
    """Digest of the portal's files and of the settings that pages show."""
    digest = sha256()
    for part in SOURCE_FOLDERS:
        for path in sorted((settings.BASE_DIR / part).rglob("*")):
            if path.suffix in SOURCE_SUFFIXES:
                digest.update(str(path.relative_to(settings.BASE_DIR)).encode())
                digest.update(path.read_bytes())
    digest.update(repr([getattr(settings, name) for name in SHOWN_SETTINGS]).encode())
    return digest.hexdigest()[:12]


def content_label(counters):
    """
    Build, publication version and date, on which every page depends.

    Read the version before the content: a page may then be newer than its label, never
    older.
    """
    version = f"{counters.number}-{counters.overdue}"
    return f"{build_label()}-{version}-{timezone.localdate():%Y%m%d}"


def public_page(view, language):
    """
    Decorator of a public page: GET and HEAD only, with an ETag.

    Each page has one canonical query string, to which others redirect, so that nobody
    can fill the page cache with variants.
    """

    @require_safe
    @wraps(view)
    def conditional_view(request, *args, **kwargs):
        counters = PublicationVersion.counters()
        request.overdue = counters.overdue
        request.content_label = content_label(counters)
        etag = f'W/"{public_digest(f"{request.content_label}-{language}".encode())}"'
        own_query = canonical_query(request, view)
        is_canonical = own_query == _query(request)
        if own_query is None or is_canonical:
            response = get_conditional_response(request, etag=etag)
        else:
            is_former = AS_OF in request.GET
            response = redirect(request.path + own_query, permanent=is_former)
        if response is None:
            request.page_version = VERSION_PLACEHOLDER
            # The plan's progress may be cached for this version.
            with caching_version(counters.number):
                response = view(request, *args, **kwargs)
            strip_indentation(response)
            fill_in_version(response)
        if set_headers := getattr(view, "set_headers", None):
            set_headers(response)
        is_uncacheable = getattr(response, "is_uncacheable", False)
        # Otherwise the ETag would stay the same once the missing value is known.
        if not is_uncacheable:
            response.headers["ETag"] = etag
        response.headers["Cache-Control"] = "public, no-cache"
        may_keep = is_canonical and not (is_uncacheable or has_free_text(request))
        if may_keep and request.META.get(FOR_PAGE_CACHE):
            response.headers[KEEP_HEADER] = "yes"
        return response

    return conditional_view


def _query(request):
    sent = request.META.get("QUERY_STRING", "")
    return f"?{sent}" if sent else ""


def strip_indentation(response):
    """Remove the indentation of HTML, which is a sixth of a page."""
    if response.headers["Content-Type"].startswith("text/html"):
        response.content = INDENTATION.sub(b"\n", response.content)


def fill_in_version(response):
    """
    Put a digest of the page's own content into the page.

    The publication version also changes with other pages and would cause needless
    downloads.
    """
    if response.streaming or VERSION_PLACEHOLDER.encode() not in response.content:
        return
    version = public_digest(main_content(response.content), 12)
    response.content = response.content.replace(
        VERSION_PLACEHOLDER.encode(), version.encode()
    )


def main_content(html):
    """The main content without the citation, which contains today's date."""
    return CITATION.sub(b"", html.partition(b"<main")[2].partition(b"</main>")[0])

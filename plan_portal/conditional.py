"""
Public pages at one address each, which answer "nothing changed" without being made.

A page is labelled with what it was made of: the build of the portal, the publication
version, the day and the language.
"""

import re
from functools import cache, wraps
from hashlib import sha256

from django.conf import settings
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from strategic_areas.models import PublicationVersion
from strategic_areas.views.parameters import canonical, has_free_text

#: By this the front says that it asks, and by this header it is told that it may keep
#: the page under the very address that was asked for.
ASKED_BY_FRONT, KEEP = "portal.front", "X-Portal-Keep"

#: Stands in a page in the place of its version, for as long as its text is not done.
VERSION_PLACEHOLDER = "version-of-this-page"

#: How to cite a page: it repeats what the page says, and names the day.
CITATION = re.compile(rb'<p class="cite">.*?</p>', re.DOTALL)

#: The folders, and the kinds of files in them, that make a page.
MADE_OF = ("agencies", "plan_portal", "strategic_areas", "templates")
KINDS = {".css", ".html", ".mo", ".py", ".svg", ".ttf"}
#: The settings that stand on pages.
SHOWN_SETTINGS = (
    "SITE_URL",
    "OFFICIAL_SITE",
    "ALLOW_INDEXING",
    "SECRETARIAT_NAME",
    "CONTACT_EMAIL",
    "CONTACT_PHONE",
    "CONTACT_ADDRESS",
    "CORRECTIONS_EMAIL",
    "LICENCE_NAME",
    "LICENCE_URL",
)


@cache
def build_label():
    """A digest of the portal's files and of what settings put on its pages."""
    digest = sha256()
    for part in MADE_OF:
        for path in sorted((settings.BASE_DIR / part).rglob("*")):
            if path.suffix in KINDS:
                digest.update(str(path.relative_to(settings.BASE_DIR)).encode())
                digest.update(path.read_bytes())
    shown = [getattr(settings, name) for name in SHOWN_SETTINGS]
    digest.update(repr(shown).encode())
    return digest.hexdigest()[:12]


def page_label(version, language):
    """
    What a page's content hangs on: build, publication version, date, language.

    Read the version before the content, so that a page is at least as new as its
    label says. A deployment, a publication and midnight each make a new one.
    """
    today = timezone.localdate()
    return f'W/"{build_label()}-{version}-{today:%Y%m%d}-{language}"'


def public_page(view, language):
    """
    The view of one public address: only read, labelled, kept by no cookie.

    Each page has one address: others with the parameters that it reads lead there.
    The front keeps no others, so nobody can fill its memory with variants of a page.
    Its template finds in the request ``page_version``, that which a reader who points
    out an error tells.
    """

    @require_safe
    @wraps(view)
    def labelled(request, *args, **kwargs):
        request.publication_version = PublicationVersion.current()
        etag = page_label(request.publication_version, language)
        own_query = canonical(request, view)
        is_canonical = own_query == _query(request)
        if own_query is None or is_canonical:
            response = get_conditional_response(request, etag=etag)
        else:
            response = redirect(request.path + own_query)
        if response is None:
            request.page_version = VERSION_PLACEHOLDER
            response = view(request, *args, **kwargs)
            fill_in_version(response)
        if finish := getattr(view, "finish", None):
            finish(response)
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = "public, no-cache"
        may_keep = is_canonical and not has_free_text(request)
        if may_keep and request.META.get(ASKED_BY_FRONT):
            response.headers[KEEP] = "yes"
        return response

    return labelled


def _query(request):
    sent = request.META.get("QUERY_STRING", "")
    return f"?{sent}" if sent else ""


def fill_in_version(response):
    """
    Put into a page its version: a digest of what it says.

    The publication version would move with what other pages say, and so their bytes
    with it: each reader would fetch again what has not changed.
    """
    if response.streaming or VERSION_PLACEHOLDER.encode() not in response.content:
        return
    version = sha256(own_content(response.content)).hexdigest()[:12]
    response.content = response.content.replace(
        VERSION_PLACEHOLDER.encode(), version.encode()
    )


def own_content(html):
    """A page without its frame and without what names the day on which it was made."""
    main = html.partition(b"<main")[2].partition(b'<p class="point-out"')[0]
    return CITATION.sub(b"", main)

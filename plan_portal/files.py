"""
Responses with public data files: compressed, and readable from other sites.

They bypass the page cache. Their ETag is a keyed digest of the content.
"""

import gzip
from functools import wraps

from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from plan_portal import errors
from plan_portal.conditional_get import public_digest
from plan_portal.page_cache.finished_pages import encodings_of
from strategic_areas.datasets.file_cache import NotReadyError
from strategic_areas.models import PublicationVersion
from strategic_areas.queries.caching import caching_version

#: Other sites may read the file; search engines do not index it.
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "public, no-cache",
}


def public_data_file(view):
    @require_safe
    @wraps(view)
    def sent(request, *args, **kwargs):
        try:
            with caching_version(PublicationVersion.counters().number):
                response = view(request, *args, **kwargs)
        except NotReadyError:
            response = errors.file_not_made_yet(request)
        if response.status_code != 200:
            # Otherwise scripts of other sites cannot even read the 404.
            response.headers["Access-Control-Allow-Origin"] = "*"
            return response
        if "Content-Encoding" in response.headers and "gzip" not in encodings_of(
            request.headers.get("accept-encoding", "")
        ):
            response.content = gzip.decompress(response.content)
            del response.headers["Content-Encoding"]
        patch_vary_headers(response, ["Accept-Encoding"])
        etag = f'"{public_digest(response.content)}"'
        response.headers["ETag"] = etag
        response = get_conditional_response(request, etag=etag, response=response)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    return sent

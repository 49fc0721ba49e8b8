"""For the real server: an application that answers whom the portal takes one for."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

django.setup()

from agencies.audit import address_of  # noqa: E402 - needs the models


def application(environ, start_response):
    """Two addresses: with no header trusted, and with the header ``Visitor``."""
    seen = []
    for settings.CLIENT_ADDRESS_HEADER in ("", "HTTP_VISITOR"):
        seen.append(address_of(WSGIRequest(environ)))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [" ".join(seen).encode()]

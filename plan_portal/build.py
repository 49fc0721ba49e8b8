"""Which build this is: a label that changes with anything that makes a page."""

import hashlib

from django.conf import settings

PARTS = ("agencies", "plan_portal", "strategic_areas", "templates")
KINDS = {".css", ".html", ".mo", ".py", ".svg"}


def label():
    """A short digest of the portal's files and of what settings put on its pages."""
    digest = hashlib.sha256()
    for part in PARTS:
        for path in sorted((settings.BASE_DIR / part).rglob("*")):
            if path.suffix in KINDS:
                digest.update(str(path.relative_to(settings.BASE_DIR)).encode())
                digest.update(path.read_bytes())
    digest.update(repr((settings.SITE_URL, settings.OFFICIAL_SITE)).encode())
    return digest.hexdigest()[:12]

"""Which build this is: a label that changes with anything that makes a page."""

import hashlib

from django.conf import settings

PARTS = ("agencies", "plan_portal", "strategic_areas", "templates")
KINDS = {".css", ".html", ".mo", ".py", ".svg", ".ttf"}
#: The settings that stand on pages.
TOLD = (
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


def label():
    """A short digest of the portal's files and of what settings put on its pages."""
    digest = hashlib.sha256()
    for part in PARTS:
        for path in sorted((settings.BASE_DIR / part).rglob("*")):
            if path.suffix in KINDS:
                digest.update(str(path.relative_to(settings.BASE_DIR)).encode())
                digest.update(path.read_bytes())
    told = [getattr(settings, name) for name in TOLD]
    digest.update(repr(told).encode())
    return digest.hexdigest()[:12]

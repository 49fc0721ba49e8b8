"""What every page's template may use."""

from django.conf import settings
from django.utils import timezone


def site(request):
    """``portal``: what the site is and asks, and the date of its data."""
    return {
        "portal": {
            "is_official": settings.OFFICIAL_SITE,
            "is_indexable": settings.ALLOW_INDEXING,
            "corrections_email": settings.CORRECTIONS_EMAIL,
            "today": timezone.localdate(),
            "second_factor": settings.REQUIRE_SECOND_FACTOR,
            "languages": settings.LANGUAGES,
        }
    }

"""What every page's template may use."""

from django.conf import settings
from django.utils import timezone


def site(request):
    """The variable ``portal``: the site's settings and the date of its data."""
    return {
        "portal": {
            "is_official": settings.OFFICIAL_SITE,
            "is_indexable": settings.ALLOW_INDEXING,
            "emergency": settings.EMERGENCY_NUMBER,
            "corrections_email": settings.CORRECTIONS_EMAIL,
            "today": timezone.localdate(),
            "second_factor": settings.REQUIRE_SECOND_FACTOR,
            "languages": settings.LANGUAGES,
        }
    }

"""What every page's template may use."""

from django.conf import settings
from django.utils import timezone


def site(request):
    """``portal``: whether this is the State's own site, and the date of its data."""
    return {
        "portal": {
            "is_official": settings.OFFICIAL_SITE,
            "today": timezone.localdate(),
        }
    }

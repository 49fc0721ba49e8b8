"""The settings of file storage: static files, and private files that views serve."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from plan_portal.environment import has_bad_port

_FOLDER = "django.core.files.storage.FileSystemStorage"


def storages(folder, *, finished):
    """``finished`` static files are compressed and named after their content."""
    return {
        "default": {"BACKEND": _FOLDER},
        # Files of evidence are private: two views read them and check permissions.
        "evidence": _private(folder / "evidence"),
        # Letters by which institutions designate people: for administrators alone.
        "letters": _private(folder / "letters"),
        "staticfiles": {
            "BACKEND": (
                "whitenoise.storage.CompressedManifestStaticFilesStorage"
                if finished
                else "django.contrib.staticfiles.storage.StaticFilesStorage"
            )
        },
    }


def _private(location):
    options = {"location": location, "directory_permissions_mode": 0o750}
    return {"BACKEND": _FOLDER, "OPTIONS": options}


def scanner(url):
    """Where ClamAV's daemon listens: a path, or a host and port; None for none."""
    if not url:
        return None
    address = urlsplit(url)
    if has_bad_port(url):
        raise ImproperlyConfigured("CLAMD has a port that cannot be")
    if address.scheme == "unix" and address.path and not address.netloc:
        return address.path
    if address.scheme == "tcp" and address.hostname and address.port:
        return address.hostname, address.port
    raise ImproperlyConfigured(
        "CLAMD must be unix:///path/of/the/socket or tcp://host:port"
    )

"""
Reads the variables of the environment, or of the file that ENV_FILE names.

Whatever is missing or malformed raises ImproperlyConfigured with the variable's name.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

BASE_DIR = Path(__file__).resolve().parent.parent

#: This machine, as a browser on it names it.
LOCAL_HOSTS = ("localhost", "127.0.0.1")

#: A name of a host, such as plan.example.gob.do.
HOST = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"

env = environ.Env()

if ENV_FILE := os.environ.get("ENV_FILE"):
    if not (BASE_DIR / ENV_FILE).is_file():
        raise ImproperlyConfigured(f"ENV_FILE names {ENV_FILE}, which is no file")
    # Variables of the real environment win over those of the file.
    env.read_env(BASE_DIR / ENV_FILE)
_FOLDER = "django.core.files.storage.FileSystemStorage"
_PRIVATE_FOLDER = "agencies.files.WholeFiles"


def env_bool(name, default=False):
    """Read a switch. Only true and false: a typing error must not turn one on."""
    value = os.environ.get(name) or str(default).lower()
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(
            f"{name} must be true or false, not {value!r} "
            "(see 'Configuration' in README.md)"
        )
    return value == "true"


def env_required(name, otherwise=None):
    """Read a variable; if it is missing use ``otherwise``, or raise without one."""
    value = os.environ.get(name) or otherwise
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set (see 'Configuration' in README.md)"
        )
    return value


def env_number(name, default, *, at_least):
    """Read a whole number of ``at_least`` that much."""
    value = os.environ.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", value) or int(value) < at_least:
        raise ImproperlyConfigured(
            f"{name} must be a whole number from {at_least} on, not {value!r}"
        )
    return int(value)


def env_mail_address(name):
    """Read an address of mail, such as plan@mirex.gob.do; "" if there is none."""
    value = os.environ.get(name, "")
    try:
        if value:
            validate_email(value)
    except ValidationError:
        raise ImproperlyConfigured(
            f"{name} must be a mail address such as plan@example.gob.do, not {value!r}"
        ) from None
    return value


def env_emergency_number(name, default):
    """Read the number to call in danger, as people write it, such as 9-1-1."""
    value = os.environ.get(name) or default
    if not re.fullmatch(r"[0-9](?:[ -]?[0-9]){1,14}", value):
        raise ImproperlyConfigured(
            f"{name} must be digits such as 9-1-1 or 112, not {value!r}"
        )
    return value


def env_web_address(name, default):
    """Read the address of a page, under http or https."""
    value = os.environ.get(name) or default
    if has_bad_port(value) or not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise ImproperlyConfigured(
            f"{name} must begin with https:// or http:// and a host, not {value!r}"
        )
    return value


def env_hosts(name):
    """Read host names; a pattern would let visitors choose the portal's name."""
    hosts = env.list(name, default=[])
    for host in hosts:
        if not re.fullmatch(rf"\.?{HOST}|\[[0-9a-f:]+\]", host):
            raise ImproperlyConfigured(
                f"{name} must hold host names such as plan.example.gob.do, not {host!r}"
            )
    return hosts


def env_mail_domains(name):
    """Read domains of mail, such as mirex.gob.do, in small letters."""
    domains = env.list(name, default=[])
    for domain in domains:
        if not re.fullmatch(HOST, domain) or "." not in domain:
            raise ImproperlyConfigured(
                f"{name} must hold domains such as example.gob.do, not {domain!r}"
            )
    return [domain.lower() for domain in domains]


def env_database(name):
    """Read the address of a PostgreSQL database; no error repeats its password."""
    url = os.environ[name]
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"{name} must begin with postgres://")
    if has_bad_port(url):
        raise ImproperlyConfigured(f"{name} has a port that cannot be")
    config = env.db_url_config(url)
    if not config["NAME"]:
        raise ImproperlyConfigured(
            f"{name} must name a database: postgres://user:password@host/name"
        )
    return config


def env_folder(name):
    """Read the path of a folder that exists; None if there is none."""
    value = os.environ.get(name)
    if value and not Path(value).is_dir():
        raise ImproperlyConfigured(f"{name} names {value}, which is no folder")
    return Path(value) if value else None


def env_own_folder(name, default):
    """Read the path of a folder, which need not exist yet."""
    folder = BASE_DIR / (os.environ.get(name) or default)
    if folder.exists() and not folder.is_dir():
        raise ImproperlyConfigured(f"{name} names {folder}, which is no folder")
    return folder


def env_recipient(name):
    """Read a public key, or the name of one; a program gets it as an argument."""
    value = os.environ.get(name, "")
    if value.startswith("-") or not value.isprintable():
        raise ImproperlyConfigured(
            f"{name} must be a key of age or SSH, or a name that GnuPG knows"
        )
    return value


def env_mail_server(name, *, files):
    """Django's settings of the mail server; without one each mail becomes a file."""
    url = os.environ.get(name)
    if not url:
        return {
            "EMAIL_BACKEND": "agencies.mail.FileBackend",
            "EMAIL_FILE_PATH": files,
        }
    if not url.startswith(("smtp://", "smtp+tls://", "smtp+ssl://")):
        raise ImproperlyConfigured(
            f"{name} must begin with smtp+tls://, smtp+ssl:// or smtp://"
        )
    if has_bad_port(url):
        raise ImproperlyConfigured(f"{name} has a port that cannot be")
    if not urlsplit(url).hostname:
        raise ImproperlyConfigured(f"{name} must name a host: smtp+tls://mail.gob.do")
    return env.email_url_config(url)


def has_bad_port(url):
    """Whether the address has a port that is no number from 1 to 65535."""
    try:
        return urlsplit(url).port == 0
    except ValueError:
        return True


def site_address(url, *, is_insecure):
    """The parts of SITE_URL, which has no path; plain HTTP needs ``is_insecure``."""
    if has_bad_port(url):
        raise ImproperlyConfigured(f"SITE_URL has a port that cannot be: {url!r}")
    site = urlsplit(url)
    has_more = site.path or site.query or site.fragment or "@" in site.netloc
    is_host = re.fullmatch(HOST, site.hostname or "")
    if site.scheme not in {"http", "https"} or not is_host or has_more:
        raise ImproperlyConfigured(
            f"SITE_URL must be like https://plan.example.gob.do, not {url!r}"
        )
    if is_insecure and site.hostname not in LOCAL_HOSTS:
        raise ImproperlyConfigured(
            f"INSECURE_HTTP is accepted on localhost only, and SITE_URL is {url}"
        )
    if not is_insecure and site.scheme != "https":
        raise ImproperlyConfigured(
            f"SITE_URL must begin with https:// unless INSECURE_HTTP is true: {url}"
        )
    return site


def security_contact(contact):
    """SECURITY_CONTACT as security.txt names it: an address of mail with its scheme."""
    if "@" in contact and ":" not in contact:
        contact = f"mailto:{contact}"
    if contact and not re.fullmatch(
        r"mailto:[^\s@]+@[^\s@]+|https://[^\s/]\S*", contact
    ):
        raise ImproperlyConfigured(
            f"SECURITY_CONTACT must be a mail address or an https:// one: {contact!r}"
        )
    return contact


def client_address_header(name):
    """
    CLIENT_ADDRESS_HEADER as WSGI names it; "" where no proxy names the visitor.

    A server gives the application the headers ``X-Y`` and ``X_Y`` under one name, so
    that a visitor could write a header that the proxy does not replace. A name of
    letters alone has no such twin.
    """
    if name and not re.fullmatch("[A-Za-z]+", name):
        raise ImproperlyConfigured(
            f"CLIENT_ADDRESS_HEADER must be a name of letters alone, not {name!r}"
        )
    return f"HTTP_{name.upper()}" if name else ""


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
    return {"BACKEND": _PRIVATE_FOLDER, "OPTIONS": options}


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

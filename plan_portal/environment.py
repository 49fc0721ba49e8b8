"""
Reads environment variables, or those of the file that ENV_FILE names.

A missing or malformed variable raises ImproperlyConfigured with its name. A rule is a
pair: a check of the value, and the message if it fails.
"""

import os
import re
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

BASE_DIR = Path(__file__).resolve().parent.parent

LOCAL_HOSTS = ("localhost", "127.0.0.1")

HOST = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"

env = environ.Env()


def env_text(name, *rules, default=""):
    """An empty variable counts as missing."""
    value = os.environ.get(name) or default
    for is_met, message in rules:
        if value and not is_met(value):
            raise ImproperlyConfigured(f"{name} {message.format(value)}")
    return value


def pattern_rule(pattern):
    return re.compile(pattern, re.DOTALL).fullmatch


def _has_fine_port(url):
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _is_mail_address(value):
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


PORT = (_has_fine_port, "has a port that cannot be")
SITE_ADDRESS = (
    (_has_fine_port, "has a port that cannot be: {!r}"),
    (
        pattern_rule(rf"(?i:https?)://{HOST}(:\d*)?/*"),
        "must be like https://plan.example.gob.do, not {!r}",
    ),
)
MAIL_ADDRESS = (
    _is_mail_address,
    "must be a mail address such as plan@example.gob.do, not {!r}",
)
EMERGENCY_NUMBER = (
    pattern_rule(r"[0-9](?:[ -]?[0-9]){1,14}"),
    "must be digits such as 9-1-1 or 112, not {!r}",
)
WEB_ADDRESS = (
    lambda url: _has_fine_port(url) and pattern_rule(r"https?://[^\s/]+(/\S*)?")(url),
    "must begin with https:// or http:// and a host, not {!r}",
)
SECURITY_CONTACT = (
    pattern_rule(r"(mailto:)?[^\s@:]+@[^\s@:]+|https://[^\s/]\S*"),
    "must be a mail address or an https:// one: {!r}",
)
#: No wildcards, which would let visitors choose the portal's host.
HOST_NAME = (
    pattern_rule(rf"\.?{HOST}|\[[0-9a-f:]+\]"),
    "must hold host names such as plan.example.gob.do, not {!r}",
)
MAIL_DOMAIN = (
    pattern_rule(rf"(?=.*\.){HOST}"),
    "must hold domains such as example.gob.do, not {!r}",
)
#: Letters only: servers give ``X-Y`` and ``X_Y`` the same name, so that a visitor could
#: send a header that the proxy does not replace.
HEADER_NAME = (pattern_rule("[A-Za-z]+"), "must be a name of letters alone, not {!r}")
#: A public key, or the name of one; a program gets it as an argument.
RECIPIENT = (
    lambda value: value.isprintable() and not value.startswith("-"),
    "must be a key of age or SSH, or a name that GnuPG knows",
)
#: A folder as rsync names it; the program gets it as an argument.
COPY_TARGET = (
    pattern_rule(r"(?!-)[^\s:]+(:[^\s]+)?"),
    "must be a folder of rsync such as copies@other.gob.do:/srv/copies",
)
FILE = (lambda path: (BASE_DIR / path).is_file(), "names {}, which is no file")
FOLDER = (lambda path: Path(path).is_dir(), "names {}, which is no folder")
#: A folder of the portal's own, which need not exist yet.
OWN_FOLDER = (
    lambda path: (BASE_DIR / path).is_dir() or not (BASE_DIR / path).exists(),
    "names {}, which is no folder",
)
#: The messages do not repeat the URL, since it contains the password.
DATABASE = (
    (pattern_rule("postgres(ql)?://.*"), "must begin with postgres://"),
    PORT,
    (
        lambda url: env.db_url_config(url)["NAME"],
        "must name a database: postgres://user:password@host/name",
    ),
)
MAIL_SERVER = (
    (
        pattern_rule(r"smtp(\+tls|\+ssl)?://.*"),
        "must begin with smtp+tls://, smtp+ssl:// or smtp://",
    ),
    PORT,
    (
        lambda url: urlsplit(url).hostname,
        "must name a host: smtp+tls://mail.gob.do",
    ),
)
SCANNER = (
    PORT,
    (
        pattern_rule(r"unix:///.+|tcp://(\[[0-9A-Fa-f:.]+\]|[^/:@]+):\d+/?"),
        "must be unix:///path/of/the/socket or tcp://host:port",
    ),
)

#: Plain HTTP to this machine only: elsewhere it would expose files and key.
FILE_STORE = (
    (
        pattern_rule(
            r"file:///\S+|(s3|s3\+http(?=://[^/]*@(localhost|127\.0\.0\.1)[:/]))://"
            rf"[^\s:/@?#]+:[^\s:/@?#]+@{HOST}(:\d+)?/[a-z0-9][a-z0-9.-]+"
            r"(\?region=[a-z0-9-]+)?"
        ),
        "must be like s3://key:secret@s3.example.org/bucket, with %2F for a / and "
        "%2B for a + of the secret, or file:///folder",
    ),
    PORT,
)

if ENV_FILE := env_text("ENV_FILE", FILE):
    # The real environment takes precedence over the file.
    env.read_env(BASE_DIR / ENV_FILE)


def env_bool(name, default=False):
    """Only "true" and "false", so that a typing error turns nothing on."""
    message = "must be true or false, not {!r} (see 'Configuration' in README.md)"
    return env_text(
        name, (pattern_rule("true|false"), message), default=str(default).lower()
    ) == ("true")


def env_required(name, *rules, default=None):
    if not (value := env_text(name, *rules, default=default)):
        raise ImproperlyConfigured(
            f"{name} is not set (see 'Configuration' in README.md)"
        )
    return value


def env_number(name, default, *, at_least):
    rule = (
        lambda value: pattern_rule("[0-9]{1,9}")(value) and int(value) >= at_least,
        f"must be a whole number from {at_least} on, not {{!r}}",
    )
    return int(env_text(name, rule, default=str(default)))


def env_list(name, rule):
    is_met, message = rule
    texts = env.list(name, default=[])
    for text in texts:
        if not is_met(text):
            raise ImproperlyConfigured(f"{name} {message.format(text)}")
    return texts


def refuse_insecure(url, *, is_insecure):
    """Refuse plain HTTP, unless SITE_URL is local and INSECURE_HTTP allows it."""
    if is_insecure and urlsplit(url).hostname not in LOCAL_HOSTS:
        raise ImproperlyConfigured(
            f"INSECURE_HTTP is accepted on localhost only, and SITE_URL is {url}"
        )
    if not is_insecure and urlsplit(url).scheme != "https":
        raise ImproperlyConfigured(
            f"SITE_URL must begin with https:// unless INSECURE_HTTP is true: {url}"
        )


def mail_server(url, *, files):
    """Without a server, mails become files."""
    if url:
        return env.email_url_config(url)
    return {"EMAIL_BACKEND": "agencies.mail.FileBackend", "EMAIL_FILE_PATH": files}


def storages(folder, *, compresses_static, store=""):
    return {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        # Two views serve evidence and check permissions.
        "evidence": _private(folder, "evidence", store),
        # Letters of designation, for administrators only.
        "letters": _private(folder, "letters", store),
        "staticfiles": {
            "BACKEND": (
                "whitenoise.storage.CompressedManifestStaticFilesStorage"
                if compresses_static
                else "django.contrib.staticfiles.storage.StaticFilesStorage"
            )
        },
    }


def logos(folder):
    """
    Static paths of the logos in a folder, by name: "institution", "government".

    Raises ``ImproperlyConfigured`` if the folder is set and holds neither.
    """
    if not folder:
        return {}
    found = {
        path.stem: f"logos/{path.name}"
        for path in sorted(Path(folder).glob("*.*"))
        if path.stem in {"institution", "government"}
        and path.suffix in {".png", ".svg"}
    }
    if not found:
        raise ImproperlyConfigured(
            f"LOGO_FOLDER {folder} holds neither institution.svg nor government.svg "
            "(or .png). Put one there or leave the variable empty."
        )
    return found


def _private(folder, name, store):
    address = urlsplit(store)
    if address.scheme in {"", "file"}:
        location = Path(address.path or folder) / name
        options = {"location": location, "directory_permissions_mode": 0o750}
        return {"BACKEND": "agencies.files.WholeFiles", "OPTIONS": options}
    scheme = "https" if address.scheme == "s3" else "http"
    options = {
        "endpoint_url": f"{scheme}://{address.netloc.rpartition('@')[2]}",
        "access_key": unquote(address.username),
        "secret_key": unquote(address.password),
        "region_name": parse_qs(address.query).get("region", ["us-east-1"])[0],
        "bucket_name": address.path.strip("/"),
        "location": name,
    }
    return {"BACKEND": "agencies.buckets.PrivateBucket", "OPTIONS": options}


def scanner(url):
    """Address of ClamAV's daemon, or None."""
    address = urlsplit(url)
    if address.scheme == "tcp":
        return address.hostname, address.port
    return address.path or None

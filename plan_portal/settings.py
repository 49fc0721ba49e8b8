"""
Settings, for production by default, from environment variables (README.md).

A missing or malformed variable stops the process with an error that names it.
"""

import tomllib
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from plan_portal import country, databases, environment, logs, middleware, sign_in
from plan_portal.environment import (
    BASE_DIR,
    LOCAL_HOSTS,
    env,
    env_bool,
    env_list,
    env_number,
    env_required,
    env_text,
)

VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
DEBUG = env_bool("DEBUG")
SECRET_KEY = env_required("SECRET_KEY", default=DEBUG and "development-only-not-secret")
# Earlier keys, whose sessions and links still hold.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])


# The country's names, laws and numbers, which no plan file contains

COUNTRY = country.load_country(
    BASE_DIR
    / env_text(
        "COUNTRY_FILE", environment.FILE, default="plan_portal/countries/do.toml"
    )
)


# URLs. Absolute ones are built from SITE_URL, never from a request's Host.

SITE_URL = env_required(
    "SITE_URL", *environment.SITE_ADDRESS, default=DEBUG and "http://localhost:8000"
).rstrip("/")
# Plain HTTP is for one's own machine only: elsewhere it would expose passwords.
INSECURE_HTTP = env_bool("INSECURE_HTTP", default=DEBUG)
environment.refuse_insecure(SITE_URL, is_insecure=INSECURE_HTTP)
_site = urlsplit(SITE_URL)
SITE_HOST = _site.hostname
IS_LOCAL_SITE = SITE_HOST in LOCAL_HOSTS

ALLOWED_HOSTS = [SITE_HOST, *env_list("ALLOWED_HOSTS", environment.HOST_NAME)]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
if IS_LOCAL_SITE:
    _port = f":{_site.port}" if _site.port else ""
    ALLOWED_HOSTS = list(dict.fromkeys([*ALLOWED_HOSTS, *LOCAL_HOSTS]))
    CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{name}{_port}" for name in LOCAL_HOSTS]

ROOT_URLCONF = "plan_portal.urls"
WSGI_APPLICATION = "plan_portal.wsgi.application"


# What the portal says about itself

# Only a host run by the State may present the portal as an official site.
OFFICIAL_SITE = env_bool(
    "OFFICIAL_SITE", default=SITE_HOST.endswith(tuple(COUNTRY.official_domains))
)
# Search engines may index the official site only.
ALLOW_INDEXING = env_bool("ALLOW_INDEXING", default=OFFICIAL_SITE)
SECRETARIAT_NAME = env_text("SECRETARIAT_NAME", default="Coordinación de la CITIM")
CONTACT_EMAIL = env_text("CONTACT_EMAIL", environment.MAIL_ADDRESS)
CONTACT_PHONE = env_text("CONTACT_PHONE")
CONTACT_ADDRESS = env_text("CONTACT_ADDRESS")
# The emergency number, in the first line of every page, even without the database.
EMERGENCY_NUMBER = env_text(
    "EMERGENCY_NUMBER", environment.EMERGENCY_NUMBER, default=COUNTRY.emergency_number
)
# The address to which readers report an error on a page.
CORRECTIONS_EMAIL = env_text(
    "CORRECTIONS_EMAIL", environment.MAIL_ADDRESS, default=CONTACT_EMAIL
)
LICENCE_NAME = env_text("LICENCE_NAME", default="CC BY 4.0")
LICENCE_URL = env_text(
    "LICENCE_URL",
    environment.WEB_ADDRESS,
    default="https://creativecommons.org/licenses/by/4.0/",
)
#: The day of the last assessment for the accessibility statement.
ACCESSIBILITY_ASSESSED_ON = date(2026, 11, 25)
# For reports of vulnerabilities: a mail address, or an https page.
SECURITY_CONTACT = env_text(
    "SECURITY_CONTACT", environment.SECURITY_CONTACT, default=CONTACT_EMAIL
)
if "@" in SECURITY_CONTACT and ":" not in SECURITY_CONTACT:
    SECURITY_CONTACT = f"mailto:{SECURITY_CONTACT}"


# Applications

INSTALLED_APPS = [
    # Before the admin, whose classes it patches for translated fields.
    "modeltranslation",
    "plan_portal.apps.PortalConfig",
    "plan_portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "simple_history",
    "crispy_forms",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "agencies.apps.AgenciesConfig",
    "strategic_areas.apps.StrategicAreasConfig",
]

# The first two see every response: error pages, static files and refusals too.
MIDDLEWARE = [
    "plan_portal.middleware.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    # Before the host check, since probes use the machine's IP address, and before the
    # access log, which frequent probes would fill.
    "plan_portal.health.HealthMiddleware",
    "plan_portal.middleware.PolicyReportMiddleware",
    "plan_portal.middleware.AccessLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before any query, since a flood would keep the database busy.
    "plan_portal.sign_in_flood.SignInFloodMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "agencies.accounts.sessions.PersonMiddleware",
    # Needs the user: staff pages are in the user's language.
    "plan_portal.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "agencies.accounts.sessions.SecondFactorMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    # After simple_history, which stores the request for the audit record.
    "agencies.audit.receivers.DenialMiddleware",
    "agencies.accounts.sessions.SessionLimitsMiddleware",
    "agencies.accounts.sessions.FreshProofMiddleware",
    # Once it is known who uploads, and before any view reads a file.
    "agencies.accounts.sessions.UploadLimitMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Last, so that it sees a view's exception first.
    "plan_portal.errors.UnreadableMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "plan_portal.middleware.portal_context",
            ],
        },
    },
]

CRISPY_TEMPLATE_PACK = "portal"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("portal",)

# Reverting on the history page would bypass the workflow.
SIMPLE_HISTORY_REVERT_DISABLED = True


# Database: SQLite in one file, or what DATABASE_URL names

VAR_DIR = BASE_DIR / env_text("VAR_DIR", environment.OWN_FOLDER, default="var")
_database_url = env_text("DATABASE_URL", *environment.DATABASE)
EMBEDDED_DATABASE = not _database_url
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {
    "default": (
        databases.embedded_database(VAR_DIR / "portal.sqlite3")
        if EMBEDDED_DATABASE
        else databases.named_database(env.db_url_config(_database_url))
    )
}

# Whether prepare_portal loads the plans of this repository and, on SQLite, opens the
# demonstration round. Without them a portal begins empty.
SHIPPED_PLANS = env_bool("SHIPPED_PLANS", default=EMBEDDED_DATABASE)


# The page cache: finished public pages in each worker's memory

PAGE_CACHE_BYTES = env_number("PAGE_CACHE_MB", 16, at_least=0) * 2**20

# All processes count limits together here.
CACHES = {"default": sign_in.shared_cache(env_text("REDIS_URL"))}


# Languages and time

LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Spanish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "plan_portal" / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = COUNTRY.time_zone
USE_TZ = True
FORMAT_MODULE_PATH = "plan_portal.locale"

MODELTRANSLATION_DEFAULT_LANGUAGE = "es"
MODELTRANSLATION_LANGUAGES = ("es", "en")
MODELTRANSLATION_FALLBACK_LANGUAGES = ("es",)


# Mail: sent by the server that EMAIL_URL names, or stored as files in VAR_DIR/mail

DEFAULT_FROM_EMAIL = SERVER_EMAIL = (
    env_text("DEFAULT_FROM_EMAIL", environment.MAIL_ADDRESS)
    or f"no-responder@{SITE_HOST}"
)
EMAIL_TIMEOUT = 10
# Receives notice of failed tasks.
OPERATOR_EMAIL = env_text("OPERATOR_EMAIL", environment.MAIL_ADDRESS)
_mail_server = env_text("EMAIL_URL", *environment.MAIL_SERVER)
vars().update(environment.mail_server(_mail_server, files=VAR_DIR / "mail"))


# Static files and uploads

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "plan_portal" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "plan_portal.styles.StyleSheetFinder",
]
# The logos of an official site: institution.svg and government.svg, or as .png.
_logos = env_text("LOGO_FOLDER")
LOGOS = environment.logos(_logos)
if LOGOS:
    STATICFILES_DIRS.append(("logos", _logos))
FILE_UPLOAD_PERMISSIONS = 0o640
# Evidence and letters lie in VAR_DIR, or in the bucket of an S3 store.
_file_store = env_text("FILE_STORE_URL", *environment.FILE_STORE)
STORAGES = environment.storages(VAR_DIR, compresses_static=not DEBUG, store=_file_store)
#: The whole address is no setting: it may hold a secret, which error pages would show.
FILE_STORE_FOLDER = _file_store.partition("file://")[2]
WHITENOISE_ALLOW_ALL_ORIGINS = False
# A request that is larger than any report with its evidence is refused unread.
FILE_UPLOAD_HANDLERS = [
    "strategic_areas.evidence.limits.SizeLimitHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# The folder of backups and of the list of purges, the encryption key, and the target of
# rsync.
_backups = env_text("BACKUP_FOLDER", environment.FOLDER)
BACKUP_FOLDER = Path(_backups) if _backups else None
BACKUP_RECIPIENT = env_text("BACKUP_RECIPIENT", environment.RECIPIENT)
BACKUP_COPY_TO = env_text("BACKUP_COPY_TO", environment.COPY_TARGET)

# The virus scanner that checks each upload: its socket, or a host and a port.
CLAMD = environment.scanner(env_text("CLAMD", *environment.SCANNER))


# Signing in; the settings that no environment variable changes are in sign_in.py

AUTH_USER_MODEL = "agencies.User"
vars().update(sign_in.SIGN_IN)

# Not needed for a local demonstration over plain HTTP.
REQUIRE_SECOND_FACTOR = env_bool("REQUIRE_SECOND_FACTOR", default=not INSECURE_HTTP)
MFA_ENCRYPTION_KEYS = env.list("MFA_ENCRYPTION_KEYS", default=[])
if not MFA_ENCRYPTION_KEYS:
    own = sign_in.derived_key(SECRET_KEY) if INSECURE_HTTP else None
    MFA_ENCRYPTION_KEYS = [env_required("MFA_ENCRYPTION_KEYS", default=own)]
sign_in.refuse_malformed_keys(MFA_ENCRYPTION_KEYS)
# Mail domains that may be invited, with their subdomains; when empty, any may be.
INVITATION_DOMAINS = [
    domain.lower() for domain in env_list("INVITATION_DOMAINS", environment.MAIL_DOMAIN)
]
MFA_TOTP_ISSUER = SITE_HOST
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = INSECURE_HTTP
# The proxy's header with the client address; without it, the connection's address
# counts.
CLIENT_ADDRESS_HEADER = env_text("CLIENT_ADDRESS_HEADER", environment.HEADER_NAME)
if CLIENT_ADDRESS_HEADER:
    CLIENT_ADDRESS_HEADER = f"HTTP_{CLIENT_ADDRESS_HEADER.upper()}"
# The number of proxies that append to that header: the first of their addresses is the
# client's.
TRUSTED_PROXY_COUNT = env_number("TRUSTED_PROXY_COUNT", 1, at_least=1)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme


# Cookies

# Browsers accept __Host- cookies only if secure and from this host.
_cookie_prefix = "" if INSECURE_HTTP else "__Host-"
SESSION_COOKIE_NAME = f"{_cookie_prefix}sesion"
SESSION_COOKIE_AGE = 60 * 60  # without a request; agencies.accounts.sessions
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = f"{_cookie_prefix}idioma"
DEVICE_COOKIE_NAME = f"{_cookie_prefix}equipo"  # agencies.accounts.devices
CSRF_COOKIE_NAME = f"{_cookie_prefix}csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not INSECURE_HTTP
CSRF_FAILURE_VIEW = "plan_portal.errors.csrf_failure"


# Security headers

SECURE_SSL_REDIRECT = not INSECURE_HTTP
SECURE_REDIRECT_EXEMPT = [r"^salud/"]  # probes come from inside, without TLS
SECURE_HSTS_SECONDS = 0 if INSECURE_HTTP else 60 * 60 * 24 * 365
SECURE_HSTS_INCLUDE_SUBDOMAINS = not INSECURE_HTTP
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env_bool("BEHIND_TLS_PROXY"):  # opt-in: without a proxy anyone can send the header
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = middleware.CONTENT_SECURITY_POLICY

SILENCED_SYSTEM_CHECKS = [
    # HSTS preload would bind the whole parent domain; only the State may decide that.
    "security.W021",
]


# Logs: one JSON object a line for machines, plain lines for a developer

LOGGING = logs.configuration("plain" if DEBUG else "json")

"""
The settings that tests run with: production's, on one's own machine, without TLS.

Nothing of the surroundings shows through: neither this machine's own configuration, nor
its database, nor the folder in which a local run keeps its files.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_var = Path(tempfile.mkdtemp(prefix="plan-portal-tests-"))
atexit.register(shutil.rmtree, _var, ignore_errors=True)
(_var / "static").mkdir()

for _name in (
    "ALLOWED_HOSTS",
    "ALLOW_INDEXING",
    "BACKUP_COPY_TO",
    "BACKUP_FOLDER",
    "BACKUP_RECIPIENT",
    "BEHIND_TLS_PROXY",
    "CLAMD",
    "CLIENT_ADDRESS_HEADER",
    "CONTACT_ADDRESS",
    "CONTACT_EMAIL",
    "CONTACT_PHONE",
    "CORRECTIONS_EMAIL",
    "COUNTRY_FILE",
    "DATABASE_URL",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_URL",
    "EMERGENCY_NUMBER",
    "ENV_FILE",
    "FILE_STORE_URL",
    "PAGE_CACHE_MB",
    "INVITATION_DOMAINS",
    "LICENCE_NAME",
    "LICENCE_URL",
    "MFA_ENCRYPTION_KEYS",
    "OFFICIAL_SITE",
    "OPERATOR_EMAIL",
    "LOGO_FOLDER",
    "REDIS_URL",
    "REQUIRE_SECOND_FACTOR",
    "SECRETARIAT_NAME",
    "SECRET_KEY_FALLBACKS",
    "SHIPPED_PLANS",
    "SECURITY_CONTACT",
    "TRUSTED_PROXY_COUNT",
):
    os.environ.pop(_name, None)
os.environ |= {
    "DEBUG": "false",
    "INSECURE_HTTP": "true",
    "SECRET_KEY": "for-tests-only",
    "SITE_URL": "http://localhost:8000",
    "VAR_DIR": str(_var),
}
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from plan_portal.settings import *  # noqa: E402, F403
from plan_portal.settings import DATABASES, EMBEDDED_DATABASE, STORAGES  # noqa: E402

# Tables are made from the models at once: running the migrations takes eight times as
# long. makemigrations --check and the test of the stored portal hold that both agree.
DATABASES["default"]["TEST"] = {"MIGRATE": False}
if EMBEDDED_DATABASE:
    # A file, as in a local run: a live server's threads each open their own connection.
    DATABASES["default"]["TEST"]["NAME"] = _var / "test.sqlite3"
    # Nothing needs to survive a power cut.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous = OFF;"

# Hashing passwords slowly is the point in production, and only there.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Static files straight from where they are written, not collected first.
STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)
WHITENOISE_USE_FINDERS = True
# Each client of a test has its own middleware: it looks a file up when asked for it
# instead of reading all folders at its start.
WHITENOISE_AUTOREFRESH = True

"""Settings of signing in that no environment variable changes."""

import base64
import hashlib
from importlib.util import find_spec

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
_VALIDATORS = "django.contrib.auth.password_validation"

SIGN_IN = {
    "LOGIN_URL": "account_login",
    "LOGIN_REDIRECT_URL": "admin:index",
    "AUTHENTICATION_BACKENDS": ["agencies.accounts.backend.Backend"],
    "PASSWORD_HASHERS": [
        "agencies.accounts.passwords.LeanArgon2Hasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ],
    # Passwords are long and not common ones; no rule asks for capitals or symbols, and
    # no password expires.
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": f"{_VALIDATORS}.UserAttributeSimilarityValidator"},
        {
            "NAME": f"{_VALIDATORS}.MinimumLengthValidator",
            "OPTIONS": {"min_length": 12},
        },
        {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
        {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
        {"NAME": "agencies.accounts.passwords.MonotonyValidator"},
        {"NAME": "agencies.accounts.passwords.ContextWordValidator"},
    ],
    # A reset link sets a new password, so it lasts only an hour.
    "PASSWORD_RESET_TIMEOUT": 60 * 60,
    "ACCOUNT_ADAPTER": "agencies.accounts.sign_in.AccountAdapter",
    "ACCOUNT_LOGIN_METHODS": {"username", "email"},
    # The link of an invitation verifies the address; there is no sign-up.
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS": False,
    "ACCOUNT_EMAIL_NOTIFICATIONS": True,
    "ACCOUNT_PREVENT_ENUMERATION": True,
    "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
    "ACCOUNT_SESSION_REMEMBER": True,
    "ACCOUNT_LOGOUT_REDIRECT_URL": "account_login",
    "ACCOUNT_FORMS": {
        "login": "agencies.accounts.forms.LoginForm",
        "reauthenticate": "agencies.accounts.forms.ReauthenticateForm",
        "change_password": "agencies.accounts.forms.ChangePasswordForm",
        "reset_password": "agencies.accounts.forms.ResetPasswordForm",
        "reset_password_from_key": "agencies.accounts.forms.ResetPasswordKeyForm",
    },
    # By path, since agencies may not import strategic_areas.
    "LETTER_READER": "strategic_areas.evidence.clean_evidence",
    "LETTER_ERROR": "strategic_areas.evidence.RefusedFileError",
    "ACCOUNT_RATE_LIMITS": {
        # Attempts to sign in are limited by agencies.accounts.sign_in_attempts.
        "login": None,
        "login_failed": "5/5m/key",
        "login_account": "30/m/key",
        "login_accounts": "10/m/ip",
        "reset_password": "20/m/ip,5/m/key",
        "reset_password_from_key": "20/m/ip",
        "invitation": "20/m/ip",
        # Downloads of unpublished files. More per minute come from programs.
        "download_unpublished": "60/m/user",
        # The files of two reports per minute.
        "upload": "12/m/user",
    },
    "MFA_ADAPTER": "agencies.accounts.second_factors.FactorAdapter",
    "MFA_SUPPORTED_TYPES": ["webauthn", "totp", "recovery_codes"],
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    # Passkeys cannot be guessed: this limit only protects the machine. It is as wide as
    # that of passwords, since an institution may share one address.
    "MFA_RATE_LIMITS": {"webauthn_login": "30/m/ip"},
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    "MFA_ALLOW_UNVERIFIED_EMAIL": True,
    "MFA_FORMS": {
        "authenticate": "agencies.accounts.forms.AuthenticateWithCodeForm",
        "reauthenticate": "agencies.accounts.forms.ReauthenticateWithCodeForm",
        "activate_totp": "agencies.accounts.forms.ActivateTOTPForm",
        "add_webauthn": "agencies.accounts.forms.AddWebAuthnForm",
        "edit_webauthn": "agencies.accounts.forms.EditWebAuthnForm",
    },
}


def derived_key(secret):
    digest = hashlib.sha256(f"second factors:{secret}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()


def refuse_malformed_keys(keys):
    for key in keys:
        try:
            is_well_formed = len(base64.urlsafe_b64decode(key)) == KEY_BYTES
        except ValueError:
            is_well_formed = False
        if not is_well_formed:
            raise ImproperlyConfigured(
                "MFA_ENCRYPTION_KEYS must hold keys of 32 bytes in URL-safe base64, "
                "separated by commas (see 'Configuration' in README.md)"
            )


def shared_cache(url):
    if not url:
        return {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "shared_cache",
            "OPTIONS": {"MAX_ENTRIES": 50_000},
        }
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured("REDIS_URL must begin with redis:// or rediss://")
    if find_spec("redis") is None:
        raise ImproperlyConfigured("REDIS_URL needs the package redis: install it")
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}

"""
URLs under /cuenta/. allauth's are listed one by one: its other pages are left out.
"""

from allauth.account import views as account
from allauth.usersessions import views as sessions
from django.urls import path, re_path

from agencies.accounts import views
from agencies.routes import LazyViews

#: Loaded on demand: passkeys need large libraries.
mfa = LazyViews("allauth.mfa.base.views")
codes = LazyViews("allauth.mfa.recovery_codes.views")
totp = LazyViews("allauth.mfa.totp.views")
webauthn = LazyViews("allauth.mfa.webauthn.views")

ACCOUNT = [
    path("", views.account_page, name="account_index"),
    path("login/", account.login, name="account_login"),
    path("invitacion/", views.invitation_page, name="account_invitation"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    # Always closed (``is_open_for_signup``); allauth needs its URL.
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    # allauth leads an account without a password here, to set its first one.
    path("password/reset/", account.password_reset, name="account_set_password"),
    path(
        "password/reset/done/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
]

FACTORS = [
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("2fa/totp/qr.svg", views.totp_picture, name="mfa_totp_picture"),
    path("2fa/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "2fa/recovery-codes/",
        codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/webauthn/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "2fa/webauthn/keys/<int:pk>/remove/",
        webauthn.remove_webauthn,
        name="mfa_remove_webauthn",
    ),
    path(
        "2fa/webauthn/keys/<int:pk>/edit/",
        webauthn.edit_webauthn,
        name="mfa_edit_webauthn",
    ),
]

urlpatterns = [*ACCOUNT, *FACTORS]

"""Addresses of signing in: those of allauth that we use, under the names it looks for."""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as open_id
from django.urls import path, re_path

urlpatterns = [
    path("sign-in", account.login, name="account_login"),
    path("sign-out", account.logout, name="account_logout"),
    path("closed", account.account_inactive, name="account_inactive"),
    path("sign-up", account.signup, name="account_signup"),
    path("confirm-password", account.reauthenticate, name="account_reauthenticate"),
    path("password", account.password_change, name="account_change_password"),
    path("password/first", account.password_set, name="account_set_password"),
    path("password/reset", account.password_reset, name="account_reset_password"),
    path("password/reset/sent", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("second-factor", second_factor.index, name="mfa_index"),
    path("second-factor/code", second_factor.authenticate, name="mfa_authenticate"),
    path("second-factor/confirm", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/app/remove", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("recovery-codes", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "recovery-codes/new", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"
    ),
    path(
        "recovery-codes/file", recovery.download_recovery_codes, name="mfa_download_recovery_codes"
    ),
    path("with/<slug:provider_id>", open_id.login, name="openid_connect_login"),
    path("with/<slug:provider_id>/back", open_id.callback, name="openid_connect_callback"),
    path("with-cancelled", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("with-error", social.login_error, name="socialaccount_login_error"),
    path("with-sign-up", social.signup, name="socialaccount_signup"),
]

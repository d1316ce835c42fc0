"""Signing in and out: allauth's views at our addresses, under the names that allauth asks for.

Three lists, since the bare host has the first two of them for operators (`public_urls`).
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, re_path
from django.views.generic import RedirectView

from triptych.tenants import security_views, workspace_views
from triptych.tenants.members import joining_views
from triptych.tenants.members.signed_in import public_page

ways_in = [
    path("login/", public_page(account.login), name="account_login"),
    path("login/verify/", public_page(mfa.authenticate), name="mfa_authenticate"),
    path("login/passkey/", public_page(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("login/inactive/", public_page(account.account_inactive), name="account_inactive"),
    # a forgotten password
    path("password/reset/", public_page(account.password_reset), name="account_reset_password"),
    path("password/reset/sent/", public_page(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public_page(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        public_page(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
"""For who is not signed in yet: the password and what comes after it, or a new password by mail."""

ones_own = [
    path("logout/", account.logout, name="account_logout"),
    # once more, before something sensitive
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("confirm/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("confirm/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    # one's own sign-in
    path("settings/security/", security_views.security, name="mfa_index"),
    path("settings/security/sessions/end/", security_views.end_session, name="end_session"),
    path("settings/security/password/", account.password_change, name="account_change_password"),
    path("settings/security/password/first/", account.password_set, name="account_set_password"),
    path("settings/security/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("settings/security/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("settings/security/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("settings/security/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("settings/security/codes/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("settings/security/passkeys/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("settings/security/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("settings/security/passkeys/<int:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("settings/security/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
]
"""For who is signed in: the way out, and what belongs to them alone."""

urlpatterns = [
    *ways_in,
    *ones_own,
    path("arrive/", workspace_views.arrive, name="arrive"),
    path("workspaces/", workspace_views.index, name="workspaces"),
    path("workspaces/<uuid:pk>/", workspace_views.go, name="workspace_go"),
    path("join/<str:secret>/", joining_views.join, name="join"),
]

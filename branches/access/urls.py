"""Signing in, the own account, appointments, the administrator's accounts."""

from django.urls import path

from branches.access.views import (
    accounts,
    appointments,
    factor,
    own_account,
    resets,
    security,
    sign_in,
    single_sign_on,
)

urlpatterns = [
    path("login/", sign_in.Login.as_view(), name="login"),
    path("logout/", sign_in.Logout.as_view(), name="logout"),
    path("login/code/", sign_in.login_code, name="login_code"),
    path("login/first/", sign_in.first_login, name="first_login"),
    path("login/confirm/", security.confirm_password, name="confirm_password"),
    path("login/sso/", single_sign_on.sso_start, name="sso_start"),
    path("login/sso/callback/", single_sign_on.sso_callback, name="sso_callback"),
    path("menu/", own_account.menu, name="menu"),
    path("account/", own_account.account, name="account"),
    path("account/password/", security.password_change, name="password_change"),
    path("account/security/", security.security, name="security"),
    path("account/sessions/end/", security.end_sessions, name="end_sessions"),
    path("account/sessions/<slug:id>/end/", security.end_session, name="end_session"),
    path("account/factor/", factor.factor_begin, name="factor_begin"),
    path("account/factor/confirm/", factor.factor_confirm, name="factor_confirm"),
    path("account/factor/codes/", factor.factor_codes, name="factor_codes"),
    path("account/factor/remove/", factor.factor_remove, name="factor_remove"),
    path("account/identities/new/", single_sign_on.identity_start, name="identity_start"),
    path("account/identities/link/", single_sign_on.identity_link, name="identity_link"),
    path("account/identities/<int:pk>/unlink/", single_sign_on.identity_unlink, name="identity_unlink"),
    path("scope/", own_account.scope, name="scope"),
    path("appointments/", appointments.appointment_list, name="appointment_list"),
    path("appointments/new/", appointments.appointment_new, name="appointment_new"),
    path("accounts/", accounts.account_list, name="account_list"),
    path("accounts/new/", accounts.account_new, name="account_new"),
    path("accounts/<int:pk>/code/", accounts.account_code, name="account_code"),
    path("accounts/<int:pk>/reset/", resets.reset_new, name="reset_new"),
    path("accounts/<int:pk>/factor/", resets.reset_new, {"kind": "factor"}, name="reset_factor_new"),
    path("accounts/<int:pk>/lock/", accounts.account_lock, name="account_lock"),
    path("resets/", resets.reset_list, name="reset_list"),
    path("resets/<int:pk>/confirm/", resets.reset_confirmation, name="reset_confirm"),
    path("resets/<int:pk>/refuse/", resets.reset_refusal, name="reset_refuse"),
]

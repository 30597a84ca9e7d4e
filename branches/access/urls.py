"""Signing in, the own account, appointments, the administrator's accounts."""

from django.urls import path

from branches.access.views import accounts, appointments, own_account, resets

urlpatterns = [
    path("login/", own_account.Login.as_view(), name="login"),
    path("logout/", own_account.Logout.as_view(), name="logout"),
    path("login/first/", own_account.first_login, name="first_login"),
    path("login/confirm/", own_account.confirm_password, name="confirm_password"),
    path("menu/", own_account.menu, name="menu"),
    path("account/", own_account.account, name="account"),
    path("account/password/", own_account.password_change, name="password_change"),
    path("account/sessions/end/", own_account.end_sessions, name="end_sessions"),
    path("scope/", own_account.scope, name="scope"),
    path("appointments/", appointments.appointment_list, name="appointment_list"),
    path("appointments/new/", appointments.appointment_new, name="appointment_new"),
    path("accounts/", accounts.account_list, name="account_list"),
    path("accounts/new/", accounts.account_new, name="account_new"),
    path("accounts/<int:pk>/code/", accounts.account_code, name="account_code"),
    path("accounts/<int:pk>/reset/", resets.reset_new, name="reset_new"),
    path("accounts/<int:pk>/lock/", accounts.account_lock, name="account_lock"),
    path("resets/", resets.reset_list, name="reset_list"),
    path("resets/<int:pk>/confirm/", resets.reset_confirmation, name="reset_confirm"),
    path("resets/<int:pk>/refuse/", resets.reset_refusal, name="reset_refuse"),
]

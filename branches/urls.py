from django.urls import path

from branches.views import accounts, notices

urlpatterns = [
    path("login/", accounts.Login.as_view(), name="login"),
    path("logout/", accounts.Logout.as_view(), name="logout"),
    path("login/first/", accounts.first_login, name="first_login"),
    path("login/confirm/", accounts.confirm_password, name="confirm_password"),
    path("account/", accounts.account, name="account"),
    path("account/password/", accounts.password_change, name="password_change"),
    path("account/sessions/end/", accounts.end_sessions, name="end_sessions"),
    path("scope/", accounts.scope, name="scope"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.notices_mark_read, name="notices_read"),
    path("feedback/", notices.feedback, name="feedback"),
]

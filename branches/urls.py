from django.urls import path

from branches.views import accounts, appointments, departments, manage, notices, organisations, trail

own = [
    path("login/", accounts.Login.as_view(), name="login"),
    path("logout/", accounts.Logout.as_view(), name="logout"),
    path("login/first/", accounts.first_login, name="first_login"),
    path("login/confirm/", accounts.confirm_password, name="confirm_password"),
    path("menu/", accounts.menu, name="menu"),
    path("account/", accounts.account, name="account"),
    path("account/password/", accounts.password_change, name="password_change"),
    path("account/sessions/end/", accounts.end_sessions, name="end_sessions"),
    path("scope/", accounts.scope, name="scope"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.notices_mark_read, name="notices_read"),
    path("feedback/", notices.feedback, name="feedback"),
]
places = [
    path("organisations/new/", organisations.organisation_new, name="organisation_new"),
    path("organisations/<int:pk>/edit/", organisations.organisation_edit, name="organisation_edit"),
    path("organisations/<int:pk>/move/", organisations.organisation_move, name="organisation_move"),
    path("organisations/<int:pk>/archive/", organisations.organisation_archive, name="organisation_archive"),
    path("organisations/<int:pk>/term/", organisations.organisation_term, name="organisation_term"),
    path("organisations/<int:pk>/term/close/", organisations.organisation_term_close, name="organisation_term_close"),
    path("organisations/departments/", departments.organisation_departments, name="organisation_departments"),
    path("organisations/departments/new/", departments.organisation_department_new, name="organisation_department_new"),
    path("organisations/coverage/", departments.organisation_coverage, name="organisation_coverage"),
    path(
        "organisations/coverage/<int:pk>/end/", departments.organisation_coverage_end, name="organisation_coverage_end"
    ),
]
powers = [
    path("appointments/", appointments.appointment_list, name="appointment_list"),
    path("appointments/new/", appointments.appointment_new, name="appointment_new"),
]
system = [
    path("accounts/", manage.account_list, name="account_list"),
    path("accounts/new/", manage.account_new, name="account_new"),
    path("accounts/<int:pk>/reset/", manage.account_reset, name="account_reset"),
    path("accounts/<int:pk>/lock/", manage.account_lock, name="account_lock"),
    path("settings/", manage.setting_list, name="setting_list"),
    path("settings/<slug:key>/", manage.setting_edit, name="setting_edit"),
    path("feedback/all/", manage.feedback_list, name="feedback_list"),
    path("jobs/", manage.job_list, name="job_list"),
    path("audit/", trail.audit_list, name="audit_list"),
    path("audit/verify/", trail.audit_verify, name="audit_verify"),
    path("audit/export/", trail.audit_export, name="audit_export"),
]
urlpatterns = own + places + powers + system

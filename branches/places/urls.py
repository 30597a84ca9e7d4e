"""Places: organisations, terms, departments and who covers them."""

from django.urls import path

from branches.places.views import departments, organisations

urlpatterns = [
    path("organisations/new/", organisations.organisation_new, name="organisation_new"),
    path("organisations/<int:pk>/edit/", organisations.organisation_edit, name="organisation_edit"),
    path("organisations/<int:pk>/move/", organisations.organisation_move, name="organisation_move"),
    path("organisations/<int:pk>/group/", organisations.organisation_group, name="organisation_group"),
    path("organisations/<int:pk>/term/", organisations.organisation_term, name="organisation_term"),
    path("organisations/<int:pk>/term/close/", organisations.organisation_term_close, name="organisation_term_close"),
    path("organisations/departments/", departments.organisation_departments, name="organisation_departments"),
    path(
        "organisations/departments/export/",
        departments.organisation_departments_export,
        name="organisation_departments_export",
    ),
    path("organisations/departments/new/", departments.organisation_department_new, name="organisation_department_new"),
    path("organisations/coverage/", departments.organisation_coverage, name="organisation_coverage"),
    path(
        "organisations/coverage/<int:pk>/end/", departments.organisation_coverage_end, name="organisation_coverage_end"
    ),
]

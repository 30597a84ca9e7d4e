"""Places with their people: the tree, one organisation, handing over."""

from django.urls import path

from members.organisations.views import archiving, handover, organisations

urlpatterns = [
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/export/", organisations.organisation_export, name="organisation_export"),
    path("organisations/<int:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path("organisations/<int:pk>/archive/", archiving.organisation_archive, name="organisation_archive"),
    path("appointments/<int:pk>/end/", handover.appointment_end_view, name="appointment_end"),
]

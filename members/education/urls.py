"""Hours of study."""

from django.urls import path

from members.education.views import bringing, hours, papers, unknown

urlpatterns = [
    path("education/", hours.education_list, name="education_list"),
    path("education/export/", papers.education_export, name="education_export"),
    path("education/unknown/", unknown.education_unknown, name="education_unknown"),
    path("education/unknown/<slug:kind>/<int:year>/", unknown.education_mend, name="education_mend"),
    path("education/mends/<int:pk>/confirm/", unknown.education_mend_confirm, name="education_mend_confirm"),
    path("education/mends/<int:pk>/return/", unknown.education_mend_return, name="education_mend_return"),
    path("members/<int:pk>/hours/brought/", bringing.education_bring, name="education_bring"),
    path("education/brought/<int:pk>/confirm/", bringing.education_brought_confirm, name="education_brought_confirm"),
    path("education/brought/<int:pk>/return/", bringing.education_brought_return, name="education_brought_return"),
    path("members/<int:pk>/hours/", papers.education_certificate, name="education_certificate"),
    path("members/<int:pk>/hours/docx/", papers.education_certificate_download, name="education_certificate_download"),
]

"""Drafts of reports, publishing, and published reports."""

from django.urls import path

from assessments.reports import draft_views, views

_DRAFT = "results/<int:pk>/report/"

urlpatterns = [
    path(_DRAFT, draft_views.report_draft, name="report_draft"),
    path(f"{_DRAFT}words/", draft_views.report_words, name="report_words"),
    path(f"{_DRAFT}refresh/", draft_views.report_refresh, name="report_refresh"),
    path(f"{_DRAFT}docx/", draft_views.report_draft_download, name="report_draft_download"),
    path("results/<int:pk>/publish/", draft_views.result_publish, name="result_publish"),
    path("reports/", views.report_list, name="report_list"),
    path("reports/<int:pk>/", views.report_detail, name="report_detail"),
    path("reports/<int:pk>/steps/<int:number>/", views.report_step, name="report_step"),
    path("reports/<int:pk>/<str:kind>/made/", views.report_document_progress, name="report_document_progress"),
    path("reports/<int:pk>/<str:kind>/", views.report_download, name="report_download"),
]

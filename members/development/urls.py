"""Developing members."""

from django.urls import path

from members.development.views import analysis, cases, endings, faults, papers, steps

urlpatterns = [
    path("development/", cases.development_list, name="development_list"),
    path("development/export/", analysis.development_export, name="development_export"),
    path("development/analysis/<int:year>/", analysis.development_analysis, name="development_analysis"),
    path(
        "development/analysis/<int:year>/docx/",
        analysis.development_analysis_download,
        name="development_analysis_download",
    ),
    path("development/<int:pk>/resolution/<slug:key>/", papers.development_resolution, name="development_resolution"),
    path(
        "development/<int:pk>/resolution/<slug:key>/docx/",
        papers.development_resolution_download,
        name="development_resolution_download",
    ),
    path("development/new/", cases.development_new, name="development_new"),
    path("development/queue/", cases.development_queue, name="development_queue"),
    path("development/take-over/<int:pk>/", cases.development_take_over, name="development_take_over"),
    path("development/<int:pk>/", cases.development_detail, name="development_detail"),
    path("development/<int:pk>/faults/", faults.development_faults, name="development_faults"),
    path("development/<int:pk>/steps/<slug:key>/", steps.development_step, name="development_step"),
    path("development/<int:pk>/people/<slug:role>/", cases.development_people, name="development_people"),
    path("development/<int:pk>/review/", cases.development_review, name="development_review"),
    path("development/<int:pk>/notice/", cases.development_notice, name="development_notice"),
    path("development/<int:pk>/documents/", cases.development_documents, name="development_documents"),
    path("development/<int:pk>/leaving/", cases.development_leaving, name="development_leaving"),
    path("development/<int:pk>/withdraw/", endings.development_withdraw, name="development_withdraw"),
    path("development/<int:pk>/resume/", endings.development_resume, name="development_resume"),
    path("development/<int:pk>/sheet/", papers.development_sheet, name="development_sheet"),
    path("development/<int:pk>/sheet/docx/", papers.development_sheet_download, name="development_sheet_download"),
    path("development/<int:pk>/notice/text/", papers.development_notice_text, name="development_notice_text"),
    path(
        "development/<int:pk>/notice/text/docx/",
        papers.development_notice_download,
        name="development_notice_download",
    ),
    path("development/entries/<int:pk>/remove/", steps.development_entry_remove, name="development_entry_remove"),
    path("development/entries/<int:pk>/explain/", steps.development_entry_explain, name="development_entry_explain"),
    path("development/entries/<int:pk>/accept/", steps.development_entry_accept, name="development_entry_accept"),
    path("development/entries/<int:pk>/except/", steps.development_entry_except, name="development_entry_except"),
]

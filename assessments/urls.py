from django.urls import path

from assessments.views import cadre, dashboard, home, reports, results, search, uses

urlpatterns = [
    path("", home.home, name="home"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/update/", dashboard.dashboard_update, name="dashboard_update"),
    path("dashboard/remind/", dashboard.dashboard_remind, name="dashboard_remind"),
    path("dashboard/export/", dashboard.dashboard_export, name="dashboard_export"),
    path("scores/", results.score_list, name="score_list"),
    path("organisations/<int:pk>/estimate/", results.score_estimate, name="score_estimate"),
    path("scores/<int:pk>/", results.score_detail, name="score_detail"),
    path("results/", results.result_list, name="result_list"),
    path("results/trial/", results.result_trial, name="result_trial"),
    path("results/<int:pk>/", results.result_detail, name="result_detail"),
    path("results/<int:pk>/freeze/", results.result_freeze, name="result_freeze"),
    path("results/<int:pk>/unfreeze/", results.result_unfreeze, name="result_unfreeze"),
    path("results/<int:pk>/publish/", results.result_publish, name="result_publish"),
    path("reports/", reports.report_list, name="report_list"),
    path("reports/<int:pk>/", reports.report_detail, name="report_detail"),
    path("reports/<int:pk>/<str:kind>/", reports.report_download, name="report_download"),
    path("cadres/", cadre.cadre_list, name="cadre_list"),
    path("cadres/<int:pk>/", cadre.cadre_detail, name="cadre_detail"),
    path("cadres/<int:pk>/docx/", cadre.cadre_document, name="cadre_document"),
    path("search/", search.search, name="search"),
    path("uses/", uses.record_uses, name="record_uses"),
    path("activities/<int:pk>/counts/", uses.record_counts, name="record_counts"),
]

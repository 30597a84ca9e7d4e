"""The home page of each role, search, what a record counts for, the cadre record."""

from django.urls import path

from assessments.home.views import cadre, dashboard, first_steps, practice, record_effects, search, start, waiting

urlpatterns = [
    path("", start.home, name="home"),
    path("waiting/", waiting.home_waiting, name="home_waiting"),
    path("changes/", start.change_list, name="change_list"),
    path("first-steps/", first_steps.first_steps, name="first_steps"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/update/", dashboard.dashboard_update, name="dashboard_update"),
    path("dashboard/remind/", dashboard.dashboard_remind, name="dashboard_remind"),
    path("dashboard/export/", dashboard.dashboard_export, name="dashboard_export"),
    path("cadres/records/", cadre.cadre_list, name="cadre_list"),
    path("cadres/records/<int:pk>/", cadre.cadre_detail, name="cadre_detail"),
    path("cadres/records/<int:pk>/docx/", cadre.cadre_document, name="cadre_document"),
    path("practices/<int:pk>/docx/", practice.practice_document, name="practice_document"),
    path("search/", search.search, name="search"),
    path("uses/", record_effects.record_uses, name="record_uses"),
    path("activities/<int:pk>/counts/", record_effects.record_counts, name="record_counts"),
]

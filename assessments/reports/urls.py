"""Publishing, and published reports."""

from django.urls import path

from assessments.reports import views

urlpatterns = [
    path("results/<int:pk>/publish/", views.result_publish, name="result_publish"),
    path("reports/", views.report_list, name="report_list"),
    path("reports/<int:pk>/", views.report_detail, name="report_detail"),
    path("reports/<int:pk>/<str:kind>/", views.report_download, name="report_download"),
]

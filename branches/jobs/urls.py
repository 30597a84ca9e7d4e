"""Background jobs."""

from django.urls import path

from branches.jobs import views

urlpatterns = [
    path("jobs/", views.job_list, name="job_list"),
]

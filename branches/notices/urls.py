"""Notices and feedback."""

from django.urls import path

from branches.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.notices_mark_read, name="notices_read"),
    path("feedback/", views.feedback, name="feedback"),
    path("feedback/all/", views.feedback_list, name="feedback_list"),
]

"""Entries by hand of a period."""

from django.urls import path

from assessments.entries import views

urlpatterns = [
    path("results/entries/", views.entry_list, name="entry_list"),
    path("results/entries/<int:pk>/approve/", views.entry_approve_page, name="entry_approve"),
    path("results/entries/<int:pk>/decline/", views.entry_decline_page, name="entry_decline"),
]

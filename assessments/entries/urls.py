"""Entries by hand of a period."""

from django.urls import path

from assessments.entries import views

urlpatterns = [
    path("results/entries/", views.entry_list, name="entry_list"),
    path("results/entries/ballots/", views.tally_new, name="tally_new"),
    path("results/entries/own/", views.self_list, name="self_list"),
    path("results/entries/own/rating/", views.self_rating, name="self_rating"),
    path("results/entries/<int:pk>/approve/", views.entry_approve_page, name="entry_approve"),
    path("results/entries/<int:pk>/decline/", views.entry_decline_page, name="entry_decline"),
]

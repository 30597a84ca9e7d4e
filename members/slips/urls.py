"""Accounts made in one go, and their slips."""

from django.urls import path

from members.slips import views

urlpatterns = [
    path("slips/", views.slip_list, name="slip_list"),
    path("slips/again/", views.slip_again, name="slip_again"),
    path("slips/secretaries/", views.slip_secretaries, name="slip_secretaries"),
    path("slips/secretaries/make/", views.slip_secretaries_make, name="slip_secretaries_make"),
    path("slips/members/", views.slip_members, name="slip_members"),
    path("slips/members/make/", views.slip_members_make, name="slip_members_make"),
]

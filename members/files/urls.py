"""A member's file."""

from django.urls import path

from members.files import views

urlpatterns = [
    path("members/own/", views.member_own, name="member_own"),
    path("members/<int:pk>/", views.member_detail, name="member_detail"),
    path("members/<int:pk>/unmask/", views.member_unmask_view, name="member_unmask"),
]

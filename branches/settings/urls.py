"""The agency's dated settings."""

from django.urls import path

from branches.settings import views

urlpatterns = [
    path("settings/", views.setting_list, name="setting_list"),
    path("settings/<slug:key>/", views.setting_edit, name="setting_edit"),
]

"""The agency's dated settings and its start date."""

from django.urls import path

from branches.settings import views

urlpatterns = [
    path("settings/", views.setting_list, name="setting_list"),
    path("settings/agency-start/", views.setting_start, name="setting_start"),
    path("settings/joining/", views.setting_joining, name="setting_joining"),
    path("settings/later/<int:pk>/cancel/", views.setting_cancel_page, name="setting_cancel"),
    path("settings/proposals/<int:pk>/", views.setting_proposal, name="setting_proposal"),
    path("settings/proposals/<int:pk>/decline/", views.setting_proposal_decline, name="setting_proposal_decline"),
    path("settings/<slug:key>/", views.setting_edit, name="setting_edit"),
]

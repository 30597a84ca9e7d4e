"""Corrections that members ask for."""

from django.urls import path

from members.corrections import views

urlpatterns = [
    path("corrections/", views.correction_list, name="correction_list"),
    path("corrections/<int:pk>/", views.correction_detail, name="correction_detail"),
]

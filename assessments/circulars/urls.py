"""Circulars of a committee."""

from django.urls import path

from assessments.circulars import views

urlpatterns = [
    path("circulars/", views.circular_list, name="circular_list"),
    path("circulars/make/", views.circular_make, name="circular_make"),
    path("circulars/<int:pk>/", views.circular_detail, name="circular_detail"),
    path("circulars/<int:pk>/refresh/", views.circular_refresh, name="circular_refresh"),
    path("circulars/<int:pk>/issue/", views.circular_issue, name="circular_issue"),
    path("circulars/<int:pk>/correct/", views.circular_correct, name="circular_correct"),
    path("circulars/<int:pk>/drop/", views.circular_drop, name="circular_drop"),
    path("circulars/<int:pk>/docx/", views.circular_download, name="circular_download"),
]

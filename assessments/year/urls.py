"""换年."""

from django.urls import path

from assessments.year import views

urlpatterns = [
    path("year/<int:year>/", views.year_change, name="year_change"),
    path("year/<int:year>/<slug:key>/<int:pk>/", views.year_confirm, name="year_confirm"),
]

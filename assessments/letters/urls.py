"""Documents of lower subjects as files."""

from django.urls import path

from assessments.letters import views

urlpatterns = [path("targets/plan/<int:pk>/letter/", views.target_letter, name="target_letter")]

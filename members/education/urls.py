"""Hours of study."""

from django.urls import path

from members.education import views

urlpatterns = [path("education/", views.education_list, name="education_list")]

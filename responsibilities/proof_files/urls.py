"""Files kept as proof."""

from django.urls import path

from responsibilities.proof_files import views

urlpatterns = [
    path("papers/<int:pk>/", views.paper_download, name="paper_download"),
    path("files/", views.kept_file_list, name="kept_file_list"),
]

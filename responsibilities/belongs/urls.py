"""What records belong to beside their business work."""

from django.urls import path

from responsibilities.belongs import views

urlpatterns = [
    path("activities/belongs/", views.record_belongs, name="record_belongs"),
    path("activities/belongs/waiting/", views.belongings_waiting, name="belongings_waiting"),
    path("activities/<int:pk>/belongs/", views.record_belongings, name="record_belongings"),
    path(
        "activities/<int:pk>/belongs/<slug:key>/remove/", views.record_belonging_remove, name="record_belonging_remove"
    ),
    path(
        "activities/<int:pk>/belongs/<slug:key>/confirm/",
        views.record_belonging_confirm,
        name="record_belonging_confirm",
    ),
]

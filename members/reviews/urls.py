"""Reviews of records."""

from django.urls import path

from members.reviews import views

urlpatterns = [
    path("reviews/", views.review_queue, name="review_queue"),
    path("reviews/accept/", views.activities_accept_page, name="activities_accept"),
    path("reviews/<int:pk>/", views.review_detail, name="review_detail"),
    path("reviews/<int:pk>/begin/", views.review_begin, name="review_begin"),
    path("reviews/<int:pk>/accept/", views.activity_accept, name="activity_accept"),
    path("reviews/<int:pk>/return/", views.activity_return, name="activity_return"),
]

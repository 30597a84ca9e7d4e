"""Commitments of members."""

from django.urls import path

from members.commitments.views import acts, branch, own, rating

urlpatterns = [
    path("me/rating/", rating.own_rating, name="own_rating"),
    path("me/commitment/", own.own_commitment, name="own_commitment"),
    path("me/commitment/pledges/<int:pk>/", own.pledge_say_view, name="pledge_say"),
    path("me/commitment/pledges/<int:pk>/change/", own.pledge_change_view, name="pledge_change"),
    path("commitments/", branch.commitment_list, name="commitment_list"),
    path("commitments/<int:pk>/review/", acts.commitment_review, name="commitment_review"),
    path("commitments/<int:pk>/return/", acts.commitment_return, name="commitment_return"),
    path("commitments/<int:year>/of/<int:pk>/", own.commitment_write, name="commitment_write"),
    path("commitments/<int:year>/<int:pk>/", branch.commitment_branch, name="commitment_branch"),
    path("commitments/<int:year>/<int:pk>/paste/", acts.commitment_paste, name="commitment_paste"),
    path("commitments/<int:year>/<int:pk>/review/", acts.commitment_review_all, name="commitment_review_all"),
    path("commitments/<int:year>/<int:pk>/publish/", acts.commitment_publish, name="commitment_publish"),
    path("commitments/<int:year>/<int:pk>/appraise/", acts.commitment_appraise, name="commitment_appraise"),
    path("commitments/<int:year>/<int:pk>/wall/", branch.commitment_wall, name="commitment_wall"),
    path(
        "commitments/<int:year>/<int:pk>/wall/docx/", branch.commitment_wall_download, name="commitment_wall_download"
    ),
    path("commitments/<int:year>/<int:pk>/pages/", branch.commitment_pages, name="commitment_pages"),
    path("commitments/<int:year>/<int:pk>/export/", branch.commitment_export, name="commitment_export"),
]

from django.urls import path

from members.views import handover, members, organisations, posts, search

places = [
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/export/", organisations.organisation_export, name="organisation_export"),
    path("organisations/<int:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path("appointments/<int:pk>/end/", handover.appointment_end_view, name="appointment_end"),
    path("search/", search.search, name="search"),
]
roster = [
    path("members/", members.member_list, name="member_list"),
    path("members/export/", members.member_export, name="member_export"),
    path("members/new/", members.member_new, name="member_new"),
    path("members/own/", members.member_own, name="member_own"),
    path("members/<int:pk>/", members.member_detail, name="member_detail"),
    path("members/<int:pk>/edit/", members.member_edit, name="member_edit"),
    path("members/<int:pk>/transfer/", members.member_transfer_view, name="member_transfer"),
    path("members/<int:pk>/unmask/", members.member_unmask_view, name="member_unmask"),
    path("members/<int:pk>/posts/new/", posts.member_post_new, name="member_post_new"),
    path("members/posts/<int:pk>/end/", posts.member_post_end, name="member_post_end"),
]
urlpatterns = places + roster

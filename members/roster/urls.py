"""The roster, and which account reads whose file."""

from django.urls import path

from members.roster.views import accounts, forgetting, members, posts

urlpatterns = [
    path("members/", members.member_list, name="member_list"),
    path("members/export/", members.member_export, name="member_export"),
    path("members/forget/", forgetting.forget_list, name="forget_list"),
    path("members/forget/confirm/", forgetting.forget_confirm, name="forget_confirm"),
    path("members/new/", members.member_new, name="member_new"),
    path("members/<int:pk>/edit/", members.member_edit, name="member_edit"),
    path("members/<int:pk>/account/", accounts.member_account, name="member_account"),
    path("account/links/", accounts.own_links, name="own_links"),
    path("account/links/<int:pk>/", accounts.own_link_answer, name="own_link_answer"),
    path("members/<int:pk>/posts/new/", posts.member_post_new, name="member_post_new"),
    path("members/posts/<int:pk>/end/", posts.member_post_end, name="member_post_end"),
]

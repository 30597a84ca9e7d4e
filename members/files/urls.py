"""A member's file."""

from django.urls import path

from members.files import own, phone, sight, views

urlpatterns = [
    path("audit/who-saw/", sight.who_saw_page, name="who_saw"),
    path("members/own/", views.member_own, name="member_own"),
    path("members/own/meetings/", own.own_meetings, name="own_meetings"),
    path("members/own/meetings/<int:pk>/", own.own_meeting, name="own_meeting"),
    path("members/own/calendar/", phone.own_calendar, name="own_calendar"),
    path("calendar/<str:token>/", phone.own_calendar_feed, name="own_calendar_feed"),
    path("members/own/export/", own.own_export, name="own_export"),
    path("members/own/correction/", own.own_correction, name="own_correction"),
    path("members/<int:pk>/", views.member_detail, name="member_detail"),
    path("members/<int:pk>/meetings/", own.member_meetings, name="member_meetings"),
    path("members/<int:pk>/unmask/", views.member_unmask_view, name="member_unmask"),
]

"""Care of members, and honours."""

from django.urls import path

from members.care.views import acts, honours, register

urlpatterns = [
    path("me/care/", register.own_care, name="own_care"),
    path("care/", register.care_list, name="care_list"),
    path("care/visits/", register.care_to_visit, name="care_to_visit"),
    path("care/visits/list/", register.care_visit_list, name="care_visit_list"),
    path("care/visits/list/docx/", register.care_visit_list_download, name="care_visit_list_download"),
    path("care/members/<int:pk>/", register.care_member, name="care_member"),
    path("care/marks/new/", acts.care_mark_new, name="care_mark_new"),
    path("care/marks/<int:pk>/end/", acts.care_mark_end, name="care_mark_end"),
    path("care/marks/<int:pk>/note/", acts.care_mark_note, name="care_mark_note"),
    path("care/events/new/", acts.care_event_new, name="care_event_new"),
    path("care/events/<int:pk>/note/", acts.care_event_note, name="care_event_note"),
    path("care/helps/new/", acts.care_help_new, name="care_help_new"),
    path("honours/", honours.honour_list, name="honour_list"),
    path("honours/new/", honours.honour_new, name="honour_new"),
    path("honours/roll/", honours.honour_roll, name="honour_roll"),
    path("honours/export/", honours.honour_export, name="honour_export"),
    path("honours/<int:pk>/cancel/", honours.honour_cancel_view, name="honour_cancel"),
]

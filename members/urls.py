from django.urls import path

from members.views import (
    accounts,
    activities,
    attachments,
    handover,
    members,
    organisations,
    posts,
    record_form,
    resolutions,
    reviews,
)

places = [
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/export/", organisations.organisation_export, name="organisation_export"),
    path("organisations/<int:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path("appointments/<int:pk>/end/", handover.appointment_end_view, name="appointment_end"),
]
roster = [
    path("members/", members.member_list, name="member_list"),
    path("members/export/", members.member_export, name="member_export"),
    path("members/new/", members.member_new, name="member_new"),
    path("members/own/", members.member_own, name="member_own"),
    path("members/<int:pk>/", members.member_detail, name="member_detail"),
    path("members/<int:pk>/edit/", members.member_edit, name="member_edit"),
    path("members/<int:pk>/transfer/", members.member_transfer_view, name="member_transfer"),
    path("members/<int:pk>/account/", accounts.member_account, name="member_account"),
    path("members/<int:pk>/unmask/", members.member_unmask_view, name="member_unmask"),
    path("members/<int:pk>/posts/new/", posts.member_post_new, name="member_post_new"),
    path("members/posts/<int:pk>/end/", posts.member_post_end, name="member_post_end"),
]
records = [
    path("activities/", activities.activity_list, name="activity_list"),
    path("activities/new/", record_form.activity_new, name="activity_new"),
    path("activities/autosave/", record_form.activity_autosave, name="activity_autosave"),
    path("activities/tiles/", record_form.activity_tiles, name="activity_tiles"),
    path("activities/checks/", record_form.activity_checks, name="activity_checks"),
    path("activities/export/", activities.activity_export, name="activity_export"),
    path("activities/hosts/<int:pk>/confirm/", activities.activity_host_confirm, name="activity_host_confirm"),
    path("activities/<int:pk>/", activities.activity_detail, name="activity_detail"),
    path("activities/<int:pk>/edit/", record_form.activity_edit, name="activity_edit"),
    path("activities/<int:pk>/submit/", activities.activity_submit, name="activity_submit"),
    path("activities/<int:pk>/withdraw/", activities.activity_withdraw, name="activity_withdraw"),
    path("activities/<int:pk>/cancel/", activities.activity_cancel, name="activity_cancel"),
    path("activities/<int:pk>/discard/", activities.activity_discard, name="activity_discard"),
    path("activities/<int:pk>/attachments/", attachments.attachment_upload, name="attachment_upload"),
    path("attachments/<int:pk>/", attachments.attachment_download, name="attachment_download"),
    path("attachments/<int:pk>/delete/", attachments.attachment_delete, name="attachment_delete"),
    path("resolutions/", resolutions.resolution_list, name="resolution_list"),
    path("resolutions/export/", resolutions.resolution_export, name="resolution_export"),
    path("resolutions/<int:pk>/done/", resolutions.resolution_done, name="resolution_done"),
    path("resolutions/<int:pk>/reopen/", resolutions.resolution_reopen, name="resolution_reopen"),
    path("reviews/", reviews.review_queue, name="review_queue"),
    path("reviews/<int:pk>/", reviews.review_detail, name="review_detail"),
    path("reviews/<int:pk>/begin/", reviews.review_begin, name="review_begin"),
    path("reviews/<int:pk>/accept/", reviews.activity_accept, name="activity_accept"),
    path("reviews/<int:pk>/return/", reviews.activity_return, name="activity_return"),
]
urlpatterns = places + roster + records

"""Records of activities, their files and resolutions."""

from django.urls import path

from members.activities.views import attachments, corrections, leave, natures, record_form, records, resolutions

urlpatterns = [
    path("activities/", records.activity_list, name="activity_list"),
    path("activities/new/", record_form.activity_new, name="activity_new"),
    path("activities/autosave/", record_form.activity_autosave, name="activity_autosave"),
    path("activities/tiles/", record_form.activity_tiles, name="activity_tiles"),
    path("activities/hosts/", record_form.activity_hosts, name="activity_hosts"),
    path("activities/checks/", record_form.activity_checks, name="activity_checks"),
    path("activities/export/", records.activity_export, name="activity_export"),
    path("activities/hosts/<int:pk>/confirm/", records.activity_host_confirm, name="activity_host_confirm"),
    path("activities/<int:pk>/", records.activity_detail, name="activity_detail"),
    path("activities/<int:pk>/edit/", record_form.activity_edit, name="activity_edit"),
    path("activities/<int:pk>/submit/", records.activity_submit, name="activity_submit"),
    path("activities/<int:pk>/withdraw/", records.activity_withdraw, name="activity_withdraw"),
    path("activities/<int:pk>/cancel/", records.activity_cancel, name="activity_cancel"),
    path("activities/<int:pk>/discard/", records.activity_discard, name="activity_discard"),
    path("activities/<int:pk>/correct/", corrections.activity_correct, name="activity_correct"),
    path("activities/<int:pk>/correct/discard/", corrections.activity_correct_discard, name="activity_correct_discard"),
    path("activities/<int:pk>/nature/", natures.activity_nature, name="activity_nature"),
    path("activities/<int:pk>/versions/<int:number>/", corrections.activity_version, name="activity_version"),
    path("activities/<int:pk>/attachments/", attachments.attachment_upload, name="attachment_upload"),
    path("attachments/<int:pk>/", attachments.attachment_download, name="attachment_download"),
    path("attachments/<int:pk>/delete/", attachments.attachment_delete, name="attachment_delete"),
    path("resolutions/", resolutions.resolution_list, name="resolution_list"),
    path("resolutions/export/", resolutions.resolution_export, name="resolution_export"),
    path("resolutions/<int:pk>/done/", resolutions.resolution_done, name="resolution_done"),
    path("resolutions/<int:pk>/reopen/", resolutions.resolution_reopen, name="resolution_reopen"),
    path("members/own/leave/<int:pk>/", leave.own_leave, name="own_leave"),
    path("members/own/leave/<int:pk>/withdraw/", leave.own_leave_withdraw, name="own_leave_withdraw"),
    path("leave/<int:pk>/", leave.leave_detail, name="leave_detail"),
]

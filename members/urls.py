from django.urls import path

from members.views import activities, attachments, record_form, reviews

urlpatterns = [
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
    path("activities/<int:pk>/discard/", activities.activity_discard, name="activity_discard"),
    path("activities/<int:pk>/attachments/", attachments.attachment_upload, name="attachment_upload"),
    path("attachments/<int:pk>/", attachments.attachment_download, name="attachment_download"),
    path("attachments/<int:pk>/delete/", attachments.attachment_delete, name="attachment_delete"),
    path("reviews/", reviews.review_queue, name="review_queue"),
    path("reviews/<int:pk>/", reviews.review_detail, name="review_detail"),
    path("reviews/<int:pk>/begin/", reviews.review_begin, name="review_begin"),
    path("reviews/<int:pk>/accept/", reviews.activity_accept, name="activity_accept"),
    path("reviews/<int:pk>/return/", reviews.activity_return, name="activity_return"),
]

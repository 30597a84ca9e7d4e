"""The board of the four synchronisations and the work items."""

from django.urls import path

from responsibilities.work.views import board as sync
from responsibilities.work.views import (
    consequences,
    evidence,
    imports,
    rates,
    record_links,
    reviews,
    stages,
    uptake,
    ways,
)
from responsibilities.work.views import items as work

urlpatterns = [
    path("sync/", sync.sync_board, name="sync_board"),
    path("sync/export/", sync.sync_export, name="sync_export"),
    path("sync/rates/", rates.sync_rates, name="sync_rates"),
    path("sync/rates/export/", rates.sync_rates_export, name="sync_rates_export"),
    path("sync/record/", record_links.record_links, name="record_links"),
    path("sync/new/", work.work_new, name="work_new"),
    *imports.PAGES.urls("sync/import/"),
    path("sync/<int:pk>/", work.work_detail, name="work_detail"),
    path("sync/<int:pk>/edit/", work.work_edit, name="work_edit"),
    path("sync/own/", uptake.own_work, name="own_work"),
    path("sync/<int:pk>/take-in/", uptake.work_take_in_page, name="work_take_in"),
    path("sync/<int:pk>/decline/", uptake.work_decline_page, name="work_decline"),
    path("sync/<int:pk>/stop/", work.work_stop_page, name="work_stop"),
    path("sync/stages/<int:pk>/", stages.stage_edit, name="stage_edit"),
    path("sync/stages/<int:pk>/waive/", stages.stage_waive_page, name="stage_waive"),
    path("sync/stages/<int:pk>/evidence/", evidence.evidence_pick, name="evidence_pick"),
    path("sync/stages/<int:pk>/paper/", evidence.evidence_paper_page, name="evidence_paper"),
    path("sync/evidence/<int:pk>/remove/", evidence.evidence_remove_page, name="evidence_remove"),
    path("sync/evidence/", reviews.evidence_queue, name="confirmation_list"),
    path("sync/evidence/<int:pk>/", reviews.evidence_detail, name="confirmation_detail"),
    path("sync/evidence/<int:pk>/confirm/", reviews.evidence_confirm_page, name="confirmation_confirm"),
    path("sync/evidence/<int:pk>/return/", reviews.evidence_return_page, name="confirmation_return"),
    path("sync/evidence/<int:pk>/withdraw/", evidence.evidence_withdraw_page, name="evidence_withdraw"),
    path(
        "sync/consequence/<slug:key>/<str:value>/<str:day>/", consequences.stage_consequence, name="stage_consequence"
    ),
    path("ways/", ways.way_matrix_page, name="way_matrix"),
    path("ways/hint/", ways.way_hint, name="way_hint"),
    path("ways/export/", ways.way_matrix_export, name="way_matrix_export"),
    path("activities/<int:pk>/stages/review/", reviews.record_link_review, name="record_link_review"),
    path("activities/<int:pk>/stages/", record_links.record_stage_links, name="record_stage_links"),
]

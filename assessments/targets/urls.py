"""党建目标: plans, targets, stages."""

from django.urls import path

from assessments.targets.views import importing, pages, plans, stages

urlpatterns = [
    path("targets/", pages.target_list, name="target_list"),
    path("targets/export/", pages.target_export, name="target_export"),
    path("targets/queue/", stages.stage_queue, name="stage_queue"),
    path("targets/plan/new/", plans.plan_new, name="target_plan_new"),
    path("targets/plan/<int:pk>/new/", plans.target_new, name="target_new"),
    path("targets/plan/<int:pk>/approve/", plans.plan_approve, name="target_plan_approve"),
    path("targets/plan/<int:pk>/issue/", plans.plan_issue, name="target_plan_issue"),
    path("targets/plan/<int:pk>/import/", importing.target_import, name="target_import"),
    path("targets/plan/<int:pk>/sheet/", importing.target_sheet, name="target_sheet"),
    path("targets/plan/<int:pk>/print/", pages.plan_print, name="target_plan_print"),
    path("targets/<int:pk>/", pages.target_detail, name="target_detail"),
    path("targets/<int:pk>/edit/", plans.target_edit, name="target_edit"),
    path("targets/<int:pk>/delete/", plans.target_remove, name="target_remove"),
    path("targets/<int:pk>/adjust/", plans.target_adjust, name="target_adjust"),
    path("targets/<int:pk>/stop/", plans.target_stop, name="target_stop"),
    path("targets/<int:pk>/share-out/", plans.target_share_out, name="target_share_out"),
    path("targets/stages/<int:pk>/report/", stages.stage_report, name="stage_report"),
    path("targets/reports/<int:pk>/", stages.stage_judge, name="stage_judge"),
    path("targets/reports/<int:pk>/return/", stages.stage_return, name="stage_return"),
]

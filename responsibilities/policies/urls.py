"""Policies."""

from django.urls import path

from responsibilities.policies.views import detail, imports, policies, runs

_ONE, _VERSION, _RUN, _STEP = (
    "policies/<int:pk>/",
    "policies/versions/<int:pk>/",
    "policies/runs/<int:pk>/",
    "policies/steps/<int:pk>/",
)

urlpatterns = [
    path("policies/", policies.policy_list, name="policy_list"),
    path("policies/export/", policies.policy_list_export, name="policy_list_export"),
    *imports.PAGES.urls("policies/import/"),
    path("policies/new/", policies.policy_new, name="policy_new"),
    path(_ONE, detail.policy_detail, name="policy_detail"),
    path(f"{_ONE}revise/", policies.policy_revise, name="policy_revise"),
    path(f"{_ONE}begin/", runs.policy_begin, name="policy_begin"),
    path(f"{_ONE}remind/", detail.policy_remind_steps, name="policy_remind_steps"),
    path(f"{_ONE}receipts/", detail.policy_receipts, name="policy_receipts"),
    path(f"{_ONE}receipts/remind/", detail.policy_remind, name="policy_remind"),
    path(f"{_ONE}receipts/export/", detail.policy_receipts_export, name="policy_receipts_export"),
    path(f"{_VERSION}edit/", policies.policy_edit, name="policy_edit"),
    path(f"{_VERSION}procedure/", policies.policy_procedure, name="policy_procedure"),
    path(f"{_VERSION}issue/", policies.policy_issue, name="policy_issue"),
    path(f"{_VERSION}repeal/", policies.policy_repeal, name="policy_repeal"),
    path(f"{_VERSION}discard/", policies.policy_discard, name="policy_discard"),
    path(f"{_VERSION}note/", detail.policy_note, name="policy_note"),
    path(_RUN, runs.policy_run_detail, name="policy_run_detail"),
    path(f"{_RUN}cancel/", runs.policy_run_cancel, name="policy_run_cancel"),
    path(f"{_STEP}done/", runs.policy_step_done, name="policy_step_done"),
    path(f"{_STEP}tie/", runs.policy_step_tie, name="policy_step_tie"),
    path(f"{_STEP}skip/", runs.policy_step_skip, name="policy_step_skip"),
    path("policies/ties/<int:pk>/confirm/", runs.policy_tie_confirm, name="policy_tie_confirm"),
]

"""Versions of the branches' scheme: read, draft, propose, approve."""

from django.urls import path

from assessments.schemes import views
from assessments.schemes.from_task_view import scheme_from

urlpatterns = [
    path("schemes/", views.scheme_list, name="scheme_list"),
    path("schemes/from/<slug:kind>/<int:pk>/", scheme_from, name="scheme_from"),
    path("schemes/<int:pk>/", views.scheme_detail, name="scheme_detail"),
    path("schemes/<int:pk>/draft/", views.scheme_draft_page, name="scheme_draft"),
    path("schemes/<int:pk>/whole/", views.scheme_whole, name="scheme_whole"),
    path("schemes/<int:pk>/bonus/new/", views.scheme_bonus, name="scheme_bonus_new"),
    path("schemes/<int:pk>/bonus/<int:number>/", views.scheme_bonus, name="scheme_bonus"),
    path("schemes/<int:pk>/bonus/<int:number>/drop/", views.scheme_bonus_drop, name="scheme_bonus_drop"),
    path("schemes/<int:pk>/parts/new/", views.scheme_part, name="scheme_part_new"),
    path("schemes/<int:pk>/parts/<slug:key>/", views.scheme_part, name="scheme_part"),
    path("schemes/<int:pk>/parts/<slug:key>/drop/", views.scheme_part_drop, name="scheme_part_drop"),
    path("schemes/<int:pk>/parts/<slug:part>/new/", views.scheme_indicator, name="scheme_indicator_new"),
    path("schemes/<int:pk>/indicators/<slug:key>/", views.scheme_indicator, name="scheme_indicator"),
    path("schemes/<int:pk>/indicators/<slug:key>/drop/", views.scheme_indicator_drop, name="scheme_indicator_drop"),
    path("schemes/<int:pk>/propose/", views.scheme_propose_page, name="scheme_propose"),
    path("schemes/<int:pk>/approve/", views.scheme_approve_page, name="scheme_approve"),
    path("schemes/<int:pk>/return/", views.scheme_return_page, name="scheme_return"),
    path("schemes/<int:pk>/discard/", views.scheme_discard_page, name="scheme_discard"),
]

"""Results of a period, scores and the estimate."""

from django.urls import path

from assessments.results import matrix_views, simulation_views, trial_views, views

urlpatterns = [
    path("scores/", matrix_views.score_list, name="score_list"),
    path("scores/export/", matrix_views.score_export, name="score_export"),
    path("organisations/<int:pk>/estimate/", views.score_estimate, name="score_estimate"),
    path("organisations/<int:pk>/estimate/stages/<int:stage>/", views.stage_gain, name="stage_gain"),
    path("policies/<int:pk>/points/", views.policy_points, name="policy_points"),
    path("scores/<int:pk>/", views.score_detail, name="score_detail"),
    path("schemes/<int:pk>/simulation/", simulation_views.scheme_simulation, name="scheme_simulation"),
    path("results/", views.result_list, name="result_list"),
    path("results/trial/", trial_views.result_trial, name="result_trial"),
    path("results/trial/<int:pk>/", trial_views.result_trial_progress, name="result_trial_progress"),
    path("results/<int:pk>/", views.result_detail, name="result_detail"),
]

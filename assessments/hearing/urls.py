"""Results heard by their branches: sent, confirmed, objected to, answered, frozen."""

from django.urls import path

from assessments.hearing.views import checkups, objections, steps

_BRANCH = "results/<int:pk>/branches/<int:place>/"
_ONE = "objections/<int:pk>/"

urlpatterns = [
    path("results/<int:pk>/hearing/", steps.result_hearing, name="result_hearing"),
    path("results/<int:pk>/send/", steps.result_send, name="result_send"),
    path("results/<int:pk>/freeze/", steps.result_freeze, name="result_freeze"),
    path("results/<int:pk>/unfreeze/", steps.result_unfreeze, name="result_unfreeze"),
    path(_BRANCH, checkups.result_checkup, name="result_checkup"),
    path(f"{_BRANCH}confirm/", checkups.result_confirm, name="result_confirm"),
    path(f"{_BRANCH}opinion/", checkups.opinion_submit, name="opinion_submit"),
    path(f"{_BRANCH}object/<slug:indicator>/", objections.objection_new, name="objection_new"),
    path(_ONE, objections.objection_detail, name="objection_detail"),
    path(f"{_ONE}draft/", objections.answer_draft, name="answer_draft"),
    path(f"{_ONE}release/", objections.answer_release, name="answer_release"),
    path(f"{_ONE}return/", objections.answer_return, name="answer_return"),
    path(f"{_ONE}withdraw/", objections.objection_withdraw, name="objection_withdraw"),
]

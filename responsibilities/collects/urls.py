"""Asking once."""

from django.urls import path

from responsibilities.collects.views import answers as collect_answers
from responsibilities.collects.views import collects

_ONE = "collects/<int:pk>/"

urlpatterns = [
    path("collects/", collects.collect_list, name="collect_list"),
    path("collects/new/", collects.collect_new, name="collect_new"),
    path("collects/held/", collects.known_figures_of_label, name="collect_held"),
    path(_ONE, collects.collect_detail, name="collect_detail"),
    path(f"{_ONE}edit/", collects.collect_edit, name="collect_edit"),
    path(f"{_ONE}send/", collects.collect_send, name="collect_send"),
    path(f"{_ONE}export/", collects.collect_export, name="collect_export"),
    path(f"{_ONE}remind/", collects.collect_remind, name="collect_remind"),
    path(f"{_ONE}close/", collects.collect_close, name="collect_close"),
    path(f"{_ONE}discard/", collects.collect_discard, name="collect_discard"),
    path(f"{_ONE}answer/<int:target>/", collect_answers.collect_answer, name="collect_answer"),
    path(f"{_ONE}answer/<int:target>/return/", collect_answers.collect_return, name="collect_return"),
]

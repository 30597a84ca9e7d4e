"""Supervision notices."""

from django.urls import path

from responsibilities.supervision.views import drafts
from responsibilities.supervision.views import notices as supervision
from responsibilities.supervision.views import problems as supervision_problems

_ONE = "supervision/<int:pk>/"

urlpatterns = [
    path("supervision/", supervision.supervision_list, name="supervision_list"),
    path("supervision/export/", supervision.supervision_export, name="supervision_export"),
    path("supervision/new/", supervision.supervision_new, name="supervision_new"),
    path("supervision/drafts/new/", drafts.supervision_draft_new, name="supervision_draft_new"),
    path("supervision/drafts/<int:pk>/", drafts.supervision_draft, name="supervision_draft"),
    path("supervision/drafts/<int:pk>/drop/", drafts.supervision_draft_drop, name="supervision_draft_drop"),
    path("supervision/problems/", supervision_problems.problem_list, name="supervision_problem_list"),
    path("supervision/problems/export/", supervision_problems.problem_export, name="supervision_problem_export"),
    path("supervision/problems/<int:pk>/done/", supervision_problems.problem_done, name="problem_done"),
    path(_ONE, supervision.supervision_detail, name="supervision_detail"),
    path(f"{_ONE}reply/", supervision.supervision_reply, name="supervision_reply"),
    path(f"{_ONE}review/", supervision.supervision_review, name="supervision_review"),
    path(f"{_ONE}prolong/", supervision.supervision_prolong, name="supervision_prolong"),
    path(f"{_ONE}close/", supervision.supervision_close, name="supervision_close"),
    path(f"{_ONE}problems/", supervision_problems.supervision_problems, name="supervision_problems"),
]

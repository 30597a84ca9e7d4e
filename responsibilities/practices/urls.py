"""Typical practices."""

from django.urls import path

from responsibilities.practices.views import adoptions, library, practices

_ONE = "practices/<int:pk>/"

urlpatterns = [
    path("practices/", library.practice_list, name="practice_list"),
    path("practices/export/", library.practice_list_export, name="practice_list_export"),
    path("practices/new/", practices.practice_new, name="practice_new"),
    path(_ONE, library.practice_detail, name="practice_detail"),
    path(f"{_ONE}edit/", practices.practice_edit, name="practice_edit"),
    path(f"{_ONE}prove/", practices.practice_prove, name="practice_prove"),
    path(f"{_ONE}formalise/", practices.practice_formalise, name="practice_formalise"),
    path(f"{_ONE}retire/", practices.practice_retire, name="practice_retire"),
    path(f"{_ONE}of/<int:organisation>/adopt/", adoptions.practice_adopt, name="practice_adopt"),
    path("practices/adoptions/<int:pk>/report/", adoptions.adoption_report, name="practice_report"),
    path("practices/adoptions/<int:pk>/stop/", adoptions.adoption_stop, name="practice_stop"),
    path("practices/adoptions/<int:pk>/judge/", adoptions.adoption_judge, name="practice_judge"),
]

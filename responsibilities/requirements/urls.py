"""What is owed, and the rules it comes from."""

from django.urls import path

from responsibilities.requirements.views import left_out, requirements, rules

_ONE = "requirements/<int:pk>/<slug:rule_id>/<str:period>/"

urlpatterns = [
    path("requirements/", requirements.requirement_list, name="requirement_list"),
    path("requirements/export/", requirements.requirement_export, name="requirement_export"),
    path("requirements/left-out/<str:day>/", left_out.requirement_left_out, name="requirement_left_out"),
    path(_ONE, requirements.requirement_detail, name="requirement_detail"),
    path(f"{_ONE}explain/", requirements.requirement_explain, name="requirement_explain"),
    path(f"{_ONE}exempt/", requirements.requirement_exempt_page, name="requirement_exempt"),
    path(f"{_ONE}exempt/revoke/", requirements.requirement_exempt_revoke, name="requirement_exempt_revoke"),
    path(f"{_ONE}remind/", requirements.requirement_remind_one, name="requirement_remind"),
    path("rules/", rules.rule_list, name="rule_list"),
    path("rules/<slug:rule_id>/", rules.rule_detail, name="rule_detail"),
]

from django.urls import path

from responsibilities import urls_collects, urls_duties, urls_supervision, urls_work
from responsibilities.views import papers, requirements, rules

_ONE = "requirements/<int:pk>/<slug:rule_id>/<str:period>/"

owed = [
    path("requirements/", requirements.requirement_list, name="requirement_list"),
    path("requirements/export/", requirements.requirement_export, name="requirement_export"),
    path(_ONE, requirements.requirement_detail, name="requirement_detail"),
    path(f"{_ONE}explain/", requirements.requirement_explain, name="requirement_explain"),
    path(f"{_ONE}exempt/", requirements.requirement_exempt_page, name="requirement_exempt"),
    path(f"{_ONE}exempt/revoke/", requirements.requirement_exempt_revoke, name="requirement_exempt_revoke"),
    path(f"{_ONE}remind/", requirements.requirement_remind_one, name="requirement_remind"),
    path("rules/", rules.rule_list, name="rule_list"),
    path("rules/<slug:rule_id>/", rules.rule_detail, name="rule_detail"),
]
urlpatterns = [
    *owed,
    *urls_work.urlpatterns,
    *urls_duties.urlpatterns,
    *urls_supervision.urlpatterns,
    *urls_collects.urlpatterns,
    path("papers/<int:pk>/", papers.paper_download, name="paper_download"),
]

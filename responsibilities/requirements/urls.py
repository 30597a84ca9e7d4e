"""What is owed, and the rules it comes from."""

from django.urls import path

from responsibilities.requirements.views import consequences, documents, exemptions, left_out, own, requirements, rules

_ONE = "requirements/<int:pk>/<slug:rule_id>/<str:period>/"

urlpatterns = [
    path("requirements/", requirements.requirement_list, name="requirement_list"),
    path("requirements/export/", requirements.requirement_export, name="requirement_export"),
    path(
        "requirements/consequence/<slug:key>/<str:value>/<str:day>/",
        consequences.setting_consequence,
        name="setting_consequence",
    ),
    path("requirements/own/", own.owed_by_own, name="owed_by_own"),
    path("requirements/of-member/<int:pk>/", own.owed_by_member, name="owed_by_member"),
    path("requirements/left-out/<str:day>/", left_out.requirement_left_out, name="requirement_left_out"),
    path(_ONE, requirements.requirement_detail, name="requirement_detail"),
    path(f"{_ONE}explain/", requirements.requirement_explain, name="requirement_explain"),
    path(f"{_ONE}exempt/", requirements.requirement_exempt_page, name="requirement_exempt"),
    path(f"{_ONE}document/", documents.requirement_document_new, name="requirement_document_new"),
    path(
        "requirements/documents/<int:pk>/withdraw/",
        documents.requirement_document_withdraw,
        name="requirement_document_withdraw",
    ),
    path(f"{_ONE}remind/", requirements.requirement_remind_one, name="requirement_remind"),
    path("exemptions/", exemptions.exemption_list, name="exemption_list"),
    path("exemptions/export/", exemptions.exemption_export, name="exemption_export"),
    path("exemptions/new/", exemptions.exemption_new, name="exemption_new"),
    path("exemptions/<int:pk>/revoke/", exemptions.exemption_revoke_page, name="exemption_revoke"),
    path("rules/", rules.rule_list, name="rule_list"),
    path("rules/<slug:rule_id>/", rules.rule_detail, name="rule_detail"),
]

"""Duty lists at five levels."""

from django.urls import path

from responsibilities.duties.views import duties, portfolios, served
from responsibilities.duties.views import index as duty_index
from responsibilities.duties.views import lists as duty_lists
from responsibilities.duties.views import reports as duty_reports

urlpatterns = [
    path("duties/", duties.duty_list, name="duty_list"),
    path("duties/export/", duties.duty_export, name="duty_export"),
    path("duties/own/", duties.own_duties, name="own_duties"),
    path("duties/own/brief/", duties.own_brief, name="own_brief"),
    path("duties/of-member/<int:pk>/", duties.duties_of_member, name="duties_of_member"),
    path("duties/lists/", duty_index.duty_lists, name="duty_lists"),
    path("duties/lists/export/", duty_index.duty_lists_export, name="duty_lists_export"),
    path("duties/lists/remind/", duty_index.duty_lists_remind, name="duty_lists_remind"),
    path("duties/lists/make/", duty_lists.duty_list_make, name="duty_list_make"),
    path("duties/lists/issue/", duty_lists.duty_list_issue, name="duty_list_issue"),
    path("duties/lists/<int:pk>/", duty_lists.duty_list_detail, name="duty_list_detail"),
    path("duties/lists/<int:pk>/note/", duty_lists.duty_list_note, name="duty_list_note"),
    path("duties/lists/<int:pk>/new/", duty_lists.duty_new, name="duty_new"),
    path("duties/charges/", portfolios.portfolio_list, name="charge_list"),
    path("duties/charges/new/", portfolios.portfolio_new, name="charge_new"),
    path("duties/charges/<int:pk>/end/", portfolios.portfolio_end, name="charge_end"),
    path("duties/reports/<int:pk>/review/", duty_reports.duty_report_review, name="duty_report_review"),
    path("duties/of-work/<int:pk>/", served.item_duties, name="item_duties"),
    path(
        "duties/of-requirement/<int:pk>/<slug:rule_id>/<str:period>/",
        served.requirement_duties,
        name="requirement_duties",
    ),
    path("duties/<int:pk>/", duties.duty_detail, name="duty_detail"),
    path("duties/<int:pk>/edit/", duty_lists.duty_edit, name="duty_edit"),
    path("duties/<int:pk>/drop/", duty_lists.duty_drop, name="duty_drop"),
    path("duties/<int:pk>/report/", duty_reports.duty_report, name="duty_report"),
    path("duties/<int:pk>/remind/", duty_reports.duty_remind, name="duty_remind"),
]

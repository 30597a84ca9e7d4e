"""Transfers, and what a member's standing is."""

from django.urls import path

from members.transfers.views import acts, lists, standing

urlpatterns = [
    path("transfers/", lists.transfer_list, name="transfer_list"),
    path("transfers/export/", lists.transfer_export, name="transfer_export"),
    path("transfers/in/", acts.transfer_in, name="transfer_in"),
    path("transfers/<int:pk>/", lists.transfer_detail, name="transfer_detail"),
    path("transfers/<int:pk>/receive/", acts.transfer_receive, name="transfer_receive"),
    path("transfers/<int:pk>/return/", acts.transfer_return, name="transfer_return"),
    path("transfers/<int:pk>/withdraw/", acts.transfer_withdraw, name="transfer_withdraw"),
    path("transfers/<int:pk>/issue/", acts.transfer_issue, name="transfer_issue"),
    path("transfers/<int:pk>/letter/", lists.transfer_letter, name="transfer_letter"),
    path("transfers/<int:pk>/letter/docx/", lists.transfer_letter_download, name="transfer_letter_download"),
    path("members/<int:pk>/transfer/", acts.member_transfer, name="member_transfer"),
    path("members/<int:pk>/transfer/ask/", acts.transfer_ask, name="transfer_ask"),
    path("members/<int:pk>/transfer/out/", acts.transfer_out, name="transfer_out"),
    path("members/<int:pk>/status/", standing.member_status, name="member_status"),
    path("members/status/<int:pk>/end/", standing.member_status_end, name="member_status_end"),
    path("members/<int:pk>/away/", standing.member_away, name="member_away"),
    path("members/away/<int:pk>/end/", standing.member_away_end, name="member_away_end"),
    path("members/<int:pk>/leave/", standing.member_leave, name="member_leave"),
    path("organisations/<int:pk>/roll/", lists.member_roll, name="member_roll"),
    path("organisations/<int:pk>/roll/docx/", lists.member_roll_download, name="member_roll_download"),
]

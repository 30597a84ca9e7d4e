"""Campaigns and brand projects."""

from django.urls import path

from responsibilities.campaigns.views import board, brands, campaigns, papers, taking_part

_ONE = "campaigns/<int:pk>/"
_OWN = f"{_ONE}of/<int:organisation>/"

urlpatterns = [
    path("campaigns/", board.campaign_list, name="campaign_list"),
    path("campaigns/export/", board.campaign_list_export, name="campaign_list_export"),
    path("campaigns/new/", campaigns.campaign_new, name="campaign_new"),
    path("campaigns/apply/", brands.campaign_apply, name="campaign_apply"),
    path(_ONE, board.campaign_detail, name="campaign_detail"),
    path(f"{_ONE}records/", board.campaign_records, name="campaign_records"),
    path(f"{_ONE}participants/", papers.campaign_participants, name="campaign_participants"),
    path(f"{_ONE}export/", papers.campaign_export, name="campaign_export"),
    path(f"{_ONE}papers/<slug:key>/", papers.campaign_paper, name="campaign_paper"),
    path(f"{_ONE}papers/<slug:key>/docx/", papers.campaign_paper_download, name="campaign_paper_download"),
    path(f"{_ONE}edit/", campaigns.campaign_edit, name="campaign_edit"),
    path(f"{_ONE}publish/", campaigns.campaign_publish, name="campaign_publish"),
    path(f"{_ONE}invite/", campaigns.campaign_invite, name="campaign_invite"),
    path(f"{_ONE}cancel/", campaigns.campaign_cancel, name="campaign_cancel"),
    path(f"{_ONE}discard/", campaigns.campaign_discard, name="campaign_discard"),
    path(f"{_ONE}milestones/<int:milestone>/move/", campaigns.milestone_move, name="campaign_milestone_move"),
    path(f"{_ONE}closings/<int:closing>/", campaigns.closing_judge, name="campaign_judge"),
    path(f"{_ONE}outcome/", campaigns.outcome_of_whole, name="campaign_outcome"),
    path(f"{_OWN}join/", taking_part.campaign_join, name="campaign_join"),
    path(f"{_OWN}leave/", taking_part.campaign_leave, name="campaign_leave"),
    path(f"{_OWN}close/", taking_part.campaign_close, name="campaign_close"),
    path(f"{_OWN}outcome/", taking_part.campaign_own_outcome, name="campaign_own_outcome"),
    path(f"{_OWN}milestones/<int:milestone>/", taking_part.milestone_done, name="campaign_milestone_done"),
    path(f"{_ONE}reapply/", brands.campaign_reapply, name="campaign_reapply"),
    path(f"{_ONE}decide/", brands.campaign_decide, name="campaign_decide"),
    path(f"{_ONE}prolong/", brands.campaign_prolong, name="campaign_prolong"),
    path(f"{_ONE}submit/", brands.campaign_submit, name="campaign_submit"),
    path(f"{_ONE}accept/", brands.campaign_accept, name="campaign_accept"),
]

"""What is shared."""

from django.urls import path

from members.resources.views import library, offers

urlpatterns = [
    path("resources/", library.resource_list, name="resource_list"),
    path("resources/new/", library.resource_new, name="resource_new"),
    path("resources/export/", library.resource_export, name="resource_export"),
    path("resources/catalogue/", library.resource_catalogue, name="resource_catalogue"),
    path("resources/catalogue/docx/", library.resource_catalogue_download, name="resource_catalogue_download"),
    path("resources/<int:pk>/", library.resource_detail, name="resource_detail"),
    path("resources/<int:pk>/edit/", library.resource_edit, name="resource_edit"),
    path("resources/<int:pk>/end/", library.resource_end, name="resource_end"),
    path("resources/<int:pk>/agree/", library.resource_agree, name="resource_agree"),
    path("resources/uses/<int:pk>/agree/", library.resource_use_agree, name="resource_use_agree"),
    path("resources/uses/<int:pk>/decline/", library.resource_use_decline, name="resource_use_decline"),
    path("offers/", offers.offer_list, name="offer_list"),
    path("offers/calendar/<str:token>/", offers.offer_calendar, name="offer_calendar"),
    path("offers/of/<int:pk>/", offers.offer_new, name="offer_new"),
    path("offers/<int:pk>/close/", offers.offer_close, name="offer_close"),
    path("offers/<int:pk>/join/", offers.offer_ask, name="offer_ask"),
    path("offers/asks/<int:pk>/withdraw/", offers.offer_ask_withdraw, name="offer_ask_withdraw"),
    path("offers/asks/<int:pk>/agree/", offers.offer_ask_agree, name="offer_ask_agree"),
    path("offers/asks/<int:pk>/decline/", offers.offer_ask_decline, name="offer_ask_decline"),
]

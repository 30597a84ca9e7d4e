"""Party dues."""

from django.urls import path

from members.dues.views import collecting, lists, rates, uses

urlpatterns = [
    path("dues/", lists.dues_list, name="dues_list"),
    path("dues/rates/<int:year>/", rates.dues_rates, name="dues_rates"),
    path("dues/rates/<int:year>/confirm/", rates.dues_rates_confirm, name="dues_rates_confirm"),
    path("dues/rates/<int:year>/<int:pk>/", rates.dues_rate, name="dues_rate"),
    path("dues/publish/<int:year>/", lists.dues_publish, name="dues_publish"),
    path("dues/publish/<int:year>/docx/", lists.dues_publish_download, name="dues_publish_download"),
    path("dues/export/<int:year>/", lists.dues_export, name="dues_export"),
    path("dues/uses/new/", uses.dues_use_new, name="dues_use_new"),
    path("dues/uses/<int:year>/", uses.dues_uses, name="dues_uses"),
    path("dues/uses/<int:pk>/edit/", uses.dues_use_edit, name="dues_use_edit"),
    path("dues/payments/<int:pk>/cancel/", collecting.dues_payment_cancel, name="dues_payment_cancel"),
    path("dues/<str:month>/", collecting.dues_month, name="dues_month"),
    path("dues/<str:month>/<int:pk>/", collecting.dues_payment, name="dues_payment"),
]

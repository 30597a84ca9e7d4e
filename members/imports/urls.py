from django.urls import path

from members.imports import views as imports
from members.imports.care.pages import PAGES as CARE
from members.imports.cases.pages import PAGES as CASES
from members.imports.honours.pages import PAGES as HONOURS
from members.imports.workers.pages import PAGES as WORKERS

urlpatterns = [
    *CASES.urls("development/import/"),
    *WORKERS.urls("cadres/work/import/"),
    *CARE.urls("care/import/"),
    *HONOURS.urls("honours/import/"),
    path("imports/", imports.start, name="import_start"),
    path("imports/blank/<slug:ledger>/", imports.blank, name="import_blank"),
    path("imports/<uuid:uid>/", imports.preview, name="import_preview"),
    path("imports/<uuid:uid>/progress/", imports.progress, name="import_progress"),
    path("imports/<uuid:uid>/columns/", imports.columns, name="import_columns"),
    path("imports/<uuid:uid>/apply/", imports.apply, name="import_apply"),
    path("imports/<uuid:uid>/cancel/", imports.cancel, name="import_cancel"),
    path("imports/<uuid:uid>/discard/", imports.discard, name="import_discard"),
    path("imports/<uuid:uid>/errors/", imports.errors, name="import_errors"),
    path("imports/<uuid:uid>/changes/", imports.changes, name="import_changes"),
    path("imports/<uuid:uid>/missing/", imports.missing, name="import_missing"),
]

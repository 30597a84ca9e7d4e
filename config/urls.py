from django.conf import settings
from django.urls import include, path

from branches.frame.components import components
from config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("branches.urls")),
    path("", include("members.urls")),
    path("", include("responsibilities.urls")),
    path("", include("assessments.urls")),
]
if settings.DEBUG:
    urlpatterns.append(path("components/", components, name="components"))

handler400 = "branches.frame.errors.bad_request"
handler403 = "branches.frame.errors.forbidden"
handler404 = "branches.frame.errors.not_found"
handler500 = "branches.frame.errors.server_error"

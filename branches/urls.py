from branches.access.urls import urlpatterns as access
from branches.audit.urls import urlpatterns as audit
from branches.jobs.urls import urlpatterns as jobs
from branches.notices.urls import urlpatterns as notices
from branches.places.urls import urlpatterns as places
from branches.settings.urls import urlpatterns as settings

urlpatterns = [*access, *notices, *places, *settings, *jobs, *audit]

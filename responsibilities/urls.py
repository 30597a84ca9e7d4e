from responsibilities.belongs.urls import urlpatterns as belongs
from responsibilities.campaigns.urls import urlpatterns as campaigns
from responsibilities.collects.urls import urlpatterns as collects
from responsibilities.duties.urls import urlpatterns as duties
from responsibilities.policies.urls import urlpatterns as policies
from responsibilities.practices.urls import urlpatterns as practices
from responsibilities.proof_files.urls import urlpatterns as proof_files
from responsibilities.requirements.urls import urlpatterns as requirements
from responsibilities.supervision.urls import urlpatterns as supervision
from responsibilities.work.urls import urlpatterns as work

urlpatterns = [
    *requirements,
    *work,
    *policies,
    *campaigns,
    *practices,
    *duties,
    *supervision,
    *collects,
    *proof_files,
    *belongs,
]

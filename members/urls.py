from members.activities.urls import urlpatterns as activities
from members.cadres.urls import urlpatterns as cadres
from members.care.urls import urlpatterns as care
from members.commitments.urls import urlpatterns as commitments
from members.corrections.urls import urlpatterns as corrections
from members.development.urls import urlpatterns as development
from members.dues.urls import urlpatterns as dues
from members.education.urls import urlpatterns as education
from members.files.urls import urlpatterns as files
from members.imports.urls import urlpatterns as imports
from members.organisations.urls import urlpatterns as organisations
from members.resources.urls import urlpatterns as resources
from members.reviews.urls import urlpatterns as reviews
from members.roster.urls import urlpatterns as roster
from members.slips.urls import urlpatterns as slips
from members.transfers.urls import urlpatterns as transfers

urlpatterns = [
    *organisations,
    *roster,
    *slips,
    *files,
    *activities,
    *reviews,
    *resources,
    *dues,
    *education,
    *corrections,
    *cadres,
    *care,
    *commitments,
    *development,
    *transfers,
    *imports,
]

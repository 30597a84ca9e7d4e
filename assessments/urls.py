from assessments.circulars.urls import urlpatterns as circulars
from assessments.entries.urls import urlpatterns as entries
from assessments.hearing.urls import urlpatterns as hearing
from assessments.home.urls import urlpatterns as home
from assessments.letters.urls import urlpatterns as letters
from assessments.reports.urls import urlpatterns as reports
from assessments.results.urls import urlpatterns as results
from assessments.schemes.urls import urlpatterns as schemes
from assessments.targets.urls import urlpatterns as targets
from assessments.year.urls import urlpatterns as year

urlpatterns = [*home, *entries, *results, *hearing, *reports, *circulars, *schemes, *targets, *letters, *year]

"""The board of the four synchronisations and the work items."""

urlpatterns = []

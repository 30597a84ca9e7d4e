"""Supervision notices."""

urlpatterns = []

"""Asking once."""

urlpatterns = []

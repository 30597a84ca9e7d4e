"""Duty lists at five levels."""

urlpatterns = []

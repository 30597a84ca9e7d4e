"""Tests that migrate the test database to and fro need its tables to come from the migrations."""

import pytest
from django.conf import settings


def needs_migrations():
    """Skip where the tables were made from the models; tests/test_migrations.py migrates a database of its own there."""
    if "branches" in settings.MIGRATION_MODULES and settings.MIGRATION_MODULES["branches"] is None:
        pytest.skip("the tables come from the models here")

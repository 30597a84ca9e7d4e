"""Imports of rows typed in a test."""

import pytest

from tests.members.imports.rows import ACTIVITY_HEADS, MEMBER_HEADS
from tests.members.imports.support import run, written


@pytest.fixture
def members(tmp_path):
    """Import rows of members; returns (exit code, stdout, stderr lines)."""
    return lambda *rows, **options: run(
        "import_members", written(tmp_path, "members", [MEMBER_HEADS, *rows]), verbosity=2, **options
    )


@pytest.fixture
def activities(tmp_path):
    return lambda *rows, heads=ACTIVITY_HEADS, **options: run(
        "import_activities", written(tmp_path, "activities", [heads, *rows]), verbosity=2, **options
    )

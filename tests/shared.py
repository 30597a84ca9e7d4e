"""Rows that a module's tests share: made once, seen by each through a transaction of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from tests.world import World, find


def made_once(make: Callable[[World], Any]):
    """Return a fixture of the module: what `make` returns for the standing world, its rows made once for all its tests.

    A test takes a deep copy, as Django's test cases do of `setUpTestData`. The file belongs into `tests/groups.py: ONCE`, so
    that one process runs it, and none of its tests may commit.
    """

    @pytest.fixture(scope="module")
    def shared(django_db_setup, django_db_blocker):
        with django_db_blocker.unblock(), transaction.atomic():
            yield make(find())
            transaction.set_rollback(True)

    return shared

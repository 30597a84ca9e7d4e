"""Rows that a module's tests share: made once, seen by each through a transaction of its own."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import transaction

from tests.world import find


def made_once(make: Callable[..., Any], params: Sequence[Any] = ()):
    """Return a fixture of the module: what `make` returns for the standing world, its rows made once for all its tests.

    params: make it anew for each, given to `make` after the world. A test takes a deep copy, as Django's test cases do of
    `setUpTestData`. One process runs the whole file (tests/groups.py), and none of its tests may commit.
    """

    @pytest.fixture(scope="module", params=params or None)
    def shared(request, django_db_setup, django_db_blocker):
        given = [request.param] if params else []
        with django_db_blocker.unblock(), transaction.atomic():
            yield make(find(), *given)
            transaction.set_rollback(True)

    return shared

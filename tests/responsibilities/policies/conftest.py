"""The day on which the tests of policies stand."""

import pytest
import time_machine

from tests.responsibilities.policies.records import NOW


@pytest.fixture(autouse=True)
def day():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller

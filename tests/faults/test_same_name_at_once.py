"""Several make the same thing at once: one is made, the others read the sentence of the form, and nobody an error page."""

import pytest
from django.core.exceptions import ValidationError

from branches.access.models import User
from branches.access.services.accounts import account_create
from branches.audit.models import AuditEntry
from tests.faults.at_once import at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'postgresql'", reason="needs row locks"),
]


def test_of_many_accounts_of_one_name_one_is_made_and_the_others_are_told(live_world):
    made = at_once(*[lambda: account_create(by=live_world.administrator, username="newcomer", name="新人")] * 6)
    refused = [result for result in made if isinstance(result, ValidationError)]
    assert len(refused) == 5, made
    assert {message.rstrip("。") for error in refused for message in error.messages} == {"该用户名已被使用"}
    assert User.objects.filter(username="newcomer").count() == 1
    assert AuditEntry.objects.filter(verb="account.create", object_name="新人").count() == 1

"""Accounts that can really sign in, and a client that does."""

import pytest
from django.test import Client

PASSWORD = "紫云山下的长桥 2031"


@pytest.fixture
def person(world):
    """Return a cast account with a real password: person("secretary_a")."""

    def make(who):
        user = world.user(who)
        user.set_password(PASSWORD)
        user.save()
        return user

    return make


@pytest.fixture
def sign_in():
    """Post the login form: sign_in("secretary_a", password=…, address=…) → (client, response)."""

    def post(username, password=PASSWORD, client=None, address="10.1.1.1", **extra):
        client = client or Client(raise_request_exception=False)
        response = client.post(
            "/login/?next=/account/", {"username": username, "password": password}, REMOTE_ADDR=address, **extra
        )
        return client, response

    return post

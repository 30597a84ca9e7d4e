"""Passwords that nobody guesses and everybody can sign in with; a code on paper as people type it."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from branches.access.models import User
from branches.access.services.accounts import code_give
from branches.access.services.codes import as_printed, one_time_code
from branches.audit.verbs import VERBS
from common.operator import OPERATOR
from tests.paths import ROOT

pytestmark = pytest.mark.django_db
GOOD = "Kastanie-7-blau-Regen"


@pytest.mark.parametrize("password", ["aaaaaaaaaaaa", "abcabcabcabc", "z" * 100, "Ab1-Ab1-Ab1-", "abababababababc"])
def test_a_piece_said_again_and_again_is_no_password(password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert "密码重复的内容太多，请换一个不易猜到的密码。" in refused.value.messages


def test_an_ordinary_long_password_passes():
    validate_password(GOOD)


def newcomer(world):
    user = world.outsider
    code = code_give(user, by=OPERATOR, unvouched=False)
    return user, code


def sign_in(user, password):
    client = Client()
    answer = client.post("/login/", {"username": user.username, "password": password})
    return client, answer.status_code


@pytest.mark.parametrize("typed", ["as it stands", "without hyphens", "in capitals", "with spaces"])
def test_a_code_is_taken_however_it_was_typed_from_paper(world, typed):
    user, code = newcomer(world)
    ways = {
        "without hyphens": code.replace("-", ""),
        "in capitals": code.upper(),
        "with spaces": code.replace("-", " "),
    }
    assert sign_in(user, ways.get(typed, code))[1] == 302


def test_a_password_of_ones_own_that_looks_like_a_code_is_taken_as_it_stands(world):
    user = world.outsider
    own = one_time_code().replace("-", "")
    user.set_password(own)
    user.save()
    assert sign_in(user, own)[1] == 302
    assert sign_in(user, as_printed(own))[1] == 401


def test_a_password_longer_than_the_sign_in_takes_is_refused_where_it_is_set(world):
    user, code = newcomer(world)
    client, _ = sign_in(user, code)
    page = client.get("/login/first/").content.decode()
    assert "maxlength" not in page, "a browser would cut it off without a word"
    long = "".join(f"{number}-" for number in range(7, 60))[:129]
    answer = client.post("/login/first/", {"new_password": long, "again": long})
    assert answer.status_code == 200 and "密码不超过 128 个字符。" in answer.content.decode()
    assert client.post("/login/first/", {"new_password": long[:128], "again": long[:128]}).status_code == 302
    assert not User.objects.get(pk=user.pk).must_change_password
    assert sign_in(user, long[:128])[1] == 302


def test_every_verb_that_is_recorded_has_a_name_in_the_trail():
    said = set()
    for room in ("branches", "members", "responsibilities", "assessments"):
        for path in Path(ROOT / room).rglob("*.py"):
            said |= set(re.findall(r"verb=\"([a-z_]+\.[a-z_]+)\"", path.read_text()))
    assert len(said) > 60 and said - set(VERBS) == set()

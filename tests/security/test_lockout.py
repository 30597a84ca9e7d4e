"""Guessing is slowed, and nobody locks a colleague out for long (C01)."""

from datetime import UTC, datetime

import pytest
import time_machine

from branches.access.lockout import FAILURES_AN_HOUR
from branches.notices.models import Notice

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
WRONG = "not-the-password"


def _fail(sign_in, times, name="secretary_a", address="10.1.1.1"):
    return [sign_in(name, WRONG, address=address)[1].status_code for _ in range(times)]


def test_the_sixth_guess_is_refused_even_with_the_right_password(person, sign_in):
    person("secretary_a")
    assert _fail(sign_in, 5) == [401] * 4 + [429]
    assert sign_in("secretary_a")[1].status_code == 429


def test_the_right_password_enters_from_another_address_meanwhile(person, sign_in):
    person("secretary_a")
    _fail(sign_in, 5)
    assert sign_in("secretary_a", address="10.1.1.2")[1].status_code == 302


def test_a_colleague_behind_the_same_address_is_not_locked(person, sign_in):
    person("secretary_b")
    _fail(sign_in, 5)
    assert sign_in("secretary_b")[1].status_code == 302


def test_the_lock_ends_after_fifteen_minutes_even_when_somebody_keeps_guessing(person, sign_in):
    person("secretary_a")
    with time_machine.travel(START, tick=False) as clock:
        _fail(sign_in, 5)
        clock.shift(14 * 60)
        assert _fail(sign_in, 2) == [429, 429]
        clock.shift(61)
        assert sign_in("secretary_a")[1].status_code == 302


@pytest.mark.parametrize("spelling", ["SECRETARY_A", "Secretary_a", "ｓecretary_a", " secretary_a "])
def test_another_spelling_of_the_name_starts_no_new_count(person, sign_in, spelling):
    person("secretary_a")
    _fail(sign_in, 3)
    assert _fail(sign_in, 2, name=spelling)[-1] == 429


def test_unknown_names_are_counted_alike(world, sign_in):
    assert _fail(sign_in, 5, name="nobody") == [401] * 4 + [429]


def test_many_addresses_against_one_account_are_reported_to_the_auditor_once(person, world, sign_in):
    person("secretary_a")
    about = f"login/{world.secretary_a.pk}"
    for number in range(FAILURES_AN_HOUR):
        sign_in("secretary_a", WRONG, address=f"10.2.{number // 4}.1")
    assert not Notice.objects.filter(about=about).exists()
    for number in range(6):
        sign_in("secretary_a", WRONG, address=f"10.3.{number}.1")
    notice = Notice.objects.get(about=about)
    assert notice.recipient == world.auditor
    assert "secretary_a" in notice.text and "50" in notice.text


def test_the_password_asked_again_is_no_open_door_for_guessing(person, as_):
    person("secretary_a")
    client = as_("secretary_a")
    answers = [client.post("/login/confirm/?next=/account/", {"password": WRONG}).status_code for _ in range(6)]
    assert answers[0] == 200
    assert answers[-1] == 429

"""Encrypted fields and blind indexes."""

import base64

import pytest

from common import crypto

ONE, TWO = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
AAD = "members.member.identity.0f3a"


@pytest.fixture
def keys(monkeypatch):
    values = {"FIELD_KEYS": f"1:{ONE}"}
    monkeypatch.setattr(crypto, "_setting", lambda name: values.get(name, ""))
    return values


def test_a_value_comes_back_and_its_token_shows_nothing(keys):
    token = crypto.encrypt("99533119960520204X 雷佳", AAD)
    assert token.startswith("1.1.")
    assert "9953" not in token
    assert crypto.decrypt(token, AAD) == "99533119960520204X 雷佳"
    assert crypto.encrypt("a", AAD) != crypto.encrypt("a", AAD)


def test_a_token_copied_to_another_row_cannot_be_shown(keys):
    with pytest.raises(crypto.CannotBeShown):
        crypto.decrypt(crypto.encrypt("a", AAD), AAD + "1")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "1.9.AAAA.AAAA",
        "2.1.AAAA.AAAA",
        "1.1.!.?",
        "1.1..",
        None,
        "1.1.AAAA.AAAA",
        "1.x.AAAA.AAAA",
        "密.文.不.是",
    ],
)
def test_rubbish_cannot_be_shown_and_is_no_other_error(keys, token):
    with pytest.raises(crypto.CannotBeShown):
        crypto.decrypt(token, AAD)


def test_one_altered_character_is_noticed(keys):
    token = crypto.encrypt("abcdef", AAD)
    place = len(token) - 10
    altered = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    with pytest.raises(crypto.CannotBeShown):
        crypto.decrypt(altered, AAD)


def test_rotation_reads_old_keys_and_writes_with_the_first(keys):
    old = crypto.encrypt("a", AAD)
    assert not crypto.needs_rotation(old)
    keys["FIELD_KEYS"] = f"2:{TWO},1:{ONE}"
    assert crypto.decrypt(old, AAD) == "a"
    assert crypto.needs_rotation(old)
    new = crypto.encrypt("a", AAD)
    assert new.startswith("1.2.")
    assert not crypto.needs_rotation(new)
    keys["FIELD_KEYS"] = f"2:{TWO}"
    with pytest.raises(crypto.CannotBeShown):
        crypto.decrypt(old, AAD)


def test_the_blind_index_sees_through_spelling_and_differs_by_purpose(keys):
    plain = crypto.blind_index("99533119960520204X", "member.identity")
    assert len(plain) == 64
    assert crypto.blind_index(" ９９５３３１ 19960520-204ｘ", "member.identity") == plain
    assert crypto.blind_index("99533119960520204X", "member.phone") != plain
    assert crypto.blind_index("995331199605202041", "member.identity") != plain
    with pytest.raises(ValueError):
        crypto.blind_index(" — ", "member.identity")


def test_the_blind_index_survives_a_new_first_key_and_follows_its_own_key(keys):
    before = crypto.blind_index("123", "p")
    keys["FIELD_KEYS"] = f"2:{TWO},1:{ONE}"
    assert crypto.blind_index("123", "p") == before
    keys["FIELD_INDEX_KEY"] = "k" * 40
    after = crypto.blind_index("123", "p")
    assert after != before
    keys["FIELD_KEYS"] = f"2:{TWO}"
    assert crypto.blind_index("123", "p") == after


@pytest.mark.parametrize(
    "text", ["", "abc", "1:!!", "1:" + base64.b64encode(b"short").decode(), f"1:{ONE},1:{TWO}", f"x:{ONE}"]
)
def test_a_wrong_key_ring_is_refused_without_showing_a_key(text):
    with pytest.raises(ValueError) as caught:
        crypto.parse_keys(text)
    assert ONE not in str(caught.value)

"""How Chinese text is read: as pypinyin reads it, which is not imported for it."""

import random
import subprocess
import sys

import pytest

from common.names import initials_of
from common.readings import read_aloud
from tests.paths import ROOT


@pytest.fixture(scope="module")
def library():
    import pypinyin
    from pypinyin import constants

    return pypinyin, constants


def test_characters_are_read_as_the_library_reads_them(library):
    pypinyin, constants = library
    characters = map(chr, constants.PINYIN_DICT)
    assert [one for one in characters if read_aloud(one) != pypinyin.lazy_pinyin(one)] == []


def test_words_are_read_as_the_library_reads_them(library):
    pypinyin, constants = library
    words = [*constants.PHRASES_DICT][::7]
    assert [word for word in words if read_aloud(word) != pypinyin.lazy_pinyin(word)] == []


def test_texts_are_read_as_the_library_reads_them(library):
    """Beginnings of words, words that overlap, and what is not Chinese."""
    pypinyin, constants = library
    chance = random.Random(7)
    words = [*constants.PHRASES_DICT]
    others = [*map(chr, range(0x4E00, 0x8000)), *"党支部委处室ABC 12（）" * 500]
    for _ in range(5000):
        parts = [
            chance.choice(words)[: chance.randint(1, 5)] if chance.random() < 0.5 else chance.choice(others)
            for _ in range(chance.randint(1, 8))
        ]
        text = "".join(parts)
        assert read_aloud(text) == pypinyin.lazy_pinyin(text), text
        first = pypinyin.lazy_pinyin(text, style=pypinyin.Style.FIRST_LETTER)
        assert initials_of(text) == "".join(part[:1] for part in first).lower(), text


@pytest.mark.parametrize(
    "text, read",
    [
        ("", []),
        ("重庆A股", ["chong", "qing", "A", "gu"]),
        ("重量 银行", ["zhong", "liang", " ", "yin", "hang"]),
        ("绿", ["lv"]),
        ("12345 abc", ["12345 abc"]),
        ("\U0010ffff处", ["\U0010ffff", "chu"]),
    ],
)
def test_words_decide_what_a_character_is_read_as(text, read):
    assert read_aloud(text) == read


def test_the_application_starts_without_what_single_pages_need():
    """Each of these costs every web process megabytes from its start."""
    late = {"pypinyin", "redis", "openpyxl", "authlib"}
    code = f"import sys, django; django.setup(); import config.urls; print(*sorted({late} & set(sys.modules)))"
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert made.stdout.split() == []

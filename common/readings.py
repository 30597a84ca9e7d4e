"""How Chinese text is read, as pypinyin reads it and from its data, in a tenth of the memory.

The library makes lists of all its words as soon as it is imported: 55 MB in every process, and half a second. Names need little of
it, so it is not imported, and words are made out as they are asked for; tests hold both to the same answers.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator
from functools import cached_property, lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0304\u030c"))
# One above all code points that are Chinese.
_BEYOND = 0x34000
# A character by its number, and the first of its readings.
_CHARACTER = re.compile(rb'"(\d+)": "([^",]+)')
_WORD = re.compile(rb'"([^\x00-\x7f]+)":')
# The first reading of a character in a word.
_READ = re.compile(rb'\[\s*"([^"]+)"')


def read_aloud(text: str) -> list[str]:
    """Return the syllables of a text without tones ("重庆A股" → ["chong", "qing", "A", "gu"]).

    What stands between Chinese characters is one of the parts, as it is written.
    """
    readings = _readings()
    parts: list[str] = []
    for chinese, characters in groupby(text, lambda character: bool(readings.of(character))):
        run = "".join(characters)
        parts += _read(readings, run) if chinese else [run]
    return parts


def _read(readings: "_Readings", run: str) -> Iterator[str]:
    """Yield the syllables of Chinese characters: from the left, the longest word each time."""
    while run:
        size, syllables = _longest_word(readings.words(run[0]), run)
        yield from syllables or map(readings.of, run[:size])
        run = run[size:]


def _longest_word(words: dict[str, list[str]], run: str) -> tuple[int, list[str]]:
    """Return how many characters the longest word at the beginning has, and its syllables; none where no word begins there.

    words: as `_Readings.words` returns them. As the library does it, a rest that might become a word is read by characters.
    """
    size = 0
    for end in range(2, len(run) + 1):
        if run[1:end] not in words:
            return size or 1, words.get(run[1:size], [])
        if words[run[1:end]]:
            size = end
    return size or (len(run) if words else 1), words.get(run[1:size], [])


class _Readings:
    """The library's data as they lie in its files."""

    def __init__(self, folder: Path) -> None:
        # The syllables without tones, each once, and where a reading stands among them.
        self._syllables, self._numbers = [""], dict[bytes, int]()
        self._characters = array("H", [0]) * _BEYOND
        for match in _CHARACTER.finditer((folder / "pinyin_dict.json").read_bytes()):
            self._characters[int(match[1])] = self._number(match[2])
        self._text = (folder / "phrases_dict.json").read_bytes()
        self._known: dict[str, dict[str, list[str]]] = {}

    def of(self, character: str) -> str:
        """Return the usual reading of a character, "" for one that has none."""
        return self._syllables[self._characters[ord(character)]] if ord(character) < _BEYOND else ""

    def words(self, first: str) -> dict[str, list[str]]:
        """Return {rest: syllables} of the words that begin with a character; of what only begins one they are empty."""
        if first not in self._known:
            found: dict[str, list[str]] = {}
            for start, end in self._spans.get(first, ()):
                self._add(found, self._text[start:end])
            self._known[first] = found
        return self._known[first]

    def _add(self, words: dict[str, list[str]], text: bytes) -> None:
        # Between two words stand the readings of the first.
        _, *pieces = _WORD.split(text)
        for word, readings in zip(pieces[::2], pieces[1::2], strict=True):
            rest = word.decode()[1:]
            for end in range(len(rest)):
                words.setdefault(rest[:end], [])
            words[rest] = [self._syllables[self._number(reading)] for reading in _READ.findall(readings)]

    @cached_property
    def _spans(self) -> dict[str, list[tuple[int, int]]]:
        """Where the words that begin with a character stand in the text."""
        spans: dict[str, list[tuple[int, int]]] = {}
        before, since = "", 0
        for match in _WORD.finditer(self._text):
            first = match[1].decode()[0]
            if first != before:
                spans.setdefault(before, []).append((since, match.start()))
                before, since = first, match.start()
        spans.setdefault(before, []).append((since, len(self._text)))
        return spans

    def _number(self, reading: bytes) -> int:
        if reading not in self._numbers:
            bare = unicodedata.normalize("NFD", reading.decode()).translate(_TONES)
            syllable = unicodedata.normalize("NFC", bare).replace("ü", "v")
            if syllable not in self._syllables:
                self._syllables.append(syllable)
            self._numbers[reading] = self._syllables.index(syllable)
        return self._numbers[reading]


@lru_cache(maxsize=1)
def _readings() -> _Readings:
    # The package is found without being imported.
    found = find_spec("pypinyin")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("pypinyin")
    return _Readings(Path(found.origin).parent)

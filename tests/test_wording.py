"""The words of the product, read as an official would: quotation marks nest, posts are named once, terms mean one thing."""

import re
from functools import cache
from pathlib import Path

from common.names import titled
from common.text import quoted

ROOT = Path(__file__).parent.parent
ROOMS = ("common", "branches", "members", "responsibilities", "assessments")
# Words of ours, never a title that somebody wrote: the name of a state, of a step, of a field.
OWN_WORDS = re.compile(r"_display|STATE_NAMES|\{words\}")
# Runs in a sandboxed process that imports nothing of ours.
ALONE = ROOT / "common" / "tabular" / "child.py"
MADE_UP = ROOT / "assessments" / "demo"  # texts of the demonstration, whose names hold no quotation marks
UNQUOTED = re.compile(r"“\{(?!quoted)[^}]*\}*”")


@cache
def _texts():
    """Return [(path, text)] of all that is shown or told."""
    return [(path, path.read_text()) for path in _sources()]


def _sources():
    for room in ROOMS:
        yield from (path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)
    yield from (ROOT / "templates").rglob("*.html")


def test_a_quotation_within_a_quotation_takes_single_marks():
    assert quoted("数据共享") == "“数据共享”"
    assert quoted("落实“双随机”检查") == "“落实‘双随机’检查”"
    assert quoted("学习“关于‘放管服’的意见”") == "“学习‘关于“放管服”的意见’”"
    assert quoted("O’Brien") == "“O’Brien”"


def test_no_sentence_sets_a_text_between_marks_by_hand():
    found = []
    for path, text in _texts():
        if MADE_UP in path.parents or path == ALONE or "“{" not in text:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if any(not OWN_WORDS.search(match) for match in UNQUOTED.findall(line)):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == []


def test_the_rule_about_marks_sees_what_it_looks_for():
    assert UNQUOTED.search('f"删除“{title}”？"') and UNQUOTED.search("到“{{ like.title }}”处")
    assert not UNQUOTED.search('f"删除{quoted(title)}？"')


def test_a_post_says_once_where_it_is():
    assert titled("项目处党支部", "党支部书记") == "项目处党支部书记"
    assert titled("项目处党支部", "支部书记") == "项目处党支部书记"
    assert titled("机关党委", "机关党委专职党务干部") == "机关党委专职党务干部"
    assert titled("", "系统管理员") == "系统管理员"


def test_no_text_puts_a_post_behind_its_place_by_hand():
    by_hand = re.compile(r"organisation[^}\n]*\}+ ?\{+ ?(?:\w+\.)*(?:get_role_display|ROLES\[)")
    assert [str(path.relative_to(ROOT)) for path, text in _texts() if by_hand.search(text)] == []


def test_words_that_only_one_agency_uses_are_gone():
    old = re.compile(r"(?<!\")委重点|一次征集")
    assert [str(path.relative_to(ROOT)) for path, text in _texts() if old.search(text)] == []

"""What may be asked and decided of a correction. Pure."""

import re

OWN = "不能核对本人提出的更正，由他人核对。"
TWICE = "这一项已经提出过，正在核对，请等待结果。"
NO_NUMBERS = "请勿在这里写证件号码、手机号码，核对时当面提供。"
UNCLEAR = "请写明正确的内容，例如“当天公假，已请假”。"
NO_TEXT = "请写明应当是什么。"
NO_REASON = "认定不属实的，请写明原因。"

_NUMBER = re.compile(r"\d[\d\s-]{9,}[\dXx]")
# Whoever says no more than that something is wrong leaves the others guessing.
_BLANK = re.compile(r"[\s，。！？,.!?、；;：:]+")
_VAGUE = frozenset(
    ["不对", "错", "错了", "有误", "错误", "有错", "不正确", "不符", "更正", "请更正", "改", "请改", "无", "没有"]
)


def text_problem(text: str) -> str:
    """Return what is wrong with what a member wrote, "" where nothing is."""
    said = _BLANK.sub("", text)
    if not said:
        return NO_TEXT
    if _NUMBER.search(text):
        return NO_NUMBERS
    return UNCLEAR if said in _VAGUE or len(said) < 2 else ""

"""What an honour was given for: the same thing honoured at two levels is one case. Pure."""

import re

from common.text import fold
from members.care.models import Honour

# Words that tell the level of an honour, or its year, and not what it is for.
_OF_LEVEL = re.compile(
    r"中央和国家|中央|国家级|国家|全国|省部级|省级|省直|全省|市级|市直|全市|机关|单位|[0-9]{4}年?度?|年度"
)


def case_of(honour: Honour) -> str:
    """Return what an honour was given for, without the words that tell level and year: the same at two levels is one case."""
    return _OF_LEVEL.sub("", fold(honour.title)) or fold(honour.title)

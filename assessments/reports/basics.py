"""The kinds of values that a frozen report is made of (shape.py, paper.py)."""

import datetime
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Strict

from common.periods import Period


def fits(pattern: str) -> AfterValidator:
    def check_text(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError("格式不符")
        return text

    return AfterValidator(check_text)


def _read_by(parse: Any) -> AfterValidator:
    def check_text(text: str) -> str:
        parse(text)
        return text

    return AfterValidator(check_text)


Text = Annotated[str, Strict()]
Filled = Annotated[str, Strict(), fits(r"(?s).*\S.*")]
Whole = Annotated[int, Strict()]
Figure = Annotated[str, Strict(), fits(r"[-−+]?[0-9]+(\.[0-9]+)?")]
Day = Annotated[str, Strict(), _read_by(datetime.date.fromisoformat)]
PeriodText = Annotated[str, Strict(), _read_by(Period.parse)]
Key = Whole | Filled


class Part(BaseModel):
    """A part of a report: exactly these keys."""

    model_config = ConfigDict(extra="forbid")

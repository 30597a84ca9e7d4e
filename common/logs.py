"""Keep identity numbers and phones out of the log (control C46)."""

import logging
import re

# Celery writes how long a task took with up to 18 digits behind the point; nobody's number follows "0." or carries a unit.
_DURATION = r"(?<![\d.])(?:0\.\d+|\d{1,6}\.\d+(?=\s?(?:ms\b|s\b|秒)))"
_NUMBER = r"(?<![0-9A-Fa-f])(?:\d{17}[\dXx]|\d{15}|1\d{10})(?![0-9A-Fa-f])"
_RUNS = re.compile(f"({_DURATION})|{_NUMBER}")


class HideNumbers(logging.Filter):
    """Replace runs of digits as long as an identity number or a mobile phone; durations stay."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        hidden = _RUNS.sub(lambda match: match[1] or "[号码]", text)
        if hidden != text:
            record.msg, record.args = hidden, ()
        return True

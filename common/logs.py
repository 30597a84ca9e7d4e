"""Keep identity numbers and phones out of the log (control C46)."""

import logging
import re

_RUNS = re.compile(r"(?<![0-9A-Fa-f])(\d{17}[\dXx]|\d{15}|1\d{10})(?![0-9A-Fa-f])")


class HideNumbers(logging.Filter):
    """Replace runs of digits as long as an identity number or a mobile phone."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        hidden = _RUNS.sub("[号码]", text)
        if hidden != text:
            record.msg, record.args = hidden, ()
        return True

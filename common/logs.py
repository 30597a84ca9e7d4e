"""Keep identity numbers and phones out of the log (control C46); one line where a message is none of ours (fault F20)."""

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


class NoTraceOfRefusals(logging.Filter):
    """Leave out the lines of code of an ordinary refusal (403): the line says where; who was refused what is no fault of the program."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.request" and getattr(record, "status_code", None) == 403:
            record.exc_info = record.exc_text = record.stack_info = None
        return True


class OneLine(logging.Filter):
    """Shorten what Celery says of messages and connections to a line: what it met, and the kind of error.

    A message that nobody of us sent, or a broker that is away, is no fault of the program whose lines would help.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(("celery.worker", "kombu")):
            return True
        text = record.getMessage()
        if record.exc_info or "\n" in text:
            kind = record.exc_info[0] if isinstance(record.exc_info, tuple) else None
            first = " ".join(text.split("\n", 1)[0].split())[:300]
            record.msg, record.args = f"{first} ({kind.__name__})" if kind else first, ()
            record.exc_info = record.exc_text = record.stack_info = None
        return True


class NameAgency(logging.Filter):
    """Begin each line with the agency it is about, where the installation serves many."""

    def filter(self, record: logging.LogRecord) -> bool:
        from common import agencies  # late: logging is set up while the settings are read

        if (agency := agencies.current()) is not None:
            record.msg, record.args = f"[{agency.key}] {record.getMessage()}", ()
        return True

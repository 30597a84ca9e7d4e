"""Passwords may not be short, nor made of the words that everybody here would try first."""

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError

from branches.access.demo import PASSWORD

_WORDS = (
    "tongbu",
    "dangjian",
    "password",
    "mima",
    "学习强国",
    "党支部",
    "党建",
    "党委",
    "党员",
    "同步",
    "机关",
    "支部",
    "工作",
    "学习",
    "组织",
    "密码",
)
_REST = 6
_DISTINCT = 5
# A longer piece is hard to guess by itself.
_PIECE = 6


class LengthValidator(MinimumLengthValidator):
    """Django's own, with a message in Chinese (the catalogue of 5.2 lacks it)."""

    def get_error_message(self):
        return f"密码至少 {self.min_length} 个字符。"

    def get_help_text(self):
        return f"至少 {self.min_length} 个字符。"


class RepetitionValidator:
    """Refuse a password of a few characters, or of one piece said again and again: aaaaaaaaaaaa, abcabcabcabc (C03)."""

    def validate(self, password, user=None):
        pieces = (password[:length] for length in range(1, _PIECE + 1))
        again = any((piece * (len(password) // len(piece) + 1)).startswith(password) for piece in pieces)
        if again or len(set(password.lower())) < _DISTINCT:
            raise ValidationError("密码重复的内容太多，请换一个不易猜到的密码。", code="repetition")

    def get_help_text(self):
        return "不能是同一段内容的重复。"


class ContextWordsValidator:
    """Refuse a password that is little more than words of this place: agency, Party work, name, birth date (C03)."""

    def validate(self, password, user=None):
        if password == PASSWORD and not settings.DEMO:
            raise ValidationError("这是演示环境公开的密码，人人都知道，请另设密码。", code="demo_password")
        rest = password.lower()
        for word in [*_WORDS, *_agency(), *_person(user)]:
            if word:
                rest = rest.replace(word, "")
        if len(rest) < _REST:
            raise ValidationError("密码主要由常见词组成，请换一个不易猜到的密码。", code="context_words")

    def get_help_text(self):
        return "不能主要由单位名称、党建词语、用户名、姓名或出生日期组成。"


def _agency():
    from branches.places.models.organisations import Organisation

    root = Organisation.objects.root()
    return (
        [] if root is None else [root.name.removeprefix("中共").removesuffix("党组").lower(), root.short_name.lower()]
    )


def _person(user):
    if user is None:
        return []
    words = [user.username.lower(), (user.name or "").lower()]
    born = getattr(getattr(user, "member", None), "birth_date", None)
    return words + ([f"{born:%Y%m%d}", f"{born:%Y-%m-%d}", f"{born:%y%m%d}"] if born else [])

"""Passwords may not be made of the words that everybody here would try first."""

from django.core.exceptions import ValidationError

_WORDS = ("tongbu", "dangjian", "党建", "同步", "机关", "支部", "password", "mima", "密码")


class ContextWordsValidator:
    """Refuse a password that is little more than words of this place (ASVS 6.2.11)."""

    def validate(self, password, user=None):
        rest = password.lower()
        words = list(_WORDS)
        if user is not None:
            words += [user.username.lower(), (user.name or "").lower()]
        for word in words:
            if word:
                rest = rest.replace(word, "")
        if len(rest) < 6:
            raise ValidationError("密码主要由常见词组成，请换一个不易猜到的密码。", code="context_words")

    def get_help_text(self):
        return "不能主要由单位名称、党建词语、用户名或姓名组成。"

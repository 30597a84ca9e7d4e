"""How a member stands with his hours of study. Nothing of it is stored: it is reckoned from records and dated rows."""

from django.db import models


class StudyState(models.TextChoices):
    MET = "met", "已完成"
    OPEN = "open", "进行中"
    UNKNOWN = "unknown", "未知"
    OVERDUE = "overdue", "逾期"
    NOT_OWED = "not_applicable", "不适用"

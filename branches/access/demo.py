"""The invented accounts of the demo agency: one per role, listed on the login page in demo mode only."""

from typing import Any

from django.conf import settings
from django.core.checks import Error
from django.db import DatabaseError

from branches.access.models import User
from branches.settings.models import Setting
from common import clock

# A row among the dated settings that is no setting: no page shows or changes it.
MARK = "demo_agency"
PASSWORD = "tongbu-demo-2026"  # nosec B105
# username → what it shows
ACCOUNTS = {
    "shuji": "支部书记（工作台、记活动）",
    "weiyuan": "支部委员",
    "zuwei": "组织委员（记活动、管名册）",
    "zuzhang": "党小组组长",
    "zongzhi": "党总支书记",
    "ganbu": "机关党委专职党务干部（总览、审核、导入）",
    "dangwei": "机关党委书记（任免、发布结果）",
    "jiwei": "机关纪委",
    "lingdao": "党组成员（报告）",
    "dangzu": "党组书记（报告）",
    "daiban": "代办人（代党组成员报告）",
    "dangyuan": "党员",
    "admin": "系统管理员",
    "audit": "安全审计员",
}


def accounts():
    """Return the demo accounts that exist, as dicts for the login page; empty outside demo mode."""
    if not settings.DEMO:
        return []
    there = set(User.objects.filter(username__in=ACCOUNTS, is_active=True).values_list("username", flat=True))
    return [
        {"username": name, "password": PASSWORD, "label": label} for name, label in ACCOUNTS.items() if name in there
    ]


def mark_as_demo() -> None:
    """Remember in the database that its accounts have a password that everybody knows."""
    Setting.objects.get_or_create(key=MARK, defaults={"value": "1", "valid_from": clock.today()})


def unfit_for_service() -> str:
    """Return one sentence that says why this database may not go into service, or an empty text; two short statements.

    Asked of the mark, because to try a known password against every account takes minutes. A database that does not
    answer yet, or has no tables, is the business of /readyz.
    """
    try:
        if Setting.objects.filter(key=MARK).exists():
            return "the database was made as the demo agency, with passwords that everybody knows; use a fresh one."
        if User.objects.filter(is_superuser=True).exists():
            return "an account is marked as superuser, who stands above every rule; take the mark away."
    except DatabaseError:
        pass
    return ""


def check_database(**_: Any) -> list[Error]:
    """The same for `manage.py check --deploy`."""
    sentence = "" if settings.DEMO or settings.DEBUG else unfit_for_service()
    return [Error(sentence, id="tongbu.E001")] if sentence else []

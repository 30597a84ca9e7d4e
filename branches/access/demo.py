"""The invented accounts of the demo agency: one per role, listed on the login page in demo mode only."""

from django.conf import settings

from branches.access.models import User

PASSWORD = "tongbu-demo-2026"
# username → what it shows
ACCOUNTS = {
    "shuji": "支部书记（工作台、记活动）",
    "weiyuan": "支部委员",
    "zuzhang": "党小组组长",
    "zongzhi": "党总支书记",
    "ganbu": "机关党委专职党务干部（总览、审核、导入）",
    "dangwei": "机关党委书记（任免、发布结果）",
    "jiwei": "机关纪委",
    "lingdao": "党组成员（报告）",
    "dangzu": "党组书记（报告）",
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

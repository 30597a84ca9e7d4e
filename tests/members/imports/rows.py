"""Rows of ledgers as the tests type them, and what an import must say of them."""

from branches.reach import access
from branches.reach.models import Appointment
from tests.world import FOUNDED, identity

MEMBER_HEADS = [
    "姓名",
    "公民身份号码",
    "人员类别",
    "所在党支部",
    "党小组",
    "加入党组织日期",
    "转为正式党员日期",
    "党内职务",
    "手机号码",
    "备注",
]
ACTIVITY_HEADS = ["日期", "党组织", "活动类型", "主题", "主持人", "记录人", "应到", "实到", "缺席人员及原因"]


def person(name="新党员", number=40, **other):
    row = {
        "姓名": name,
        "公民身份号码": identity(number),
        "人员类别": "正式党员",
        "所在党支部": "甲处党支部",
        "加入党组织日期": "2018-03-01",
        "转为正式党员日期": "2019-03-01",
    } | other
    return [row.get(head, "") for head in MEMBER_HEADS]


def meeting(**other):
    row = {
        "日期": "2026-09-10",
        "党组织": "乙处党支部",
        "活动类型": "主题党日",
        "主题": "学习",
        "主持人": "乙一",
        "记录人": "乙二",
        "应到": "3",
        "实到": "3",
    } | other
    return [row.get(head, "") for head in ACTIVITY_HEADS]


def refused(answer, line):
    """Assert that an import failed on exactly this start of a line."""
    code, _, errors = answer
    assert code == 1, answer
    rows = [text for text in errors if text.startswith("row ")]
    assert len(rows) == 1 and rows[0].startswith(line), errors
    return rows[0]


def staff_at(world, place):
    """An importer whose reach is one branch: no role of the product is that narrow, the grants can be."""
    row = Appointment.objects.create(
        user=world.outsider, role="committee_staff", organisation=world.places[place], starts=FOUNDED
    )
    access.sync_grants(row)
    return world.outsider

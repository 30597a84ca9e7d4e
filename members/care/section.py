"""What is kept of care for somebody, on his own page alone: in the file it has a page of its own, which not everybody opens."""

from typing import Any

from members.care.models import CareEvent, CareHelp, CareMark
from members.roster.models.members import Member
from members.roster.sections import Given, Place, Reader, Section, register


def _read(reader: Reader) -> dict[str, Any] | None:
    if not reader.own:
        return None
    marks = CareMark.objects.filter(member=reader.member, ends__isnull=True).count()
    events = CareEvent.objects.filter(member=reader.member).count()
    helps = CareHelp.objects.filter(member=reader.member).count()
    return {"marks": marks, "events": events, "helps": helps} if marks or events or helps else None


def _give(member: Member) -> list[Given]:
    """What is kept, without its notes: no file carries those."""
    rows: list[tuple[Any, ...]] = [
        (row.starts, "关怀类别", row.get_kind_display(), row.ends or "")
        for row in CareMark.objects.filter(member=member).order_by("starts", "pk")
    ]
    rows += [
        (row.day, "事由", row.get_kind_display(), "")
        for row in CareEvent.objects.filter(member=member).order_by("day", "pk")
    ]
    rows += [
        (row.on, "帮扶", row.get_kind_display(), "" if row.amount is None else float(row.amount))
        for row in CareHelp.objects.filter(member=member).order_by("on", "pk")
    ]
    return [Given("关怀", ("日期", "登记", "类别", "止或金额（元）"), rows)] if rows else []


register(
    Section("care", "关怀", _read, None, Place(True, 75), template="members/care/section.html", give=_give),
)

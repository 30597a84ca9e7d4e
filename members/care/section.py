"""What is kept of care for somebody, on his own page alone: in the file it has a page of its own, which not everybody opens.

Honours stand in both, for whoever may read the file: they were granted in public.
"""

from typing import Any

from common.together import count_together
from members.care.models import CareEvent, CareHelp, CareMark, Honour
from members.roster.models.members import Member
from members.roster.sections import Given, Place, Reader, Section, register

# So many honours stand in a file, the latest first; all of them are in the list.
HONOURS = 12


def _read(reader: Reader) -> dict[str, Any] | None:
    if not reader.own:
        return None
    mine = {
        "marks": CareMark.objects.filter(member=reader.member, ends__isnull=True),
        "events": CareEvent.objects.filter(member=reader.member),
        "helps": CareHelp.objects.filter(member=reader.member),
    }
    found = count_together({name: rows.order_by().values_list("pk") for name, rows in mine.items()})
    return found if any(found.values()) else None


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


def _honours(reader: Reader) -> dict[str, Any] | None:
    rows = list(_granted(reader.member)[:HONOURS])
    return {"rows": rows} if rows else None


def _granted(member: Member) -> Any:
    return Honour.objects.filter(member=member, cancelled_on__isnull=True).order_by("-granted_on", "-pk")


def _give_honours(member: Member) -> list[Given]:
    rows = [
        (row.granted_on, row.title, row.get_level_display(), row.granted_by, row.document) for row in _granted(member)
    ]
    return [Given("表彰", ("授予日期", "荣誉名称", "级别", "授予单位", "文号"), rows)] if rows else []


register(
    Section(
        "honours",
        "表彰",
        _honours,
        Place(True, 40),
        Place(True, 60),
        template="members/care/honoured.html",
        give=_give_honours,
    )
)
register(
    Section("care", "关怀", _read, None, Place(True, 75), template="members/care/section.html", give=_give),
)

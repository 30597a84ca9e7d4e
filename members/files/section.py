"""The sections that a file gives of its own; those of other subjects stand in theirs."""

from members.files.parts import around, attendance, basics
from members.roster.sections import Place, Section, register

_AT = "members/files/sections"
WIDE, NARROW = False, True


def _add(key, title, read, file, own, give=None):
    register(Section(key, title, read, file, own, template=f"{_AT}/{key}.html", give=give))


_add("coming", "接下来", around.coming, None, Place(WIDE, 10), around.give_leaves)
_add("basics", "基本与职务", basics.read, Place(WIDE, 10), Place(WIDE, 40), basics.give)
_add("attendance", "考勤", attendance.read, Place(WIDE, 20), Place(WIDE, 20), attendance.give)
_add("talks", "谈心谈话", around.talks, Place(WIDE, 40), None)
_add("changes", "变更记录", around.changes, Place(WIDE, 60), None)
_add("corrections", "更正请求", around.corrections, Place(NARROW, 60), Place(NARROW, 70), around.give_corrections)
_add("who", "谁能看到", around.who, Place(NARROW, 90), Place(NARROW, 80))

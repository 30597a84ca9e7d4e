"""Versions of a record that was corrected after its acceptance: what each said, whole, and what lies between two.

A version is kept as JSON (`ActivityRevision.data`): its own columns, kinds, attendance with names, resolutions, hosts and
files, so that it opens as it was, whatever becomes of rosters and places. Keys: columns, kinds, attendance, resolutions,
hosts, files, judgements, labels (names of what the columns refer to).
"""

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from django.db import models

from branches.places.models.organisations import Organisation
from common import clock
from members.activities.lateness import keep
from members.activities.models import (
    Activity,
    ActivityKindCode,
    ActivityRevision,
    ActivityState,
    AttendanceState,
    RevisionState,
    Topic,
)
from members.activities.services.records import RecordData, says_the_same
from members.roster.models.members import Member

Version = dict[str, Any]
# What the record's author says; `answer` goes to a reviewer and is no part of what happened.
_SAID = (
    *("day", "title", "starts_at", "ends_at", "place", "chair_id", "chair_name", "recorder_name", "lecturer_name"),
    *("content", "makes_up_for", "topics", "last_day", "hours_stated"),
)
# What the system keeps beside it, to be put back when a correction is returned.
_KEPT = (
    *("written_expected", "written_present", "voters_expected", "voters_present", "valid", "late", "returned_at"),
    *("edited_by_hand", "revised_at", "no_reviewer", "reviewer_id", "reviewed_at", "review_opened_at"),
    "accepted_together",
)
COLUMNS = (*_SAID, *_KEPT)
# How it was judged, for whoever asks about a day before a correction (selectors/then.py); put back it is judged anew.
_JUDGED = ("organisation", "kind", "valid", "late", "makes_up_for", "since", "present", "needed")
# What versions of before do not hold.
_SINCE_THEN: dict[str, Any] = {"topics": [], "accepted_together": False, "last_day": None, "hours_stated": None}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | time | datetime) else value


def version_of(activity: Activity) -> Version:
    """Return the saved record as a Version, in a constant number of statements."""
    attendance = activity.attendance.select_related("member", "organisation__parent")
    return {
        "columns": {name: _plain(getattr(activity, name)) for name in COLUMNS},
        "labels": {"chair": str(activity.chair) if activity.chair else ""},
        "kinds": [[kind, made_up] for kind, made_up in activity.kinds.values_list("kind", "made_up")],
        "attendance": [
            {
                "member": row.member_id,
                "name": row.member.name,
                "state": row.state,
                "reason": row.reason,
                "organisation": row.organisation_id,
                "place": row.organisation.label,
            }
            for row in attendance
        ],
        "resolutions": [
            {
                "text": row.text,
                "owner": row.owner_id,
                "owner_name": str(row.owner) if row.owner else "",
                "due": _plain(row.due),
                "done_on": _plain(row.done_on),
                "counted_on": _plain(row.counted_on),
                "done_by": row.done_by_id,
            }
            for row in activity.resolutions.select_related("owner")
        ],
        "hosts": [
            {
                "organisation": row.organisation_id,
                "label": row.organisation.label,
                "confirmed_by": row.confirmed_by_id,
                "confirmed_at": _plain(row.confirmed_at),
            }
            for row in activity.hosts.select_related("organisation__parent")
        ],
        "files": [file.name for file in activity.attachments.shown()],
        "judgements": [
            {name: _plain(value) for name, value in row.items()}
            for row in activity.judgements.order_by("pk").values(*_JUDGED)
        ],
    }


def version_typed(activity: Activity, data: RecordData) -> Version:
    """Return what a correction of `activity` says so far as a Version; what the system adds stays as it is."""
    names = dict(Member.objects.filter(pk__in=data.attendance).values_list("pk", "name"))
    columns = {name: _plain(getattr(activity, name)) for name in _KEPT}
    columns |= {name: _plain(getattr(data, name)) for name in _SAID if name != "chair_id"}
    return {
        "columns": columns | {"chair_id": getattr(data.chair, "pk", None)},
        "labels": {"chair": str(data.chair or "")},
        "kinds": [[kind, data.made_up is None or kind in data.made_up] for kind in dict.fromkeys(data.kinds)],
        "attendance": [
            {
                "member": pk,
                "name": names.get(pk, ""),
                "state": state,
                "reason": reason,
                "organisation": activity.organisation_id,
                "place": activity.organisation.label,
            }
            for pk, (state, reason) in data.attendance.items()
        ],
        "resolutions": [
            {"text": text, "owner": getattr(owner, "pk", None), "owner_name": str(owner or ""), "due": _plain(due)}
            for text, owner, due in data.resolutions
        ],
        "hosts": [{"organisation": host.pk, "label": host.label} for host in data.hosts],
        "files": [],
    }


def column(name: str, value: Any) -> Any:
    """Return the value of a column of Activity from its form in a Version."""
    if name.endswith("_id"):
        return value
    found = Activity._meta.get_field(name)
    return found.to_python(value) if isinstance(found, models.Field) else value


def _columns(version: Version) -> dict[str, Any]:
    return _SINCE_THEN | version["columns"]


def columns_back(version: Version) -> dict[str, Any]:
    """Return {column of Activity: its value} of a Version, to be written back."""
    return {name: column(name, value) for name, value in _columns(version).items() if name in COLUMNS}


def data_of(activity: Activity, version: Version) -> RecordData:
    """Return the RecordData of a Version of `activity`: its own attendance only, as `record_data` gives it."""
    columns = _columns(version)
    said = {name: column(name, columns[name]) for name in _SAID if name != "chair_id"}
    owners = {row["owner"] for row in version["resolutions"]}
    people = Member.objects.in_bulk({version["columns"]["chair_id"], *owners} - {None})
    hosts = Organisation.objects.select_related("parent").in_bulk([row["organisation"] for row in version["hosts"]])
    kinds = [kind for kind, _ in version["kinds"]]
    made_up = [kind for kind, made in version["kinds"] if made]
    own = [row for row in version["attendance"] if row["organisation"] == activity.organisation_id]
    return RecordData(
        kinds=kinds,
        made_up=None if len(made_up) == len(kinds) else made_up,
        chair=people.get(version["columns"]["chair_id"]),
        attendance={row["member"]: (row["state"], row["reason"]) for row in own},
        resolutions=[
            (row["text"], people.get(row["owner"]), date.fromisoformat(row["due"]) if row["due"] else None)
            for row in version["resolutions"]
        ],
        hosts=[hosts[row["organisation"]] for row in version["hosts"] if row["organisation"] in hosts],
        **said,
    )


def in_progress(activity: Activity) -> ActivityRevision | None:
    """Return the correction of a record that its writers have in hand (begun, or returned to them), or None."""
    return activity.revisions.in_hand().select_related("author", "reviewer").first()


def as_returned(activity: Activity, revision: ActivityRevision, data: RecordData) -> bool:
    """Return whether `data` says of a correction that was returned what it said then, its files included, and no answer."""
    then = revision.returned_data if revision.state == RevisionState.RETURNED else None
    if then is None or data.answer or not says_the_same(data_of(activity, then), data):
        return False
    return sorted(then["files"]) == sorted(activity.attachments.values_list("name", flat=True))


def as_corrected(activity: Activity, revision: ActivityRevision) -> Activity:
    """Return a copy of the record that says what its correction says so far, for the form; never to be saved.

    Its version is the correction's, `corrects` the day of the accepted version, `typed` the RecordData.
    """
    found = copy.copy(activity)
    found.first_said = keep(activity)
    found.typed = replace(data_of(activity, revision.data), answer=revision.answer)
    found.answer = revision.answer
    for name in _SAID:
        if name != "chair_id":
            setattr(found, name, getattr(found.typed, name))
    found.chair = found.typed.chair
    found.corrects, found.correction, found.version = activity.day, revision, revision.version
    return found


def opened(activity: Activity) -> Activity:
    """Return the record as its form opens it: with its correction in hand where it has one, else as it is."""
    revision = in_progress(activity) if activity.state == ActivityState.ACCEPTED else None
    return activity if revision is None else as_corrected(activity, revision)


# ---- two versions beside each other

SAME, OLD, NEW = "", "old", "new"


@dataclass(frozen=True)
class Line:
    """One line of a version beside the same line of another. people: attendance that differs, [(name, old, new)]."""

    label: str
    old: str
    new: str
    people: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return self.old != self.new

    @property
    def several(self) -> bool:
        """Whether it is a text of several lines, of which only those that differ are set off."""
        return "\n" in self.old and "\n" in self.new

    @property
    def merged(self) -> list[tuple[str, str]]:
        """Return [(SAME, OLD or NEW, line)] of both texts in one, line by line."""
        old, new = self.old.splitlines(), self.new.splitlines()
        found: list[tuple[str, str]] = []
        for what, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if what == "equal":
                found += [(SAME, text) for text in old[first:last]]
            else:
                found += [(OLD, text) for text in old[first:last]] + [(NEW, text) for text in new[start:end]]
        return found

    @property
    def current(self) -> list[tuple[str, str]]:
        """The lines of the newer text, each with whether it is NEW or the SAME."""
        return [row for row in self.merged if row[0] != OLD]


def _kinds(version: Version) -> str:
    return "＋".join(ActivityKindCode(kind).label for kind, _ in version["kinds"])


def _day(version: Version) -> str:
    return clock.in_words(date.fromisoformat(version["columns"]["day"]))


def _times(version: Version) -> str:
    start, end = (str(version["columns"][name] or "")[:5] for name in ("starts_at", "ends_at"))
    return f"{start}—{end}" if start and end else start or end


def _made_up(version: Version) -> str:
    if not (first := version["columns"]["makes_up_for"]):
        return ""
    made_up = [ActivityKindCode(kind).label for kind, made in version["kinds"] if made]
    part = "" if len(made_up) == len(version["kinds"]) else f"（{'、'.join(made_up)}）"
    month = date.fromisoformat(first)
    return f"{month.year}年{month.month}月{part}"


def _choice(name: str, choices: Any) -> Callable[[Version], str]:
    return lambda version: str(choices(version["columns"][name]).label) if version["columns"][name] else ""


def _text(name: str) -> Callable[[Version], str]:
    return lambda version: version["columns"][name] or ""


def _resolutions(version: Version) -> str:
    return "\n".join(
        f"{number}. {row['text']}（责任人：{row['owner_name'] or '未写明'}，时限：{row['due'] or '未写明'}）"
        for number, row in enumerate(version["resolutions"], start=1)
    )


def _state(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    label = str(AttendanceState(row["state"]).label)
    return f"{label}（{row['reason']}）" if row["reason"] else label


def _attendance(version: Version) -> str:
    rows = version["attendance"]
    groups = [(state, [row for row in rows if row["state"] == state]) for state in AttendanceState]
    return "\n".join(
        f"{state.label} {len(group)} 人：" + "、".join(_named(row) for row in group) for state, group in groups if group
    )


def _named(row: dict[str, Any]) -> str:
    return f"{row['name']}（{row['reason']}）" if row["reason"] else row["name"]


def _topics(version: Version) -> str:
    return "、".join(str(Topic(topic).label) for topic in version["columns"].get("topics", ()))


_LINES: tuple[tuple[str, Callable[[Version], str]], ...] = (
    ("类型", _kinds),
    ("主题", _text("title")),
    ("日期", _day),
    ("时间", _times),
    ("地点", _text("place")),
    ("主持人", lambda version: version["labels"]["chair"] or version["columns"]["chair_name"]),
    ("结束日期", lambda version: str(version["columns"].get("last_day") or "")),
    ("培训学时", lambda version: str(version["columns"].get("hours_stated") or "")),
    ("授课人", _text("lecturer_name")),
    ("记录人", _text("recorder_name")),
    ("补办", _made_up),
    ("议题", _topics),
    ("议程与决议", _text("content")),
    ("决议", _resolutions),
    ("考勤", _attendance),
    ("共同举办", lambda version: "、".join(row["label"] for row in version["hosts"])),
    ("附件", lambda version: "、".join(version["files"])),
)


def beside(old: Version, new: Version) -> list[Line]:
    """Return the Lines of two versions, those that are empty in both left out."""
    lines = [Line(label, says(old), says(new), _moved(old, new) if label == "考勤" else []) for label, says in _LINES]
    return [line for line in lines if line.old or line.new]


def changes(old: Version, new: Version) -> list[Line]:
    """Return the Lines in which two versions differ."""
    return [line for line in beside(old, new) if line.changed]


def _moved(old: Version, new: Version) -> list[tuple[str, str, str]]:
    """Return (name, state before, state after) of whoever's attendance differs, "" where there is none."""
    before, after = _by_member(old["attendance"]), _by_member(new["attendance"])
    return [
        ((after.get(pk) or before[pk])["name"], _state(before.get(pk)), _state(after.get(pk)))
        for pk in {**before, **after}
        if _state(before.get(pk)) != _state(after.get(pk))
    ]


def _by_member(rows: Iterable[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {row["member"]: row for row in rows}

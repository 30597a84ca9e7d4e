"""What is worth a look in a record that waits for its review, found by the system (值得看): for the queue and for the page.

`findings_for` is the one function; a finding is a hint and decides nothing.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Length

from branches.places.models.organisations import Kind
from common import clock
from common.operator import Actor
from common.text import quoted
from members.activities.lateness import sayings
from members.activities.models import (
    ATTENDING,
    COUNTING_STATES,
    Activity,
    ActivityHost,
    ActivityJudgement,
    Attendance,
    AttendanceState,
    Resolution,
)
from members.activities.models import ActivityKindCode as Code
from members.activities.quorum import Body, body_of, quorum_kept
from members.activities.selectors.counting import short_meetings
from members.activities.selectors.records import attendance_figures, readable
from members.activities.study import study_rules, tenths, too_long
from members.activities.submission import MOST_PARTNERS
from members.reviews.corrected import changes_that_count
from members.roster.models.members import Member, Membership
from members.roster.models.posts import Post

# A record sent so many days after its day is worth a look, whether or not it is late by the grace days.
LONG_BEFORE = 60
# Two texts are the same when so much of them is alike; shorter ones say too little to be told apart.
ALIKE, SHORTEST = 0.9, 30
# Texts are compared with what the organisation recorded in the year before and after, and with what others did in two months.
_OWN, _OTHERS = timedelta(days=400), timedelta(days=62)
_NAMED = 3
_NO_WORD = re.compile(r"[\W\d_]+")
# Kinds at which people pick whom they meet, so that nobody else is expected.
_PICKED = {Code.TALK, Code.VISIT, Code.VISIT_BRANCH}
_NO_DECISION = (None, Body.ANYONE)
# Of a branch these prove what somebody owes outside it, once they are accepted (decisions 74).
_FOR_OTHERS = (Code.DEBRIEF, Code.TRAINING, Code.VISIT_BRANCH)
_BRANCHES = (Kind.GENERAL_BRANCH, Kind.BRANCH, Kind.SMALL_GROUP)
# One meeting can be assembly, lecture, theme day and a review of members at once; hardly more.
_MANY_KINDS = 4
CROWDED = "一次谈话的对象较多，请打开记录单独审核。"
CORRECTED = "这是对已通过记录的更正，请打开对照后单独审核。"


@dataclass(frozen=True)
class Finding:
    """chip: a few words for the queue; text: the sentence; tone: state key of the chip's look (branches/frame/states.py).

    alone: why a record with it is not accepted in one go with others, as a sentence; "" where it may be.
    """

    chip: str
    text: str
    tone: str = "unknown"
    alone: str = ""


Found = dict[int, list[Finding]]
# What rooms above find in records, of which this one knows nothing; each is added by its room when the application starts.
ABOVE: list[Callable[[Actor, Sequence[Activity]], Found]] = []


def findings_for(user: Actor, records: Sequence[Activity]) -> Found:
    """Return {record id: [Finding]} of submitted records, in a constant number of statements; those without are left out.

    user: no record that he may not read is named or compared with. records: with organisation and kinds at hand.
    """
    found: Found = defaultdict(list)
    ids = [record.pk for record in records]
    if not ids:
        return found
    for record in records:
        found[record.pk] += _of_itself(record)
    for part in (
        _corrections(records),
        _quorums(ids),
        _few(records),
        _at_once(records),
        _long(records),
        _crowds(records),
        _silent(ids),
        _strangers(records),
        _undecided(records),
        _for_others(records),
        _hosts(ids),
        _same(user, records),
        *(find(user, records) for find in ABOVE),
    ):
        for pk, rows in part.items():
            found[pk] += rows
    return {pk: rows for pk, rows in found.items() if rows}


def _of_itself(record: Activity) -> list[Finding]:
    rows = []
    if record.revised_at is not None:
        rows.append(Finding("更正", "更正已通过的记录，请对照更正前后的内容", "submitted", alone=CORRECTED))
    if len(record.codes) > _MANY_KINDS:
        rows.append(Finding(f"{len(record.codes)} 个类型", f"一条记录登记了 {len(record.codes)} 个类型，请逐项核对"))
    if record.late:
        rows.append(Finding("迟报", "超过补报期限报送，按迟报计", "late"))
    said = sayings(record)
    if said and not said[0].ledger and record.day > clock.day_of(said[0].at):
        first = clock.in_words(clock.day_of(said[0].at))
        text = f"活动日期晚于首次报送（{first}），按更正时报送计，请核对"
        rows.append(Finding("日期晚于首次报送", text, "due_soon"))
    if record.submitted_at is not None:
        days = (clock.day_of(record.submitted_at) - record.day).days
        if days > LONG_BEFORE:
            rows.append(Finding(f"{days} 天后报送", f"活动过去 {days} 天才报送", "due_soon"))
    return rows


def _corrections(records: Sequence[Activity]) -> Found:
    found = changes_that_count(records)
    return {pk: [Finding(one.chip, one.text, "due_soon") for one in changes] for pk, changes in found.items()}


def _few(records: Sequence[Activity]) -> Found:
    """Hardly anybody came where no quorum asks for more."""
    open_to_all = [record.pk for record in records if record.valid and not _PICKED.issuperset(record.codes)]
    found = {}
    for pk, (expected, present) in (attendance_figures(open_to_all) if open_to_all else {}).items():
        if expected and 2 * (present or 0) < expected:
            text = f"应到 {expected} 人，到会 {present or 0} 人，不足一半，请核对"
            found[pk] = [Finding(f"到会 {present or 0}/{expected}", text)]
    return found


def _at_once(records: Sequence[Activity]) -> Found:
    """Another record of the same organisation, at the same hours of the same day."""
    timed = [row for row in records if row.starts_at and row.ends_at and not _PICKED.issuperset(row.codes)]
    if not timed:
        return {}
    others: dict[tuple[int, date], list[Activity]] = defaultdict(list)
    rows = Activity.objects.filter(
        organisation__in={row.organisation_id for row in timed}, day__in={row.day for row in timed},
        state__in=COUNTING_STATES, starts_at__isnull=False, ends_at__isnull=False,
    )  # fmt: skip
    for row in rows.order_by("pk").prefetch_related("kinds"):
        others[row.organisation_id, row.day].append(row)
    found: Found = {}
    for record in timed:
        for other in others[record.organisation_id, record.day]:
            assert other.starts_at and other.ends_at and record.starts_at and record.ends_at
            apart = other.ends_at <= record.starts_at or other.starts_at >= record.ends_at
            if other.pk == record.pk or apart or _PICKED.issuperset(other.codes):
                continue
            span = f"{other.starts_at:%H:%M}–{other.ends_at:%H:%M}"
            text = f"当天 {span} 另有{quoted(other.title or other.kinds_label)}，请核对是否同一次活动"
            found[record.pk] = [Finding("同一时间另有记录", text)]
    return found


def _quorums(ids: Iterable[int]) -> Found:
    found: Found = defaultdict(list)
    rows = (
        ActivityJudgement.objects.filter(activity__in=ids, valid=False)
        .select_related("organisation__parent")
        .order_by("pk")
    )
    of_record: dict[int, list[ActivityJudgement]] = defaultdict(list)
    for row in rows:
        of_record[row.activity_id].append(row)
    for pk, judged in of_record.items():
        for row, text in short_meetings(judged):
            chip = f"不足法定人数，差 {quorum_kept(row).missing} 人" if row.present else "无人到会"
            found[pk].append(Finding(chip, text))
    return found


def _long(records: Sequence[Activity]) -> Found:
    """Longer than a day may count as study."""
    rules = study_rules()
    said = {record.pk: (rules.minutes(record.length) or 0, too_long(record.length, rules)) for record in records}
    return {pk: [Finding(f"时长 {tenths(minutes)} 小时", text)] for pk, (minutes, text) in said.items() if text}


def crowded(records: Sequence[Activity]) -> dict[int, int]:
    """Return {record id: partners} of talks with more partners at once than one talk has; in one statement."""
    talks = [record.pk for record in records if Code.TALK in record.codes]
    rows = Attendance.objects.filter(activity__in=talks, state__in=ATTENDING).order_by().values("activity")
    counted = rows.annotate(people=Count("pk")).filter(people__gt=MOST_PARTNERS)
    return dict(counted.values_list("activity", "people")) if talks else {}


def _crowds(records: Sequence[Activity]) -> Found:
    return {
        pk: [Finding(f"一次谈话 {people} 人", f"一次登记谈话对象 {people} 人，请核对是否逐人谈心谈话", alone=CROWDED)]
        for pk, people in crowded(records).items()
    }


def why_alone(user: Actor, record: Activity) -> str:
    """Return why a record is not accepted in one go with others, as a sentence, or ""."""
    parts = [{record.pk: _of_itself(record)}, _crowds([record]), *(find(user, [record]) for find in ABOVE)]
    return next((one.alone for part in parts for one in part.get(record.pk, []) if one.alone), "")


def _named(names: Sequence[str]) -> str:
    return "、".join(names[:_NAMED]) + (f"等 {len(names)} 人" if len(names) > _NAMED else "")


def _silent(ids: Iterable[int]) -> Found:
    """Whoever was away without a reason."""
    away = (AttendanceState.LEAVE, AttendanceState.ABSENT)
    rows = Attendance.objects.filter(activity__in=ids, state__in=away, reason="").order_by("pk")
    names: dict[int, list[str]] = defaultdict(list)
    for pk, name in rows.values_list("activity_id", "member__name"):
        names[pk].append(name)
    return {
        pk: [Finding(f"{len(people)} 人缺席未写原因", f"{_named(people)}未写请假或缺席原因")]
        for pk, people in names.items()
    }


def _strangers(records: Sequence[Activity]) -> Found:
    """More present than the roster has, or present who were not on it that day."""
    found: Found = {}
    asked = [record.pk for record in records if not _PICKED.issuperset(record.codes)]
    day = OuterRef("activity__day")
    of_host = Q(organisation=OuterRef("organisation")) | Q(small_group=OuterRef("organisation"))
    began = Membership.objects.filter(of_host, member=OuterRef("member"), starts__lte=day)
    seated = Post.objects.filter(organisation=OuterRef("organisation"), member=OuterRef("member"))
    on_roster = began.filter(Q(ends__isnull=True) | Q(ends__gte=day))
    in_seat = seated.filter(Q(starts__isnull=True) | Q(starts__lte=day), Q(ends__isnull=True) | Q(ends__gte=day))
    rows = Attendance.objects.filter(
        ~Exists(on_roster), ~Exists(in_seat), activity__in=asked, state__in=ATTENDING,
        organisation__kind__in=(Kind.BRANCH, Kind.SMALL_GROUP),
    ).order_by("pk")  # fmt: skip
    names: dict[int, list[str]] = defaultdict(list)
    for pk, name in rows.values_list("activity_id", "member__name"):
        names[pk].append(name)
    for pk, people in names.items():
        found[pk] = [Finding("到会人员不在名册", f"{_named(people)}当天不在名册上")]
    written = [record for record in records if record.written_present is not None]
    counted = attendance_figures([record.pk for record in written]) if written else {}
    for record in written:
        expected = counted.get(record.pk, (None, None))[0]
        if expected is not None and (record.written_present or 0) > expected:
            text = f"台账实到 {record.written_present} 人，当天名册 {expected} 人"
            found.setdefault(record.pk, []).append(Finding("实到多于名册", text))
    return found


def _undecided(records: Sequence[Activity]) -> Found:
    """Meetings that decide, without a resolution."""
    deciding = {
        record.pk
        for record in records
        for code in record.codes
        if body_of(code, record.organisation.kind == Kind.SMALL_GROUP) not in _NO_DECISION
    }
    rows = Resolution.objects.filter(activity__in=deciding).order_by().values("activity").annotate(rows=Count("pk"))
    without = deciding - {row["activity"] for row in rows}
    return {pk: [Finding("没有列出决议", "能作决议的会议，没有列出决议")] for pk in without}


def _for_others(records: Sequence[Activity]) -> Found:
    """What a branch says about others: it proves their duties from the acceptance on, so the reviewer looks at it."""
    own = [record for record in records if record.organisation.kind in _BRANCHES]
    taught = [record for record in own if record.lecturer_name.strip() and Code.LECTURE in record.codes]
    names = {record.lecturer_name.strip() for record in taught}
    rows = Member.objects.filter(name__in=names).order_by().values_list("name", "home_id") if names else ()
    at_home = set(rows)
    found: Found = defaultdict(list)
    for record in own:
        kinds = [Code(code).label for code in record.codes if code in _FOR_OTHERS]
        if kinds:
            text = f"{'、'.join(kinds)}通过后即作为他人履责的证明，请核对"
            found[record.pk].append(Finding("证明他人履责", text))
    for record in taught:
        name = record.lecturer_name.strip()
        if not {(name, record.organisation_id), (name, record.organisation.parent_id)} & at_home:
            text = f"授课人{name}不是本支部党员，通过后计入其讲党课，请核对"
            found[record.pk].append(Finding("授课人不在本支部", text))
    return found


def _hosts(ids: Iterable[int]) -> Found:
    rows = ActivityHost.objects.filter(activity__in=ids, confirmed_at__isnull=True).select_related(
        "organisation__parent"
    )
    names: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        names[row.activity_id].append(row.organisation.label)
    return {
        pk: [Finding("共同举办待确认", f"{'、'.join(places)}尚未确认，不计入该组织")] for pk, places in names.items()
    }


# ---- the same words


def _same(user: Actor, records: Sequence[Activity]) -> Found:
    """The same text as another record: of the same organisation (alike), or of another one (word for word)."""
    long = [record for record in records if len(plain(record.content)) >= SHORTEST]
    if not long:
        return {}
    found: Found = {}
    for record, other in [*_alike(long), *_copied(user, long)]:
        where = "" if other.organisation_id == record.organisation_id else other.organisation.label
        same = "一字不差" if other.content == record.content else "九成以上相同"
        text = f"与{where}{clock.in_words(other.day)}的{quoted(other.title or '未填主题')}{same}"
        found.setdefault(record.pk, [Finding("与另一条记录相同", text)])
    return found


def plain(text: str) -> str:
    """Return the words of a text alone: without spaces, punctuation, figures."""
    return _NO_WORD.sub("", text)


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return how much of two texts is the same, from 0 to 1, by their pairs of characters."""
    return 2 * (one & other).total() / max(1, one.total() + other.total())


def _pairs(text: str) -> Counter[str]:
    return Counter(map("".join, pairwise(plain(text))))


def _alike(records: Sequence[Activity]) -> Iterable[tuple[Activity, Activity]]:
    """Yield (record, an earlier or later one of its organisation whose agenda and resolutions are alike)."""
    days = [record.day for record in records]
    rows = Activity.objects.filter(
        organisation__in={record.organisation_id for record in records},
        state__in=COUNTING_STATES,
        day__range=(min(days) - _OWN, max(days) + _OWN),
    ).order_by("day", "pk")
    sizes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pk, place, size in rows.annotate(size=Length("content")).values_list("pk", "organisation_id", "size"):
        sizes[place].append((pk, size))
    # Only texts of about the same length are read.
    near = {record.pk: _near(record, sizes[record.organisation_id]) for record in records}
    wanted = {pk for pks in near.values() for pk in pks}
    others = rows.select_related("organisation__parent").in_bulk(list(wanted)) if wanted else {}
    decided = _resolutions([*near, *others])
    bags = {pk: _pairs(row.content + decided.get(pk, "")) for pk, row in others.items()}
    for record in records:
        own = _pairs(record.content + decided.get(record.pk, ""))
        for pk in near[record.pk]:
            if likeness(own, bags[pk]) >= ALIKE:
                yield record, others[pk]


def _near(record: Activity, sizes: Iterable[tuple[int, int]]) -> list[int]:
    length = len(record.content)
    return [pk for pk, size in sizes if pk != record.pk and 0.7 * length <= size <= length / 0.7]


def _resolutions(ids: Iterable[int]) -> Mapping[int, str]:
    rows = Resolution.objects.filter(activity__in=ids).order_by("activity", "order").values_list("activity", "text")
    found: dict[int, str] = defaultdict(str)
    for pk, text in rows:
        found[pk] += text
    return found


def _copied(user: Actor, records: Sequence[Activity]) -> Iterable[tuple[Activity, Activity]]:
    """Yield (record, one of another organisation within the user's reach that reads the same, word for word)."""
    days = [record.day for record in records]
    rows = readable(user).prefetch_related(None).filter(
        state__in=COUNTING_STATES,
        day__range=(min(days) - _OTHERS, max(days) + _OTHERS),
        content__in={record.content for record in records},
    )  # fmt: skip
    by_text: dict[str, list[Activity]] = defaultdict(list)
    for row in rows.order_by("day", "pk"):
        by_text[row.content].append(row)
    for record in records:
        for other in by_text[record.content]:
            if other.organisation_id != record.organisation_id:
                yield record, other

"""Values the agency sets itself, dated like rules; the known keys with their defaults and meaning."""

import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from branches.reach.rights import ACCOUNTS, SET_RULES
from branches.settings.models import Setting
from common import clock

NUMBER, DAY, SWITCH = "number", "day", "switch"
NEXT_YEAR = 10_000
_DAY = re.compile(r"(次年|\+)?\s*([0-9]{1,2})\s*(?:-|月)\s*([0-9]{1,2})日?")


@dataclass(frozen=True)
class Known:
    """A key of the settings. purpose: what it is for, in one sentence of the page; right: whoever holds it sets the key.

    kind: NUMBER; DAY, a day of the year or of the next one, kept as month × 100 + day (+ NEXT_YEAR); SWITCH, 0 or 1.
    consequence: name of the address that says what a new value changes: known where what it changes is.
    """

    default: str
    label: str
    low: Decimal
    high: Decimal
    purpose: str
    right: str = SET_RULES
    kind: str = NUMBER
    consequence: str = "setting_consequence"

    def words(self, value: object) -> str:
        """Return a kept value as a page shows it: 7, 次年03-31, 是."""
        number = Decimal(str(value))
        if self.kind == SWITCH:
            return "是" if number else "否"
        if self.kind == DAY:
            whole = int(number)
            return f"{'次年' if whole >= NEXT_YEAR else ''}{whole // 100 % 100:02d}-{whole % 100:02d}"
        return f"{number.normalize():f}"

    def parse(self, text: str) -> Decimal:
        """Return what was typed as it is kept. Raises ValueError with a sentence in Chinese."""
        text = text.strip()
        if self.kind == SWITCH and text in ("是", "否"):
            return Decimal(text == "是")
        if self.kind == DAY:
            return _day_of(text)
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError("请填写数字。") from None
        if not number.is_finite() or not self.low <= number <= self.high:
            raise ValueError(f"应在 {self.low} 至 {self.high} 之间。")
        if "." not in self.default and number != number.to_integral_value():
            raise ValueError("应为整数。")
        return number


def _day_of(text: str) -> Decimal:
    if text.isascii() and text.isdigit() and len(text) <= 5:
        # As it is kept.
        text = f"{'次年' if int(text) >= NEXT_YEAR else ''}{int(text) // 100 % 100}-{int(text) % 100}"
    match = _DAY.fullmatch(text)
    wrong = ValueError("请写成 12-31，次年的日期写成 次年03-31。")
    if match is None:
        raise wrong
    month, day = int(match[2]), int(match[3])
    try:
        # A leap year: the 29th of February is the last day of that month.
        date(2024, month, day)
    except ValueError:
        raise wrong from None
    return Decimal(NEXT_YEAR * bool(match[1]) + month * 100 + day)


def day_in(value: Decimal, year: int) -> date:
    """Return the day that a kept DAY names for a year; the last day of a month that lacks it."""
    whole = int(value)
    year, month = year + whole // NEXT_YEAR, whole // 100 % 100
    return date(year, month, min(whole % 100, monthrange(year, month)[1]))


def _known(default: str, label: str, low: int, high: int, purpose: str, right: str = SET_RULES) -> Known:
    return Known(default, label, Decimal(low), Decimal(high), purpose, right)


def _due(default: str, label: str, purpose: str) -> Known:
    return Known(default, label, Decimal(101), Decimal(NEXT_YEAR + 1231), purpose, kind=DAY)


def _times(default: str, label: str, purpose: str) -> Known:
    return _known(default, label, 0, 12, f"{purpose}，0 为不要求。")


def _years(default: str, when: str) -> Known:
    purpose = f"{when}这么多年，证件号码、手机号码等列入可以清除的名单，由机关党委书记确认清除；姓名和历史记录保留。"
    return _known(default, f"{when}保留个人信息的年数", 0, 50, purpose)


def _stage(default: str, label: str, high: int, purpose: str) -> Known:
    return Known(default, label, Decimal(0), Decimal(high), purpose, consequence="stage_consequence")


# (first day, value) of a key, newest first; the default closes it with None as its day.
Timeline = list[tuple[date | None, Decimal]]

# Settings of the business belong to the business (access rule 11). The limit of backdating guards against whoever
# appoints, so that it is not his own to move.
KNOWN = {
    "grace_days": _known(
        "7",
        "补报宽限天数（记录日期或期末之后）",
        0,
        60,
        "活动之后这么多天之内提交不算迟报；考核期在期末之后同样天数关闭。",
    ),
    "resubmit_days": _known(
        "7",
        "退回后重新提交的天数",
        0,
        60,
        "按期提交的记录被退回后，在退回之后这么多天之内重新提交，不算迟报；审核用去的时间不计。",
    ),
    "host_confirm_days": _known(
        "15",
        "共同活动确认天数",
        0,
        90,
        "共同举办的组织在主办组织提交之后这么多天之内确认，不算迟报。",
    ),
    "objection_days": _known(
        "5",
        "考核结果的异议期（工作日）",
        0,
        30,
        "结果送支部之后这么多个工作日之内，支部可以确认或提出异议，不回复视为无异议；异议在同样天数之内答复。0 为不设异议期。",
    ),
    "receipt_days": _known(
        "5", "知悉制度的期限（工作日）", 1, 60, "制度印发之后这么多个工作日之内，适用的组织应当知悉，再晚是逾期。"
    ),
    "policy_idle_months": _known(
        "12", "制度未运行的期限（月）", 1, 60, "施行这么多个月还没有走过一次程序的制度，标为有机制、未运行。"
    ),
    "study_day_cap": _known(
        "8", "每天最多计算的学时", 1, 24, "一人（一个支部）一天之内的活动最多计这么多学时，超过的部分不计。"
    ),
    "hours_member": _known(
        "32",
        "党员每年集中学习培训学时",
        1,
        200,
        "党员每年应完成的学时；当年不满一年的按月折算，不足一学时的进为一学时。",
    ),
    "hours_post": _known(
        "56",
        "书记和班子成员每年学时",
        0,
        400,
        "书记、副书记和委员每年应完成的学时，任职不满一年的按月折算，并至少参加一次集中培训；0 为不要求。",
    ),
    "class_day_hours": _known(
        "8", "集中培训每天的学时", 1, 24, "连续几天的集中培训没有写明起止时间和学时的，每天按这么多学时计。"
    ),
    **{
        f"study_kind_{kind}": Known(
            "1",
            f"{label}计入集中学习学时",
            Decimal(0),
            Decimal(1),
            f"是：{label}的记录计入党员和支部的集中学习学时；否：不计。",
            kind=SWITCH,
        )
        for kind, label in (
            ("lecture", "党课"),
            ("theme_day", "主题党日"),
            ("assembly", "支部党员大会"),
            ("training", "集中培训"),
            ("study", "集中学习"),
            ("study_group", "中心组学习"),
        )
    },
    "due_soon_days": _known("7", "临期提示天数", 0, 60, "截止日期前这么多天起，应办事项显示为临期。"),
    "sync_tolerance_days": _stage(
        "7", "四同步容许相差天数", 60, "业务日期之后这么多天之内有党建记录，算同步；再晚是滞后，没有是缺失。"
    ),
    "sync_early_days_study": _stage(
        "180",
        "同步研究过早的天数",
        366,
        "早于业务日期超过这么多天的记录，不算这项业务的研究；审核人写明原因的可以计入。",
    ),
    "sync_early_days_arrangement": _stage(
        "60",
        "同步安排过早的天数",
        366,
        "早于业务日期超过这么多天的记录，不算这项业务的安排；审核人写明原因的可以计入。",
    ),
    "sync_early_days_implementation": _stage(
        "30",
        "同步实施过早的天数",
        366,
        "早于业务日期超过这么多天的记录，不算这项业务的实施；审核人写明原因的可以计入。",
    ),
    "sync_early_days_assessment": _stage(
        "30",
        "同步考核过早的天数",
        366,
        "早于业务日期超过这么多天的记录，不算这项业务的考核；审核人写明原因的可以计入。",
    ),
    "lecture_per_quarter": _known("1", "党课每季度次数", 0, 12, "每个党支部每季度应办的党课次数，0 为不要求。"),
    "org_life_due": _due(
        "1231",
        "组织生活会和民主评议截止日期",
        "一年的组织生活会和民主评议应在这一天之前召开；可以是次年的日期，如 次年03-31，在此之前召开的仍算上年按期。",
    ),
    "democratic_life_due": _due(
        "1231", "民主生活会截止日期", "一年的领导班子民主生活会应在这一天之前召开，可以是次年的日期。"
    ),
    "debrief_due": _due("1231", "书记述职截止日期", "一年的书记述职评议应在这一天之前进行，可以是次年的日期。"),
    "documents_due": _due("331", "年初文件截止日期", "责任清单、年度任务安排、主体责任报告应在这一天之前印发。"),
    "talks_with_committee": Known(
        "0",
        "谈心谈话须有支委参加",
        Decimal(0),
        Decimal(1),
        "是：党员的年度谈心谈话须有支委（书记、委员）参加才算；否：条例所列的各种谈话都算。",
        kind=SWITCH,
    ),
    "double_report_per_quarter": _times("1", "双重组织生活情况每季度通报次数", "机关党委每季度应通报的次数"),
    "thought_report_per_half": _times("1", "思想政治工作每半年汇报次数", "机关党委每半年应汇报的次数"),
    "party_group_study_per_half": _times("1", "党组每半年研究机关党建次数", "党组每半年应研究的次数"),
    "governance_per_half": _times("1", "党组每半年研究全面从严治党次数", "党组每半年应专题研究的次数"),
    "ideology_per_half": _times("1", "党组每半年研究意识形态次数", "党组每半年应专题研究的次数"),
    "study_group_per_quarter": _times("1", "中心组每季度学习次数", "党组理论学习中心组每季度应集体学习研讨的次数"),
    "democratic_life_per_year": _times("1", "民主生活会每年次数", "领导班子每年应召开的次数"),
    "party_group_meeting_per_month": _times("0", "党组会议每月次数", "党组每月应召开的次数"),
    "duty_list_per_year": _times("1", "责任清单每年制定次数", "党组每年应制定的次数"),
    "annual_plan_per_year": _times("1", "年度任务安排每年制定次数", "党组每年应制定的次数"),
    "annual_report_per_year": _times("1", "主体责任报告每年次数", "党组每年应书面报告的次数"),
    "new_secretary_months": _known(
        "6", "新任书记任职培训期限（月）", 0, 24, "书记任职后应在这么多个月内参加培训，0 为不要求。"
    ),
    "new_member_months": _known(
        "12", "新党员集中培训期限（月）", 0, 36, "加入党组织后应在这么多个月内参加培训，0 为不要求。"
    ),
    "target_tolerance": _known(
        "10", "目标按进度的容差（百分点）", 0, 50, "数量目标少于按时间应达的数不超过应达总数的百分之几，仍算按进度。"
    ),
    "founding_share": _known(
        "0.5",
        "当期存续天数不少于几成才计入应办",
        0,
        1,
        "组织成立、撤销或本机关启用的当期，存续的天数不足这一比例就不计应办；已经办了的仍算完成。",
    ),
    "campaigns_at_once": _known(
        "2", "同时参加载体的提示数", 1, 12, "已参加这么多项在办载体的组织再参加时，提示建议并入或错开；只提示，不限制。"
    ),
    "effect_months": _known(
        "3", "典型经验前后比较的整月数", 1, 12, "采用前后各取这么多个整月的数据作比较；采用当月不计，月份不足的不比较。"
    ),
    "spread_min": _known(
        "3", "算作推广的采用组织数", 1, 20, "已定型的典型经验有这么多个其他组织继续采用，即为推广中。"
    ),
    "admit_full_on_expiry": Known(
        "1",
        "转正时间从预备期满之日算起",
        Decimal(0),
        Decimal(1),
        "是：预备党员转正的时间为预备期满之日；否：为支部党员大会通过转正之日。",
        kind=SWITCH,
    ),
    "admitted_by_work_committee": Known(
        "0",
        "由机关工委预审和审批",
        Decimal(0),
        Decimal(1),
        "是：预审、审批预备党员和转正登记工委批复的日期和文号；否：由本机关党委办理，以会议记录为准。",
        kind=SWITCH,
    ),
    "dues_day": _known(
        "31", "每月收缴党费的最后一天", 1, 31, "一个月的党费到这一天交齐，再晚是补交；没有这一天的月份，到月末。"
    ),
    "dues_day_per_month": _known(
        "0",
        "每月固定日收缴党费次数",
        0,
        1,
        "每个收缴党费的党支部每月应集中收缴一次，哪一天由支部定，改天收缴不算错；0 为不要求。",
    ),
    "dues_rounding": Known(
        "0.01",
        "月交数额的取整单位（元）",
        Decimal("0.01"),
        Decimal(1),
        "按比例算出的月交数额取整到这个单位，四舍五入：0.01 到分，0.1 到角，1 到元。",
    ),
    "letter_days": _known(
        "90",
        "组织关系介绍信的有效天数",
        1,
        365,
        "介绍信开出之后这么多天没有接收回执，列为过期；只提示，不影响组织关系。",
    ),
    "pledge_items_least": _known("2", "每名党员年度承诺最少项数", 1, 5, "每名党员一年的承诺不少于这么多项。"),
    "pledge_items_most": _known("5", "每名党员年度承诺最多项数", 1, 10, "每名党员一年的承诺不多于这么多项。"),
    "pledge_due": _due(
        "131",
        "承诺的公开时限",
        "一年的承诺应当到这一天公开；之后入党、转入的，加入后 30 天内公开，第四季度加入的当年不作。",
    ),
    "care_answer_days": _known(
        "30", "住院、受灾等事由发生后走访的天数", 1, 180, "住院、受灾、丧亲等登记以后，应当在这么多天内走访或谈心。"
    ),
    "care_july1": Known(
        "0",
        "“七一”前走访慰问",
        Decimal(0),
        Decimal(1),
        "是：生活困难党员、老党员、老干部在“七一”前另走访一次；否：只在元旦春节走访。",
        kind=SWITCH,
    ),
    "birthday_day": _known(
        "0", "政治生日的提示", 0, 2, "0 不提示，1 按入党日期提示，2 按转正日期提示；只提示，不是义务。"
    ),
    "keep_years_transferred": _years("2", "转出后"),
    "keep_years_left": _years("2", "出党后"),
    "keep_years_deceased": _years("1", "去世后"),
    "appointment_backdate_days": _known(
        "30", "任职起最多可早于登记当天的天数", 0, 3650, "防止事后任命：任职起不能早于登记当天这么多天。", ACCOUNTS
    ),
}


def number(key: str, day: date | None = None) -> Decimal:
    """Return the setting `key` in force on `day` (default today) as a Decimal. Raises KeyError for an unknown key."""
    known, day = KNOWN[key], day or clock.today()
    if _read.get() is not None:
        return at(timeline(key), day)
    row = Setting.objects.filter(key=key, valid_from__lte=day).order_by("-valid_from").first()
    return Decimal(row.value if row else known.default)


def whole(key: str, day: date | None = None) -> int:
    """Return the setting as an int."""
    return int(number(key, day))


def timeline(key: str) -> Timeline:
    """Return [(valid_from, Decimal)] of a key, newest first; the default closes the list with None as its date."""
    return timelines([key])[key]


def timelines(keys: Iterable[str]) -> dict[str, Timeline]:
    """Return {key: timeline} of several keys in one statement."""
    keys = list(keys)
    return gathered(keys, rows_of(keys))


class _Read:
    """All settings as they were read inside one `read_once`, None before anybody asked."""

    rows: list[tuple[str, date, str]] | None = None


_read: ContextVar[_Read | None] = ContextVar("settings_read_once", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Inside, what is asked of settings comes from one reading of all of them, for whatever judges several things by them.

    Nothing is set inside. Every page is read in one (branches/frame/middleware.py).
    """
    token = _read.set(_read.get() or _Read())
    try:
        yield
    finally:
        _read.reset(token)


def rows_of(keys: Collection[str]) -> list[tuple[str, date, str]]:
    """Return [(key, valid_from, value as text)] of these keys, newest first."""
    rows = Setting.objects.order_by("-valid_from").values_list("key", "valid_from", "value")
    kept = _read.get()
    if kept is None:
        return list(rows.filter(key__in=keys))
    if kept.rows is None:
        kept.rows = list(rows)
    return [row for row in kept.rows if row[0] in keys]


def gathered(keys: Iterable[str], rows: Iterable[tuple[str, date, str]]) -> dict[str, Timeline]:
    """Return {key: timeline} of rows (key, valid_from, value), newest first, each closed by the default of its key."""
    lines: dict[str, Timeline] = {key: [] for key in keys}
    for key, day, value in rows:
        lines[key].append((day, Decimal(value)))
    return {key: [*line, (None, Decimal(KNOWN[key].default))] for key, line in lines.items()}


def at(line: Timeline, day: date) -> Decimal:
    """Return the value of a `timeline` on `day`."""
    return next(value for start, value in line if start is None or start <= day)


def with_value(line: Timeline, since: date, value: Decimal) -> Timeline:
    """Return a timeline with a value from a day on, until what begins later."""
    later = [(day, one) for day, one in line if day is not None and day > since]
    return [*later, (since, value), *[(day, one) for day, one in line if day is None or day < since]]

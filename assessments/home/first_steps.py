"""The first steps of an installation: each is one row, and knows by the figures whether it is done.

To add a step: a row of STEPS (what it is, why, who may, where it leads) and a function that tells its state and what came in.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from assessments.home.selectors.start_figures import Figures, SystemFigures
from branches.reach.rights import APPOINT, ASSIGN, IMPORT, MEMBERS, SET_RULES

DONE, BEGUN, OPEN = "done", "begun", "open"


@dataclass(frozen=True)
class Part:
    """A piece of a note; with url (name of a page) and query a link. own: only for whoever may take the step."""

    text: str
    url: str = ""
    query: str = ""
    own: bool = False


@dataclass(frozen=True)
class State:
    """How far a step is: DONE, BEGUN or OPEN; what came in, and what of it is missing; word: in place of the chip's.

    act: what is to be done next and where, in place of the step's own.
    """

    state: str
    note: tuple[Part, ...] = ()
    word: str = ""
    act: Part | None = None


@dataclass(frozen=True)
class Step:
    """One step. why: what it is for, said until something came in. right: who may take it; else: who is asked instead.

    needs: keys of the steps that come before it. optional: nothing waits for it, and it is not the next one.
    """

    key: str
    title: str
    why: str
    judge: Callable[[Figures], State]
    right: str
    url: str
    query: str = ""
    action: str = "导入"
    icon: str = "upload"
    asked: str = ""
    needs: tuple[str, ...] = ()
    optional: bool = False


def _organisations(figures: Figures) -> State:
    if not figures.branches:
        return State(OPEN)
    note = [
        Part(f"{figures.organisations} 个党组织", "organisation_list"),
        Part("，"),
        Part(f"{figures.departments} 个处室", "organisation_departments"),
    ]
    if figures.uncovered:
        note += [
            Part(f"，{len(figures.uncovered)} 个处室没有党组织覆盖：{_named(figures.uncovered)}　"),
            Part("去设置", "organisation_departments"),
        ]
    return State(DONE, tuple(note))


def _members(figures: Figures) -> State:
    if not figures.members:
        return State(OPEN)
    new = f"，其中预备党员 {figures.probationary} 名" if figures.probationary else ""
    return State(DONE, (Part(f"{figures.members} 名党员", "member_list"), Part(new)))


def _start(figures: Figures) -> State:
    if figures.start is None:
        return State(OPEN)
    note = f"{figures.start:%Y-%m-%d} 起计算义务和得分；以前的记录只供查阅，不判逾期　"
    return State(DONE, (Part(note), Part("改日期", "setting_start", own=True)))


def _records(figures: Figures) -> State:
    if not figures.records:
        return State(OPEN)
    busy = figures.waiting > 0 or figures.age is None
    tail = "，正在汇总对应的义务；可以先做下面的步骤" if busy else "，已经对应到义务"
    return State(DONE, (Part(f"{figures.records} 条记录", "activity_list"), Part(tail)), "正在汇总" if busy else "")


def _secretaries(figures: Figures) -> State:
    if not figures.led:
        return State(OPEN)
    if not figures.leaderless:
        return State(DONE, (Part(f"{figures.led} 个党支部都有书记", "appointment_list"),))
    note = f"{_named(figures.leaderless)}还没有任命书记"
    if figures.unknown:
        note += f"，其中 {len(figures.unknown)} 个在党员台账里也没有登记书记"
    return State(BEGUN, (Part(note),), f"{figures.led} / {figures.branches} 个")


def _accounts(figures: Figures) -> State:
    if not figures.with_account:
        return State(OPEN)
    note = (Part(f"{figures.with_account} 名党员已有账号", "slip_list"),)
    if figures.with_account >= figures.members:
        return State(DONE, note)
    return State(BEGUN, (*note, Part("，其余由各支部书记建立")), f"{figures.with_account} / {figures.members} 名")


def _work(figures: Figures) -> State:
    return State(DONE, (Part(f"{figures.work} 项重点业务", "sync_board"),)) if figures.work else State(OPEN)


def _duties(figures: Figures) -> State:
    if figures.lists:
        drafts = f"，另有 {figures.drafts} 份草稿" if figures.drafts else ""
        return State(DONE, (Part(f"已下达 {figures.lists} 份", "duty_lists"), Part(drafts)))
    if figures.drafts:
        return State(
            BEGUN,
            (Part(f"{figures.drafts} 份草稿", "duty_lists"), Part("，核对后下达")),
            "待下达",
            Part("核对下达", "duty_lists", "?state=draft"),
        )
    return State(OPEN)


def _named(names: Collection[str], most: int = 3) -> str:
    shown = "、".join(list(names)[:most])
    return shown if len(names) <= most else f"{shown}等 {len(names)} 个"


STEPS = (
    Step(
        "organisations",
        "导入党组织和处室",
        "有了组织，才谈得上义务、权限和统计；可以先下载右边的空表填写",
        _organisations,
        IMPORT,
        "import_start",
        "#id_organisations",
    ),
    Step(
        "members",
        "导入党员",
        "有了名册，考勤自动列出应到人员；身份证号加密保存",
        _members,
        IMPORT,
        "import_start",
        "#id_members",
        needs=("organisations",),
    ),
    Step(
        "start",
        "确定启用日期",
        "从这一天起计算义务、逾期和得分；没有确定以前，已经过去的都会显示为逾期",
        _start,
        SET_RULES,
        "setting_start",
        action="确定日期",
        icon="calendar-check",
        asked="请机关党委书记确定",
    ),
    Step(
        "records",
        "导入活动台账",
        "原有的台账可以直接导入；没有的不必补，从启用日期起由支部登记",
        _records,
        IMPORT,
        "import_start",
        "#id_activities",
        needs=("organisations", "members"),
        optional=True,
    ),
    Step(
        "secretaries",
        "任命书记并发放账号",
        "书记用自己的账号登记活动；按名册登记的书记一次任命、建立账号，打印口令条当面交付",
        _secretaries,
        APPOINT,
        "slip_secretaries",
        action="任命书记",
        icon="user-check",
        asked="请机关党委书记任命",
        needs=("organisations",),
    ),
    Step(
        "accounts",
        "党员账号",
        "党员用自己的账号查看本人档案；由各支部书记建立、打印口令条，也可以暂不建立",
        _accounts,
        MEMBERS,
        "slip_members",
        action="建立账号",
        icon="key",
        needs=("members", "secretaries"),
        optional=True,
    ),
    Step(
        "work",
        "导入年度重点业务",
        "没有重点业务，四同步不出现，也不计分；可以先导计划，日期以后补",
        _work,
        ASSIGN,
        "work_import",
        needs=("organisations",),
        optional=True,
    ),
    Step(
        "duties",
        "印发责任清单",
        "从模板生成各级清单；印发前可以增减",
        _duties,
        ASSIGN,
        "duty_list_make",
        action="生成草稿",
        icon="list-check",
        needs=("organisations", "members"),
        optional=True,
    ),
)


@dataclass(frozen=True)
class Line:
    """A step as the page shows it. look: done, now or ""; chip: key of its look; number: of its place."""

    step: Step
    number: int
    state: State
    look: str
    chip: str
    word: str
    may: bool
    blocked: str

    @property
    def act(self) -> Part:
        return self.state.act or Part(self.step.action, self.step.url, self.step.query)

    @property
    def note(self) -> tuple[Part, ...]:
        said = tuple(part for part in self.state.note if self.may or not part.own)
        return said or (Part(self.blocked or self.step.why),)


_CHIPS = {DONE: "met", BEGUN: "due_soon", OPEN: "not_due"}


def lines(figures: Figures, rights: Collection[str]) -> list[Line]:
    """Return the Lines of the steps; rights: those that whoever looks holds."""
    states = {step.key: step.judge(figures) for step in STEPS}
    titles = {step.key: step.title for step in STEPS}

    def missing(step: Step) -> list[str]:
        return [titles[key] for key in step.needs if states[key].state == OPEN]

    ready = [step for step in STEPS if states[step.key].state != DONE and not missing(step)]
    now = next((step for step in ready if not step.optional), next(iter(ready), None))
    found = []
    for number, step in enumerate(STEPS, start=1):
        state, first = states[step.key], missing(step)
        busy = state.state == DONE and state.word
        found.append(
            Line(
                step,
                number,
                state,
                "done" if state.state == DONE else "now" if step is now else "",
                "submitted" if busy else _CHIPS[state.state],
                state.word or ("未开始" if state.state == OPEN else ""),
                step.right in rights and not first,
                f"先做：{'、'.join(first)}" if first and state.state == OPEN else "",
            )
        )
    return found


def headline(found: Collection[Line], *, young: bool) -> tuple[str, str]:
    """Return (title, sub) of the page; young: the start page waits for these steps still."""
    done = sum(line.look == "done" for line in found)
    left = len(found) - done
    if not left:
        return "启用步骤都做完了", "首页已换成总览；以后有变动，从各自的页面办理"
    sub = f"{len(found)} 步做完 {done} 步"
    secretaries = next(line for line in found if line.step.key == "secretaries")
    if secretaries.state.state == OPEN:
        sub += f"；做到第 {secretaries.number} 步，书记就可以登录记活动"
    if not young:
        # The start page lists duties and points already: what is left goes on beside it.
        return f"还有 {left} 步没有做", f"{sub}，首页已换成总览"
    return f"还有 {left} 步，就能按月列出各支部的义务和得分", sub


def system_lines(figures: SystemFigures) -> list[dict[str, Any]]:
    """Return the administrator's own steps, as items of the component c-steps."""
    steps = [
        (
            "建立党组和机关党委",
            figures.root,
            "已建立"
            if figures.root
            else "由服务器操作员在服务器上运行：manage.py begin，按提示填写党组、机关党委的全称和书记、审计员的姓名",
            None,
        ),
        (
            "建立第一个机关党委书记账号",
            bool(figures.secretaries),
            "、".join(figures.secretaries)
            or (
                "由服务器操作员建立：manage.py create_account 账号 --name 姓名 --role committee_secretary --at 组织树顶端的党组"
                if figures.root
                else "与上一步是同一条命令，给出他的用户名和一次性口令；其余党组织由他登录后用空表导入"
            ),
            None,
        ),
        (
            "建立安全审计员账号",
            figures.auditors > 0,
            f"{figures.auditors} 个"
            if figures.auditors
            else "由服务器操作员建立：manage.py create_account 账号 --name 姓名 --role security_auditor"
            if figures.root
            else "与第一步是同一条命令；那时没有填写的，以后另行建立",
            None,
        ),
        (
            "为党务干部建立账号",
            figures.staff > 0,
            f"已建立 {figures.staff} 个；任命由机关党委书记办理，任命后您发的口令作废；书记和党员的账号不需要您建立",
            "account_new",
        ),
    ]
    now = next((number for number, step in enumerate(steps) if not step[1]), None)
    return [
        {
            "title": title,
            "note": note,
            "state": "done" if done else "now" if number == now else "",
            **({"action": "新建账号", "url": reverse(page)} if page and figures.root else {}),
        }
        for number, (title, done, note, page) in enumerate(steps)
    ]

"""A year of the standing world told through the services: every subject in several states, at more than one organisation.

Whoever forgets a condition touches or shows what belongs to somebody else: each thing has a neighbour that differs in one
respect. tests/told/test_as_read.py reads the pages afterwards.
"""

from datetime import date, timedelta

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.facts.fill import fill
from assessments.hearing.services import assessment_freeze
from assessments.reports.builder import Head
from assessments.reports.services import assessment_publish
from assessments.results.services import assessment_trial
from branches.access.services.accounts import account_create, account_lock
from branches.access.services.appointments import appointment_end, appointment_make
from branches.access.services.resets import reset_ask, reset_confirm, reset_refuse
from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.services import feedback_send, notices_read
from branches.places.services.departments import coverage_end, coverage_set, department_close, department_create
from branches.places.services.organisations import organisation_create, organisation_update
from branches.places.services.terms import term_close, term_set
from branches.settings.services import setting_set
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import ActivityHost, Resolution
from members.activities.selectors.rosters import expected
from members.activities.services.attachments import attachment_add, attachment_remove
from members.activities.services.hosts import host_confirm
from members.activities.services.records import RecordData, activity_create
from members.activities.services.resolutions import resolution_done
from members.activities.services.states import (
    activity_accept,
    activity_cancel,
    activity_record,
    activity_return,
    activity_withdraw,
)
from members.organisations.archiving import organisation_archive
from members.roster.models.links import LinkProposal
from members.roster.models.members import Member
from members.roster.services.accounts import link_confirm, link_propose
from members.roster.services.members import member_create, member_transfer, member_update, post_end, post_give
from responsibilities.collects.models import Collect, FieldKind
from responsibilities.collects.selectors.known_figures import CATALOGUE as KNOWN
from responsibilities.collects.services.answers import collect_answer, collect_return
from responsibilities.collects.services.collects import (
    FieldData,
    collect_close,
    collect_discard,
    collect_remind,
    collect_save,
    collect_send,
)
from responsibilities.duties.models import Duty, DutyList, DutyReport
from responsibilities.duties.services.duties import duty_add, duty_change, duty_drop
from responsibilities.duties.services.lists import duty_list_note, duty_lists_issue, duty_lists_make
from responsibilities.duties.services.notes import duty_lists_remind
from responsibilities.duties.services.portfolios import portfolio_end, portfolio_make
from responsibilities.duties.services.reports import duty_remind, duty_report, duty_report_accept, duty_report_return
from responsibilities.requirements.exemptions import exemption_revoke, requirement_exempt
from responsibilities.requirements.selectors import requirements
from responsibilities.requirements.services import requirement_explain, requirement_remind
from responsibilities.supervision.models import Supervision
from responsibilities.supervision.services.escalation import supervisions_escalate
from responsibilities.supervision.services.notices import (
    supervision_accept,
    supervision_close,
    supervision_issue,
    supervision_prolong,
    supervision_reply,
    supervision_return,
)
from responsibilities.supervision.services.problems import problem_done, problems_write
from responsibilities.work.models import WorkItem, WorkKind
from responsibilities.work.services.evidence import (
    evidence_confirm,
    evidence_link,
    evidence_paper,
    evidence_remove,
    evidence_return,
    evidence_withdraw,
)
from responsibilities.work.services.items import WorkData, work_create, work_stop, work_update
from responsibilities.work.services.stages import MilestoneData, StageData, stage_update, stage_waive
from tests.assessments.hearing.support import heard
from tests.responsibilities.duties.world import DOCUMENT, duty, line
from tests.told.clock import YEAR, moment, on
from tests.told.moves import moves

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def tell(world):
    """Let the year happen. Rows of all subjects come into being, through the services that pages use."""
    world.began = AuditEntry.objects.latest("pk").pk
    ChangeMark.objects.all().delete()
    parts = (_places, _people, _accounts, _records, _work, _duties, _owed, _supervision, _collects, moves, _results)
    for part in parts:
        part(world)
    world.marks = list(ChangeMark.objects.order_by("pk").select_related("organisation"))
    _name(world)
    fill()


def _name(w):
    """Give names to what the pages are opened by."""
    w.first_a, w.fourth_a = w.people("branch_a")[0], w.people("branch_a")[3]
    w.guest = Member.objects.get(name="乙四")
    w.fifth_a, w.second_b, w.last_c = w.people("branch_a")[4], w.people("branch_b")[1], w.people("branch_c")[-1]
    w.arrangement, w.implementation = (w.item.stages.get(stage=kind) for kind in ("arrangement", "implementation"))
    w.promise_b = duty("br-promise", year=YEAR, organisation=w.branch_b)
    w.theme_duty_a = duty("br-theme", year=YEAR, organisation=w.branch_a)
    w.answered, w.unclear = (Supervision.objects.get(title=title) for title in ("补记录", "说明不清"))
    w.asked, w.over, w.unsent = (Collect.objects.get(title=title) for title in ("志愿服务", "已经结束的", "还没发出的"))
    w.result_a, w.result_b = (w.trial.results.get(organisation=place) for place in (w.branch_a, w.branch_b))


def _places(w):
    with on(1, 12):
        term_set(by=w.staff, organisation=w.branch_a, starts=date(2023, 5, 1), expires=date(YEAR, 5, 1))
        term_set(by=w.staff, organisation=w.branch_b, starts=date(2024, 1, 10), expires=date(2027, 1, 10))
        term_set(by=w.staff, organisation=w.branch_c, starts=date(2025, 6, 1), expires=date(2028, 6, 1))
        w.office, w.energy, gone = (department_create(by=w.staff, name=name) for name in ("综合处", "能源处", "旧处室"))
        coverage_set(by=w.staff, department=w.office, organisation=w.branch_a, starts=date(YEAR, 1, 1))
        coverage_set(by=w.staff, department=w.energy, organisation=w.branch_b, starts=date(YEAR, 1, 1))
        coverage_set(by=w.staff, department=gone, organisation=w.branch_b, starts=date(YEAR, 1, 1))
    with on(4, 20):
        term_close(by=w.staff, organisation=w.branch_a, on=date(YEAR, 4, 18), next_expires=date(2029, 4, 18))
        coverage_end(by=w.staff, department=gone, ends=date(YEAR, 4, 1))
        department_close(by=w.staff, department=gone)
        w.extra = extra = organisation_create(
            by=w.staff, parent=w.committee, kind="branch", name="临时项目支部委员会", short_name="临时项目党支部"
        )
    with on(9, 2):
        organisation_archive(by=w.staff, organisation=extra, version=extra.version)
        w.branch_c.refresh_from_db()
        organisation_update(by=w.staff, organisation=w.branch_c, version=w.branch_c.version, short_name="丙中心支部")
        setting_set(by=w.committee_secretary, key="grace_days", value="9")
        setting_set(by=w.committee_secretary, key="due_soon_days", value="6")


def _people(w):
    with on(3, 2):
        guest = member_create(
            by=w.secretary_b, branch=w.branch_b, name="乙四", sex="女", stage="full", joined_on=date(2012, 7, 1)
        )
        member_update(by=w.secretary_b, member=guest, version=guest.version, remark="借调")
    with on(6, 15):
        member_transfer(by=w.staff, member=guest, branch=w.branch_c, on=date(YEAR, 6, 10), reason="调动")
        post = post_give(by=w.staff, member=w.people("branch_a")[3], organisation=w.branch_a, kind="discipline")
        post_give(by=w.staff, member=w.people("branch_b")[1], organisation=w.branch_b, kind="publicity")
    with on(10, 9):
        post_end(by=w.secretary_a, post=post)


def _accounts(w):
    with on(2, 3):
        for place, who in (("branch_a", "secretary_a"), ("branch_b", "leader")):
            member = w.people(place)[0]
            link_propose(by=OPERATOR, member=member, username=who)
            link_confirm(by=w.user(who), proposal=LinkProposal.objects.get(member=member))
        link_propose(by=w.secretary_b, member=w.people("branch_b")[1], username="outsider")
        second, _ = account_create(by=w.administrator, username="zhou", name="周某")
        appointment_make(by=w.committee_secretary, user=second, role="branch_officer", organisation=w.branch_a)
    with on(8, 20):
        post = second.appointments.get()
        appointment_end(by=w.committee_secretary, appointment=post, successor=w.officer_a, reason="调离")
        account_lock(by=w.administrator, user=second, active=False)
        first = reset_ask(by=w.administrator, owner=w.officer_a, reason="忘记口令")
        reset_confirm(by=w.secretary_a, reset=first)
        refused = reset_ask(by=w.administrator, owner=w.secretary_b, reason="来电称忘记")
        reset_refuse(by=w.committee_secretary, reset=refused, reason="本人并未申请")
    with on(11, 23):
        reset_ask(by=w.administrator, owner=w.secretary_c, reason="换了手机")
        notices_read(by=w.secretary_b)
        feedback_send(by=w.secretary_a, text="列表希望能记住筛选", page="/activities/")


def _held(w, place, by, kind, day, *, title, absent=(), accept=None, **more):
    """Record an activity on its day and submit it; accept: by whom, three days later."""
    data = {member.pk: ("present", "") for member in expected(place, [kind], day)}
    data |= {member.pk: (state, "外出") for member, state in absent}
    with on(day.month, day.day, 18):
        record = activity_record(
            by=by,
            organisation=place,
            data=RecordData(kinds=[kind], day=day, title=title, content=f"{title}的内容", attendance=data, **more),
        )
    if accept is not None:
        with time_machine.travel(moment(day + timedelta(days=3), 9), tick=False):
            record = activity_accept(by=accept, activity=record)
    return record


def _records(w):
    a, b, c = w.branch_a, w.branch_b, w.branch_c
    people = w.people("branch_a")
    w.study = _held(
        w, a, w.secretary_a, "assembly", date(YEAR, 3, 12), title="学习全会精神", accept=w.staff, chair=people[0],
        absent=[(people[4], "leave"), (people[3], "leave")], recorder_name="甲二",
        resolutions=[("更新公示栏", people[1], date(YEAR, 3, 30)), ("联系社区", people[2], date(YEAR, 12, 5)), ("通过", None, None)],
    )  # fmt: skip
    # As records of before said it of whom no roster frees.
    w.study.attendance.filter(member=people[3]).update(state="exempt")
    w.theme = _held(w, a, w.secretary_a, "theme_day", date(YEAR, 9, 10), title="植树", accept=w.staff)
    w.late = _held(w, a, w.secretary_a, "committee_meeting", date(YEAR, 5, 6), title="研究发展党员")
    w.lecture = _held(w, a, w.secretary_a, "lecture", date(YEAR, 11, 5), title="书记讲党课", lecturer_name="甲一")
    w.group = _held(w, w.group_a1, w.leader_a1, "group_meeting", date(YEAR, 11, 11), title="小组学习")
    w.other = _held(w, b, w.secretary_b, "theme_day", date(YEAR, 9, 17), title="参观展览", accept=w.staff,
                    resolutions=[("整理资料", w.people("branch_b")[1], date(YEAR, 10, 8))])  # fmt: skip
    w.few = _held(
        w, b, w.secretary_b, "assembly", date(YEAR, 8, 20), title="人数不足的大会",
        absent=[(member, "absent") for member in w.people("branch_b")[1:]],
    )  # fmt: skip
    _held(w, c, w.secretary_c, "assembly", date(YEAR, 2, 26), title="丙中心大会", accept=w.general_secretary)
    _held(w, b, w.secretary_b, "training", date(YEAR, 9, 24), title="乙处集中培训", accept=w.staff)
    w.visit = _held(w, a, w.secretary_a, "visit", date(YEAR, 8, 19), title="走访电厂")
    w.joint = joint = _held(w, a, w.secretary_a, "theme_day", date(YEAR, 10, 15), title="联合义务劳动", hosts=[b, c])
    with on(10, 20):
        host = ActivityHost.objects.get(activity=joint, organisation=b)
        host_confirm(by=w.secretary_b, host=host, attendance={m.pk: ("present", "") for m in w.people("branch_b")})
        back = activity_return(by=w.staff, activity=w.late, reason="请补充表决情况")
        resolution_done(
            by=w.secretary_a, resolution=Resolution.objects.get(text="更新公示栏"), done_on=date(YEAR, 4, 2)
        )
        gone = _held(w, b, w.secretary_b, "lecture", date(YEAR, 10, 12), title="撤回的党课")
        activity_withdraw(by=w.secretary_b, activity=gone)
        plan = RecordData(kinds=["theme_day"], day=date(YEAR, 10, 30), title="取消的安排")
        plan = activity_create(by=w.secretary_b, organisation=b, data=plan)
        activity_cancel(by=w.secretary_b, activity=plan, reason="场地不可用")
    with on(11, 20):
        unfinished = activity_create(
            by=w.secretary_a, organisation=a, data=RecordData(kinds=["talk"], day=date(YEAR, 11, 19), title="还没写完")
        )
        for name in ("签到表.pdf", "讲稿.pdf"):
            file = attachment_add(by=w.secretary_a, activity=unfinished, file=SimpleUploadedFile(name, PDF))
        attachment_remove(by=w.secretary_a, attachment=file)
        activity_create(
            by=w.secretary_b,
            organisation=b,
            data=RecordData(kinds=["theme_day"], day=date(YEAR, 12, 3), title="十二月的计划"),
        )
    w.returned = back


def _dated(item, kind, day, milestones=()):
    stage = item.stages.get(stage=kind)
    rows = [MilestoneData(None, *row) for row in milestones]
    return stage_update(by=OPERATOR, stage=stage, data=StageData(stage.planned_on, day, "会议纪要", rows))


def _linked(w, second):
    """Links and papers, some confirmed, returned, withdrawn; returns one that was linked wrongly."""
    own = evidence_link(by=w.secretary_a, stage=w.item.stages.get(stage="study"), activity=w.study,
                        sentence="会上研究了保供分工，甲二牵头")  # fmt: skip
    evidence_confirm(by=w.staff, evidence=own)
    part = w.item.stages.get(stage="implementation").milestones.first()
    row = evidence_link(by=w.secretary_b, stage=part.stage, activity=w.other, milestone=part,
                        sentence="党员到电厂帮助检修，保住夏峰")  # fmt: skip
    evidence_confirm(by=w.committee_secretary, evidence=row)
    wrong = evidence_link(by=w.secretary_b, stage=second.stages.get(stage="study"), activity=w.other,
                          sentence="参观时讨论了数据共享的打算")  # fmt: skip
    evidence_link(by=w.secretary_b, stage=second.stages.get(stage="arrangement"), activity=w.other,
                  sentence="参观后安排了数据共享的分工")  # fmt: skip
    taken = evidence_link(by=w.secretary_b, stage=second.stages.get(stage="implementation"), activity=w.other,
                          sentence="参观后实施了数据共享的试点")  # fmt: skip
    evidence_withdraw(by=w.secretary_b, evidence=taken)
    evidence_link(by=w.secretary_a, stage=part.stage, activity=w.visit, sentence="走访电厂，督促存煤到位")
    winter = part.stage.milestones.last()
    papers = []
    for title, stage, part in (("保供工作方案", "arrangement", None), ("巡查照片", "implementation", winter)):
        papers.append(
            evidence_paper(by=w.staff, stage=w.item.stages.get(stage=stage), title=title, day=date(YEAR, 4, 9),
                           file=SimpleUploadedFile("方案.pdf", PDF), milestone=part, sentence=f"{title}写明保供的分工和时限")
        )  # fmt: skip
    evidence_confirm(by=w.committee_secretary, evidence=papers[0])
    evidence_return(by=w.committee_secretary, evidence=papers[1], reason="照片看不出内容")
    return wrong


def _work(w):
    def made(name, carriers, **more):
        values = {"kind": WorkKind.CITY, "starts": date(YEAR, 1, 5), "ends": date(YEAR, 12, 20), "leader": w.leader}
        return work_create(
            by=w.staff, organisation=w.committee, data=WorkData(name=name, carriers=carriers, **values | more)
        )

    with on(1, 15):
        w.item = made("能源保供", [w.branch_a, w.branch_b], lead=w.energy, source="市政府工作报告",
                      planned={"study": date(YEAR, 3, 10), "assessment": date(YEAR, 12, 1)})  # fmt: skip
        second = made("数据共享", [w.branch_b], kind=WorkKind.AGENCY, planned={"study": date(YEAR, 6, 1)})
        stopped = made("旧改试点", [w.branch_c], leader=None)
        made("明年准备", [w.branch_a], starts=date(YEAR, 10, 1), ends=date(YEAR + 1, 6, 30))
    with on(10, 22):
        _dated(w.item, "study", date(YEAR, 3, 10))
        _dated(w.item, "arrangement", date(YEAR, 4, 8))
        _dated(
            w.item,
            "implementation",
            None,
            [("迎峰度夏", date(YEAR, 6, 1), date(YEAR, 8, 18)), ("迎峰度冬", date(YEAR, 11, 1), None)],
        )
        _dated(second, "study", date(YEAR, 8, 25))
        _dated(second, "arrangement", date(YEAR, 10, 10))
        wrong = _linked(w, second)
        activity_return(by=w.staff, activity=w.visit, reason="请补照片")
        stage_waive(by=w.staff, stage=w.item.stages.get(stage="assessment"), reason="并入年度考核")
    with on(10, 30):
        evidence_remove(by=w.secretary_b, evidence=wrong, reason="关联错了")
        work_stop(by=w.staff, item=stopped, reason="任务取消")
        second.refresh_from_db()
        data = WorkData(name="数据共享攻坚", kind=second.kind, starts=second.starts, ends=second.ends, leader=w.leader,
                        carriers=[w.branch_b, w.branch_c], planned={"study": date(YEAR, 6, 1)})  # fmt: skip
        work_update(by=w.staff, item=second, data=data, version=second.version)
        # Closed stages count on the last one's days, whichever stage changed.
        _dated(second, "implementation", date(YEAR, 10, 20))
        _dated(second, "assessment", date(YEAR, 10, 28))
        _dated(second, "arrangement", date(YEAR, 10, 11))


def _duties(w):
    with on(2, 10) as day:
        duty_lists_make(by=OPERATOR, year=YEAR, levels=["party_group", "committee", "leader", "branch", "member"])
        duty_lists_make(by=OPERATOR, year=YEAR - 1, levels=["committee", "branch"])
        # Of lists made before commitments were kept here: it is reported in words.
        Duty.objects.filter(key="br-promise").update(source="")
        before = list(DutyList.objects.filter(year=YEAR - 1))
        duty_lists_issue(by=OPERATOR, lists=before, document=DOCUMENT, issued_on=date(YEAR, 1, 8))
        lists = DutyList.objects.filter(year=YEAR).exclude(level="party_group")
        duty_lists_issue(by=OPERATOR, lists=list(lists), document=DOCUMENT, issued_on=day)
        portfolio_make(by=w.staff, organisation=w.root, leader=w.leader, department=w.energy)
        portfolio_make(by=w.staff, organisation=w.root, leader=w.leader, contact=w.branch_a)
        row = portfolio_make(by=w.staff, organisation=w.root, leader=w.leader, department=w.office)
    with on(3, 3):
        duty_list_note(
            by=w.secretary_a, duty_list=DutyList.objects.get(year=YEAR, level="branch", organisation=w.branch_a)
        )
        own = DutyList.objects.get(year=YEAR, level="branch", organisation=w.branch_b)
        extra = duty_add(by=w.staff, duty_list=own, data=line(), reason="补充")
        duty_change(by=w.staff, duty=extra, data={"due": "06-20,12-20", "text": "改过的一项"}, reason="提前")
        due_soon = line(text="年底前谈一次", due="06-20,12-05")
        mine = DutyList.objects.get(year=YEAR, level="branch", organisation=w.branch_a)
        duty_add(by=w.staff, duty_list=mine, data=due_soon, reason="补充")
        w.halves = duty_add(by=w.staff, duty_list=mine, data=line(text="半年一议", due="06-20,12-31"), reason="补充")
        duty_drop(by=w.staff, duty=duty("br-promise", year=YEAR, organisation=w.branch_c), reason="合并")
    with on(10, 27):
        late = [duty(key, year=YEAR, organisation=w.branch_b) for key in ("br-theme", "br-meetings", "br-promise")]
        duty_remind(by=w.staff, duties=late)
    with on(3, 20):
        duty_lists_remind(by=w.staff, year=YEAR)
    with on(7, 8):
        portfolio_end(by=w.staff, portfolio=row)
        for place, by in ((w.branch_a, w.secretary_a), (w.branch_b, w.secretary_b)):
            duty_report(
                by=by, duty=duty("br-promise", year=YEAR, organisation=place), slot=str(YEAR), text="已经公布承诺"
            )
        duty_report(by=w.secretary_a, duty=w.halves, slot=f"{YEAR}H1", text="上半年已议")
        reports = {row.duty.list.organisation_id: row for row in DutyReport.objects.all()}
        duty_report_accept(by=w.staff, report=reports[w.branch_a.pk])
        duty_report_return(by=w.staff, report=reports[w.branch_b.pk], reason="请附名单")


def _owed(w):
    def row(place, rule, period):
        rows = requirements(Period.parse(period), organisations=[place.pk])
        return next(one for one in rows if one.rule == rule and one.organisation == place.pk)

    with on(10, 8):
        requirement_exempt(
            by=w.committee_secretary,
            organisation=w.branch_b,
            row=row(w.branch_b, "life-theme-day", f"{YEAR}-02"),
            reason="防汛值守",
        )
        again = requirement_exempt(
            by=w.committee_secretary,
            organisation=w.branch_b,
            row=row(w.branch_b, "life-theme-day", f"{YEAR}-03"),
            reason="登错",
        )
        exemption_revoke(by=w.committee_secretary, exemption=again, reason="值守已结束")
        requirement_explain(
            by=w.secretary_a,
            organisation=w.branch_a,
            row=row(w.branch_a, "life-theme-day", f"{YEAR}-08"),
            text="集中培训，下月补",
        )
        due = row(w.branch_c, "life-theme-day", f"{YEAR}-08")
        requirement_remind(by=w.staff, rows=[due], places={w.branch_c.pk: w.branch_c})


def _supervision(w):
    def issued(place, title, due, by=w.staff, **more):
        return supervision_issue(by=by, organisation=place, title=title, expected="请说明并补齐", due=due, **more)

    with on(9, 1):
        answered = issued(w.branch_a, "补记录", date(YEAR, 9, 20), problems=["缺签到", "缺议题"])
        issued(w.branch_b, "迟迟不办", date(YEAR, 9, 10))
        again = issued(w.branch_b, "说明不清", date(YEAR, 9, 12))
        closed = issued(w.branch_c, "撤回的", date(YEAR, 9, 15))
        issued(w.root, "联系支部", date(YEAR, 12, 20), holder=w.leader)
        issued(w.branch_c, "当天到期", date(YEAR, 11, 2))
        listed = issued(w.branch_b, "有清单的", date(YEAR, 12, 1), problems=["甲事", "乙事", "丙事"])
        rows = [(row, row.problem, "") for row in listed.problems.all()]
        rows[1] = (rows[1][0], "", "")
        problems_write(by=w.staff, supervision=listed, rows=[*rows, (None, "丁事", "换人办"), (None, "", "空行")])
        rows = [(row, "改写", "马上办") for row in listed.problems.all()]
        problems_write(by=w.secretary_b, supervision=listed, rows=[*rows, (None, "自己加的", "")])
        late = WorkItem.objects.get(name="数据共享攻坚").stages.get(stage="study")
        about = {"subject": "stage", "about": f"stage/{late.pk}", "about_name": "数据共享攻坚同步研究"}
        issued(w.branch_b, "补同步研究", date(YEAR, 12, 10), **about)
    with on(9, 8):
        supervision_reply(by=w.secretary_a, supervision=answered, text="已补齐", activity=w.study)
        rows = list(answered.problems.all())
        problems_write(
            by=w.secretary_a,
            supervision=answered,
            rows=[(rows[0], rows[0].problem, "补签"), (rows[1], rows[1].problem, "")],
        )
        supervision_accept(by=w.staff, supervision=answered)
        problem_done(by=w.secretary_a, problem=answered.problems.first(), done_on=date(YEAR, 9, 7))
        supervision_reply(by=w.secretary_b, supervision=again, text="正在办")
        supervision_return(by=w.staff, supervision=again, reason="没有说明原因")
        supervision_prolong(by=w.staff, supervision=again, due=date(YEAR, 12, 1), reason="等场地")
        supervision_close(by=w.staff, supervision=closed, reason="已查清")
    with on(11, 2) as day:
        supervisions_escalate(day)
    with on(11, 18):
        issued(w.branch_a, "核对名册", date(YEAR, 12, 5), by=w.discipline)


def _collects(w):
    def saved(title, due, places, fields):
        return collect_save(by=w.staff, title=title, purpose="年底汇总", due=due, fields=fields, targets=places)

    number, text = FieldData("志愿者人数"), FieldData("联系人", FieldKind.TEXT, required=False)
    with on(10, 12):
        first = saved(
            "志愿服务",
            date(YEAR, 10, 25),
            [w.branch_a, w.branch_b, w.branch_c],
            [FieldData("党员人数", figure="members"), number, text],
        )
        over = saved("已经结束的", date(YEAR, 10, 20), [w.branch_a, w.branch_b], [number])
        unsent = saved("改名之前", date(YEAR, 12, 20), [w.branch_a, w.branch_b], [text])
        collect_save(by=w.staff, title="还没发出的", purpose="年底汇总", due=date(YEAR, 12, 25), fields=[number],
                     targets=[w.branch_a], collect=unsent)  # fmt: skip
        collect_discard(by=w.staff, collect=saved("不要了的", date(YEAR, 12, 25), [w.branch_a], [number]))
        for collect in (first, over):
            collect_send(by=w.staff, collect=collect)
    with on(10, 14):
        for collect in (first, over):
            for who, place, value in ((w.secretary_a, w.branch_a, "12"), (w.secretary_b, w.branch_b, "3")):
                field = collect.fields.get(label="志愿者人数")
                collect_answer(by=who, target=collect.targets.get(organisation=place), given={field.pk: value})
        collect_return(by=w.staff, target=first.targets.get(organisation=w.branch_b), reason="与名册不符")
        collect_close(by=w.staff, collect=over)
    with on(10, 20):
        collect_remind(by=w.staff, collect=first)
        held = [FieldData(figure.label, figure=figure.key) for figure in (*KNOWN[:10], *KNOWN[-10:])]
        w.held = saved("系统都有的", date(YEAR, 12, 1), [w.branch_a, w.branch_b, w.branch_c], held)


def _results(w):
    with on(7, 20):
        second = assessment_trial(by=w.staff, period=Period.parse(f"{YEAR}Q2"))
        assessment_freeze(by=w.committee_secretary, assessment=heard(second))
        w.report = assessment_publish(by=w.party_secretary, assessment=second, head=Head(number=f"云测党〔{YEAR}〕3号"))
    with on(10, 21):
        w.trial = assessment_trial(by=w.staff, period=Period.parse(f"{YEAR}Q3"))

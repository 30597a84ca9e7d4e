"""The audit trail as people read it."""

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from branches.audit.models import AuditEntry, AuditSeal

# What the dotted verbs mean; a verb that is not here is shown as it is.
VERBS = {
    "activity.cancel": "取消计划",
    "member.account": "关联登录账号",
    "member.account_propose": "提出关联登录账号",
    "member.account_refuse": "谢绝关联登录账号",
    "activity.attach": "上传附件",
    "activity.detach": "删除附件",
    "activity.discard": "删除草稿",
    "activity.correct": "提交更正",
    "activity.correct_begin": "开始更正",
    "activity.correct_discard": "放弃更正",
    "activity.correct_update": "修改更正",
    "activity.host_confirm": "确认共同活动",
    "activity.nature": "更改方式和方面",
    "activity.import": "导入活动记录",
    "activity.review": "开始审核",
    "backup": "备份",
    "restore": "由备份恢复",
    "import": "导入台账",
    "import.assign": "指定台账列",
    "import.upload": "上传台账",
    "keys.rotate": "轮换加密密钥",
    "keys.index": "重建证件号码索引",
    "membership.correct": "更正组织关系",
    "report.export": "导出报告",
    "report.draft_head": "选定报告文种",
    "report.draft_words": "修改报告文字",
    "report.draft_refresh": "报告重新取数",
    "cadre.export": "导出工作实绩",
    "requirement.export": "导出义务清单",
    "dashboard.export": "导出总览",
    "score.export": "导出考核得分",
    "import.errors_export": "导出导入错误",
    "activity.export": "导出活动记录",
    "assessment.trial": "试算",
    "assessment.send": "送支部",
    "assessment.freeze": "冻结结果",
    "result.confirm": "确认考核结果",
    "objection.make": "提出异议",
    "objection.withdraw": "撤回异议",
    "objection.draft": "拟答复",
    "objection.return": "退回答复",
    "objection.answer": "答复异议",
    "assessment.unfreeze": "解除冻结",
    "assessment.publish": "发布报告",
    "entry.make": "登记加分、调整或否决",
    "entry.self": "填写自评",
    "entry.approved": "审定加分、调整或否决",
    "entry.declined": "不采纳加分、调整或否决",
    "entry.withdrawn": "撤回加分、调整或否决",
    "scheme.draft": "新建考核方案草稿",
    "scheme.change": "修改考核方案草稿",
    "scheme.simulate": "试算考核方案",
    "scheme.discard": "删除考核方案草稿",
    "scheme.propose": "报送考核方案",
    "scheme.return": "退回考核方案",
    "scheme.approve": "批准考核方案",
    "requirement.exempt": "同意免予",
    "requirement.exempt_revoke": "撤销免予",
    "requirement.explain": "说明义务",
    "requirement.remind": "提醒",
    "supervision.accept": "督查回复通过",
    "supervision.close": "督查销号",
    "supervision.draft": "起草督查",
    "supervision.draft_drop": "删去督查草稿",
    "supervision.escalate": "督查逾期上报",
    "supervision.export": "导出督查清单",
    "supervision.issue": "下达督查",
    "supervision.reply_draft": "起草督查回复",
    "supervision.problem_done": "问题销号",
    "supervision.problems": "修改问题清单",
    "supervision.problems_export": "导出销号清单",
    "supervision.prolong": "督查延期",
    "supervision.reply": "回复督查",
    "supervision.return": "退回督查回复",
    "campaign.accept": "验收品牌项目",
    "campaign.apply": "申报品牌项目",
    "campaign.approve": "批准品牌项目",
    "campaign.cancel": "终止载体",
    "campaign.close": "小结载体",
    "campaign.confirm": "确认载体记录",
    "campaign.create": "新设载体",
    "campaign.discard": "删除载体草稿",
    "campaign.export": "导出载体",
    "campaign.invite": "邀请参加载体",
    "campaign.join": "参加载体",
    "campaign.judge": "评定载体",
    "campaign.leave": "退出载体",
    "campaign.list_export": "导出载体与品牌",
    "campaign.milestone": "登记载体节点",
    "campaign.milestone_move": "载体节点改期",
    "campaign.outcome": "登记载体成效",
    "campaign.prolong": "品牌项目延期",
    "campaign.publish": "发布载体",
    "campaign.return": "退回品牌申报",
    "campaign.submit": "品牌项目报验收",
    "campaign.tie": "关联载体记录",
    "campaign.untie": "撤下载体记录",
    "campaign.update": "修改载体",
    "policy.confirm": "确认学习关联",
    "policy.create": "登记制度",
    "policy.discard": "删除制度草案",
    "policy.export": "导出制度目录",
    "policy.issue": "施行制度",
    "policy.note": "知悉制度",
    "policy.procedure": "补程序和考核规则",
    "policy.receipts.export": "导出知悉情况",
    "policy.remind": "提醒知悉制度",
    "policy.repeal": "废止制度",
    "policy.revise": "起草制度新版",
    "policy.supersede": "制度由新版接替",
    "policy.tie": "关联学习记录",
    "policy.untie": "撤下学习关联",
    "policy.update": "修改制度草案",
    "development.accept": "采纳发展党员情况说明",
    "development.close": "办结发展进程",
    "development.document": "登记发展材料",
    "development.except": "同意发展党员特殊情况",
    "development.explain": "说明发展党员情况",
    "development.export": "导出发展党员全程纪实表",
    "development.leaving": "登记发展对象调动安排",
    "development.notice": "登记发展公示",
    "development.notice.export": "导出发展公示文本",
    "development.resolution.export": "导出支部大会决议",
    "development.analysis.export": "导出积极分子队伍分析",
    "development.list.export": "导出发展党员名单",
    "development.open": "登记入党申请",
    "development.review": "登记半年考察",
    "development.role": "指定联系人、介绍人",
    "development.role_end": "更换联系人、介绍人",
    "development.step": "登记发展步骤",
    "development.take_over": "接续办理发展进程",
    "development.untie": "撤下发展步骤",
    "member.stage": "人员类别随发展进程变更",
    "practice.adopt": "采用典型经验",
    "practice.create": "推荐典型经验",
    "practice.export": "导出典型经验卡片",
    "practice.formalise": "典型经验定型为制度",
    "practice.judge": "评定典型经验的采用",
    "practice.list_export": "导出典型经验库",
    "practice.prove": "认定典型经验",
    "practice.report": "报告典型经验采用结果",
    "practice.retire": "停用典型经验",
    "practice.stop": "停止采用典型经验",
    "practice.update": "修改典型经验",
    "policy_run.cancel": "撤销制度程序",
    "policy_run.confirm": "确认程序关联",
    "policy_run.done": "办结程序步骤",
    "policy_run.open": "启动制度程序",
    "policy_run.remind": "提醒程序经办人",
    "policy_run.skip": "程序步骤不办",
    "policy_run.tie": "关联程序记录",
    "policy_run.untie": "撤下程序关联",
    "length.state": "补填记录时长",
    "length.confirm": "确认补填时长",
    "length.return": "退回补填时长",
    "activity.mend": "记录时长据实补填",
    "study.export": "导出学习培训台账",
    "study_certificate.export": "下载学时证明",
    "party_work.note": "登记党务工作",
    "party_work.end": "结束党务工作",
    "staff_total.note": "登记机关工作人员总数",
    "training_plan.write": "制定培训计划",
    "training_plan.copy": "按上年起草培训计划",
    "training_class.write": "排培训班次",
    "training_class.hold": "登记培训班次",
    "training_class.pick": "调整培训名单",
    "training_class.cancel": "取消培训班次",
    "training_class.tie": "记录关联培训班次",
    "training_class.confirm": "确认记录属于班次",
    "training_class.untie": "记录撤下培训班次",
    "training_class.export": "导出培训班次",
    "certificates.export": "导出结业名单",
    "party_workers.export": "导出党务干部名册",
    "party_workers.import": "导入党务干部名册",
    "party_workers_sheet.export": "下载党务干部名册",
    "topic.set": "立调研课题",
    "topic.interim": "登记课题中期",
    "topic.found": "登记课题结题",
    "topic.review": "评定调研课题",
    "topic.cancel": "终止调研课题",
    "topic.use": "课题成果转化",
    "dues.rate": "核定党费",
    "dues.pay": "登记交纳党费",
    "dues.cancel": "作废党费登记",
    "dues.use": "登记党费使用",
    "dues.export": "导出党费",
    "dues_sheet.export": "下载党费公布表",
    "care.mark": "登记关怀对象",
    "care.end": "结束关怀登记",
    "care.event": "登记关怀事由",
    "care.help": "登记帮扶",
    "care.note": "查看关怀备注",
    "care.blank": "清空到期备注",
    "care_sheet.export": "下载走访名单",
    "honour.note": "登记表彰",
    "honour.cancel": "作废表彰登记",
    "honour.export": "导出表彰",
    "commitment.make": "填写承诺",
    "commitment.change": "修改已公开的承诺",
    "commitment.say": "说明承诺兑现情况",
    "commitment.review": "审核承诺",
    "commitment.return": "退回承诺",
    "commitment.publish": "公开承诺",
    "commitment.appraise": "评定承诺",
    "commitment.export": "导出承诺",
    "commitment_sheet.export": "下载承诺公开栏",
    "transfer.ask": "转接组织关系",
    "transfer.out": "转出本机关",
    "transfer.in": "转入本机关",
    "transfer.issue": "开组织关系介绍信",
    "transfer.receive": "接收组织关系",
    "transfer.return": "退回组织关系接转",
    "transfer.withdraw": "撤回组织关系接转",
    "transfer.export": "导出组织关系接转",
    "transfer_letter.export": "下载组织关系介绍信",
    "roster.export": "下载某日党员名册",
    "member.status": "登记党籍状态",
    "member.status_end": "结束党籍状态",
    "member.away": "登记党员外出",
    "member.away_end": "登记党员返回",
    "resource.create": "登记共享资源",
    "resource.update": "修改共享资源",
    "resource.end": "停用共享资源",
    "resource.agree": "同意列为授课人",
    "resource.export": "导出共享资源",
    "resource.tie": "使用共享资源",
    "resource.untie": "撤下共享资源",
    "resource.use_agree": "同意使用共享资源",
    "resource.use_decline": "谢绝使用共享资源",
    "offer.open": "邀请联办",
    "offer.close": "结束联办报名",
    "offer.ask": "报名联办",
    "offer.withdraw": "撤回联办报名",
    "offer.agree": "同意联办报名",
    "offer.decline": "谢绝联办报名",
    "collect.answer": "填报征集",
    "collect.close": "结束征集",
    "collect.create": "新建征集",
    "collect.discard": "删除征集草稿",
    "collect.export": "导出征集结果",
    "collect.remind": "催报征集",
    "collect.return": "退回填报",
    "collect.send": "发出征集",
    "collect.update": "修改征集",
    "resolution.done": "决议办结",
    "resolution.export": "导出决议清单",
    "resolution.reopen": "决议重新办理",
    "scheme.install": "安装考核方案",
    "work.create": "登记重点业务",
    "work.update": "修改重点业务",
    "work.stop": "终止重点业务",
    "work.take_in": "业务纳入四同步",
    "work.decline": "业务不纳入四同步",
    "work.stage": "登记业务进展",
    "work.waive": "免予同步",
    "work.unwaive": "撤销免予同步",
    "work.link": "关联同步佐证",
    "work.paper": "上传同步佐证",
    "work.unlink": "撤下同步佐证",
    "work.confirm": "确认同步佐证",
    "work.return": "退回同步佐证",
    "work.withdraw": "撤回同步佐证",
    "work.import": "导入重点业务",
    "sync.export": "导出四同步看板",
    "sync.rates_export": "导出同步率",
    "ways.export": "导出方式与方面",
    "target.plan": "起草目标计划",
    "target.add": "添加目标",
    "target.update": "修改目标",
    "target.delete": "删除目标",
    "target.approved": "登记审定会议",
    "target.issue": "下达目标计划",
    "target.adjust": "调整应达数值",
    "target.divide": "分解目标",
    "target.stop": "停止目标",
    "target.close": "结束目标计划",
    "target.report": "报告目标阶段",
    "target.judge": "评定目标阶段",
    "target.return": "退回阶段报告",
    "targets.export": "导出党建目标",
    "target_letter.export": "下载目标责任书",
    "account.create": "建立账号",
    "account.lock": "锁定账号",
    "account.unlock": "启用账号",
    "account.password": "修改密码",
    "login.code": "再次使用一次性口令",
    "account.first_code": "重发首次口令",
    "account.slip": "打印口令条",
    "account.reset": "确认重置口令",
    "account.reset_factor": "确认重置两步验证",
    "account.reset_ask": "申请重置",
    "account.reset_refuse": "退回重置",
    "account.session_end": "结束一处登录",
    "account.sessions_end": "结束其他登录",
    "factor.begin": "开始启用两步验证",
    "factor.codes": "换新恢复码",
    "factor.enrol": "启用两步验证",
    "factor.recovery": "使用恢复码",
    "factor.remove": "停用两步验证",
    "factor.replace": "更换两步验证设备",
    "identity.link": "绑定统一认证身份",
    "identity.unlink": "解除统一认证身份",
    "login.end": "登录被结束",
    "login.enter": "登录",
    "login.fail": "登录失败",
    "login.leave": "退出登录",
    "login.lock": "登录锁定",
    "login.sso_fail": "单点登录失败",
    "login.slip": "口令条再次使用",
    "login.spray": "多账号试探",
    "activity.accept": "审核通过",
    "activity.create": "新建活动记录",
    "activity.rejudge": "名册变更后重新判定",
    "activity.return": "退回修改",
    "activity.submit": "提交活动记录",
    "activity.update": "修改活动记录",
    "activity.withdraw": "撤回活动记录",
    "appointment.end": "结束任职",
    "appointment.make": "任命",
    "appointment.withdraw": "撤回任职",
    "audit.export": "导出审计记录",
    "audit.verify": "核验审计链",
    "circular.change": "修改通报文字",
    "circular.correct": "更正通报",
    "circular.drop": "删去通报草稿",
    "circular.export": "下载通报",
    "circular.issue": "印发通报",
    "circular.make": "生成通报草稿",
    "circular.refresh": "通报重新取数",
    "coverage.end": "结束处室覆盖",
    "coverage.set": "设定处室覆盖",
    "department.close": "撤销处室",
    "department.create": "登记处室",
    "duty.accept": "责任报告通过",
    "duty.add": "增加责任事项",
    "duty.change": "修改责任事项",
    "duty.confirm": "确认责任办结",
    "duty.drop": "删去责任事项",
    "duty.export": "导出责任台账",
    "duty.remind": "提醒责任人",
    "duty.report": "报告责任落实",
    "duty.return": "退回责任报告",
    "duty_list.issue": "下达责任清单",
    "duty_list.make": "建立责任清单",
    "duty_list.note": "知悉责任清单",
    "charge.end": "结束领导分工",
    "charge.make": "登记领导分工",
    "feedback.send": "提出意见建议",
    "file.back": "文件已恢复",
    "file.infected": "文件带有恶意程序",
    "file.lost": "文件缺失或被改动",
    "member.correction": "本人请求更正",
    "correction.ask": "本人请求更正",
    "correction.decide": "核对更正请求",
    "own_file.export": "导出本人档案",
    "member.create": "登记党员",
    "member.export": "导出党员名册",
    "member.forget": "清除到期个人信息",
    "member.transfer": "转移组织关系",
    "member.unmask": "查看证件或电话",
    "member.unmask_alarm": "查看证件或电话次数告警",
    "member.number_refused": "证件号码登记受限",
    "duty_list.export": "导出责任清单目录",
    "duty_list.remind": "提醒知悉责任清单",
    "import.changes_export": "导出导入改动",
    "import.missing_export": "导出台账缺少的内容",
    "requirement.document": "登记证明文件",
    "requirement.document_withdraw": "撤回证明文件",
    "requirement.exempt_export": "导出免予清单",
    "setting.cancel": "取消设定",
    "setting.propose": "提议设定",
    "import.confirm": "确认导入",
    "import.cancel": "取消导入",
    "import.discard": "放弃导入",
    "import.expire": "导入到期",
    "member.update": "修改党员信息",
    "organisation.archive": "撤销组织",
    "organisation.create": "新设组织",
    "organisation.export": "导出组织名单",
    "organisation.kept_from": "另定起记日期",
    "organisation.group": "设定考核类别",
    "organisation.move": "移动组织",
    "organisation.update": "修改组织",
    "post.end": "结束党内职务",
    "post.give": "登记党内职务",
    "setting.set": "修改设定",
    "setting.start": "确定启用日期",
    "term.close": "登记换届",
    "term.set": "登记任期",
}


def verb_label(verb: str) -> str:
    """Return the Chinese name of a verb of the trail."""
    return VERBS.get(verb, verb)


def verbs_in_use() -> list[tuple[str, str]]:
    """Return [(verb, label)] of the verbs that occur, by label."""
    rows = AuditEntry.objects.order_by().values_list("verb", flat=True).distinct()
    return sorted(((verb, verb_label(verb)) for verb in rows), key=lambda row: row[1])


def day_bounds(
    first: datetime.date | None, last: datetime.date | None
) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    """Return the aware moments at which the day `first` begins and the day `last` ends (None stays None)."""
    zone = timezone.get_current_timezone()
    begin = datetime.datetime.combine(first, datetime.time(), zone) if first else None
    end = datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time(), zone) if last else None
    return begin, end


def entries(data: Mapping[str, Any]) -> QuerySet[AuditEntry]:
    """Return the entries that fit `data` (cleaned values of AuditFilter), the newest first."""
    rows = AuditEntry.objects.order_by("-pk")
    begin, end = day_bounds(data.get("first"), data.get("last"))
    if begin:
        rows = rows.filter(at__gte=begin)
    if end:
        rows = rows.filter(at__lt=end)
    if data.get("who"):
        rows = rows.filter(actor_name__icontains=data["who"])
    if data.get("verb"):
        rows = rows.filter(verb=data["verb"])
    if data.get("object_name"):
        rows = rows.filter(object_name__icontains=data["object_name"])
    return rows


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")


def said(value: Any) -> Any:
    """Return a value of a payload as people read it: a moment, kept in UTC, in the agency's own time; else unchanged."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return f"{timezone.localtime(datetime.datetime.fromisoformat(value)):%Y-%m-%d %H:%M:%S}"
    return value


def changes_of(entry: AuditEntry) -> tuple[list[dict[str, Any]], str]:
    """Return [{"field", "before", "after"}] and the note of an entry."""
    payload = json.loads(entry.payload or "{}")
    before, after = payload.get("before") or {}, payload.get("after") or {}
    rows = [
        {"field": key, "before": said(before.get(key)), "after": said(after.get(key))} for key in {**before, **after}
    ]
    return rows, payload.get("note", "")


def history_of(organisation: Any, kinds: Iterable[str], limit: int = 30) -> list[dict[str, Any]]:
    """Return the newest entries about an organisation for c-timeline; `kinds`: object types (model names)."""
    rows = AuditEntry.objects.filter(organisation_id=organisation.pk, object_type__in=kinds).order_by("-pk")[:limit]
    return [
        {"when": row.at, "title": f"{verb_label(row.verb)}：{row.object_name}", "who": row.actor_name} for row in rows
    ]


def sealed_among(rows: Iterable[AuditEntry]) -> set[int]:
    """Return the ids of those of some entries that are sealed."""
    return set(AuditSeal.objects.filter(entry_id__in=[row.pk for row in rows]).values_list("entry_id", flat=True))


def to_seal() -> int:
    """Return how many entries wait for their seal."""
    return AuditEntry.objects.count() - AuditSeal.objects.count()


def entries_about(things: Mapping[str, Iterable[int]], limit: int = 30) -> QuerySet[AuditEntry]:
    """Return the newest entries about some objects, {object type: ids}, in one statement."""
    wanted = Q()
    for kind, ids in things.items():
        wanted |= Q(object_type=kind, object_id__in=list(ids))
    return AuditEntry.objects.filter(wanted).order_by("-pk")[:limit]

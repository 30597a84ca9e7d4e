"""How each state looks: the icon says it first, the word second, the colour third."""

# state key: (word, icon, chip class)
CHIPS = {
    # requirements
    "not_due": ("未到期", "circle-dashed", "idle"),
    "due_soon": ("临期", "clock", "soon"),
    "met": ("已完成", "circle-check", "ok"),
    "met_late": ("补录或补办完成", "circle-check", "ok"),
    "overdue": ("逾期", "alert-triangle", "late"),
    "overdue_returned": ("已退回，逾期", "arrow-back-up", "late"),
    "exempt": ("免予", "minus", "idle"),
    "not_applicable": ("不适用", "minus", "idle"),
    "not_alive": ("尚未启用", "circle-dashed", "draft"),
    "unknown": ("未知", "help-circle", "idle"),
    # activities
    "planned": ("已计划", "calendar", "idle"),
    "draft": ("草稿", "pencil", "draft"),
    "submitted": ("待审核", "hourglass", "review"),
    "accepted": ("已通过", "circle-check", "ok"),
    "returned": ("已退回", "arrow-back-up", "back"),
    "cancelled": ("已取消", "ban", "draft"),
    "late": ("迟报", "clock-exclamation", "soon"),
    # sync stages
    "synchronised": ("同步", "circle-check", "ok"),
    "lagging": ("滞后", "clock-exclamation", "soon"),
    "missing": ("缺失", "alert-triangle", "late"),
    "waived": ("免予同步", "minus", "idle"),
    "waits": ("待登记", "calendar", "soon"),
    "to_confirm": ("待确认", "hourglass", "review"),
    "too_early": ("过早", "clock", "idle"),
    "given_up": ("已终止", "ban", "idle"),
    "own_waiting": ("待纳入", "hourglass", "review"),
    "own_taken": ("已纳入", "circle-check", "ok"),
    "own_declined": ("不纳入", "minus", "idle"),
    # duties, targets, supervision
    "open": ("进行中", "hourglass", "review"),
    "in_progress": ("进行中", "hourglass", "review"),
    "reported": ("待审核", "hourglass", "review"),
    "unjudged": ("已报告（无上级审核）", "circle-dashed", "review"),
    "closed": ("已办结", "circle-check", "ok"),
    # resolutions
    "done_late": ("逾期办结", "circle-check", "soon"),
    # terms of office
    "term_expired": ("届满未换届", "alert-triangle", "late"),
    "term_ending": ("即将届满", "clock", "soon"),
    # results
    "trial": ("试算", "pencil", "draft"),
    "sent": ("待支部确认", "hourglass", "review"),
    "confirmed": ("已确认", "circle-check", "ok"),
    "objected": ("有异议", "message-report", "back"),
    "silent": ("无异议", "circle-check", "ok"),
    "withdrawn": ("已撤回", "ban", "draft"),
    "uncounted": ("未计入", "alert-triangle", "low"),
    "no_record": ("未见", "alert-triangle", "low"),
    "not_closed": ("未办结", "alert-triangle", "low"),
    "not_done": ("未落实", "alert-triangle", "low"),
    "unanswered": ("未回复", "alert-triangle", "low"),
    "deducted": ("扣分", "minus", "low"),
    "no_loss": ("没有失分", "circle-check", "ok"),
    "answered": ("已答复", "messages", "review"),
    "frozen": ("已冻结", "lock", "review"),
    "published": ("已发布", "circle-check", "ok"),
    # policies
    # Where an aim stands.
    "on_course": ("按进度", "progress", "review"),
    "behind": ("落后", "clock-exclamation", "soon"),
    "target_met": ("已达到", "circle-check", "ok"),
    "missed": ("未达到", "alert-triangle", "late"),
    "stopped": ("已停止", "ban", "draft"),
    "soft": ("软任务", "circle-dashed", "draft"),
    "issued": ("已下达", "circle-check", "review"),
    "in_force": ("施行中", "circle-check", "ok"),
    "revised": ("已修订", "history", "draft"),
    "repealed": ("已废止", "ban", "draft"),
    "coming": ("即将施行", "calendar", "idle"),
    "expired": ("试行期满", "clock", "soon"),
    "no_mechanism": ("制度有、机制无", "alert-triangle", "late"),
    "idle": ("有机制、未运行", "clock-exclamation", "soon"),
    "often_late": ("常逾期", "alert-triangle", "soon"),
    "complete": ("机制齐全", "circle-check", "ok"),
    "skipped": ("不办", "minus", "idle"),
    "undetermined": ("时限待定", "help-circle", "idle"),
    # practices and campaigns
    "candidate": ("候选", "circle-dashed", "idle"),
    "proven": ("经验证", "circle-check", "ok"),
    "formalised": ("已定型", "certificate", "honour"),
    "spreading": ("推广中", "arrows-split", "review"),
    "practice_retired": ("已停用", "ban", "draft"),
    "adoption_better": ("见效", "circle-check", "ok"),
    "adoption_same": ("变化不大", "minus", "idle"),
    "adoption_worse": ("未见效", "arrow-down", "low"),
    "adoption_unjudged": ("待评定", "hourglass", "review"),
    "adoption_due": ("待报告结果", "pencil", "soon"),
    "applied": ("已申报", "hourglass", "review"),
    "approved": ("已批准", "circle-check", "ok"),
    "running": ("进行中", "hourglass", "review"),
    "campaign_review": ("待小结", "pencil", "soon"),
    "campaign_summed": ("已小结", "circle-check", "ok"),
    "campaign_unsummed": ("未小结", "alert-triangle", "low"),
    "campaign_cancelled": ("已终止", "ban", "draft"),
    "campaign_due": ("到期未报验收", "alert-triangle", "late"),
    "campaign_submitted": ("待验收", "hourglass", "review"),
    "campaign_failed": ("未通过验收", "x", "low"),
    "brand": ("品牌", "medal", "honour"),
    "target_behind": ("落后", "clock-exclamation", "soon"),
    # development
    "step_done": ("已办", "circle-check", "ok"),
    "step_late": ("迟办", "clock-exclamation", "soon"),
    "on_paper": ("以纸质材料为准", "file-text", "draft"),
    "no_limit": ("规则未定期限", "minus", "draft"),
    "waiting_step": ("等前置条件", "lock", "review"),
    "stopped_step": ("未生效", "ban", "low"),
    "size_wrong": ("人数不符", "users", "soon"),
    # what members ask to be put right
    "leave_asked": ("已请假，待同意", "hourglass", "review"),
    "leave_agreed": ("已同意请假", "circle-check", "ok"),
    "leave_refused": ("未同意请假", "minus", "draft"),
    "leave_withdrawn": ("已撤回请假", "minus", "draft"),
    "correction_asked": ("待核对", "hourglass", "review"),
    "correction_right": ("属实", "circle-check", "ok"),
    "correction_wrong": ("不属实", "minus", "draft"),
    # lengths stated later, classes and topics of Party workers
    "mend_waiting": ("待上级确认", "hourglass", "review"),
    "mend_confirmed": ("已计入", "circle-check", "ok"),
    "mend_returned": ("已退回", "arrow-back-up", "back"),
    "class_planned": ("已排期", "calendar", "review"),
    "class_due": ("待登记", "clock-exclamation", "soon"),
    "class_open": ("记录未提交", "pencil", "soon"),
    "class_held": ("已办", "circle-check", "ok"),
    "class_cancelled": ("已取消", "ban", "draft"),
    "class_missed": ("未参加", "clock", "soon"),
    "topic_open": ("研究中", "progress", "review"),
    "topic_overdue": ("逾期未结题", "alert-triangle", "late"),
    "topic_found": ("待评定", "hourglass", "review"),
    "topic_taken": ("采用", "circle-check", "ok"),
    "topic_reference": ("可参考", "circle-check", "idle"),
    "topic_not_taken": ("未采用", "minus", "draft"),
    "topic_used": ("已转化", "arrows-split", "ok"),
    "topic_cancelled": ("已终止", "ban", "draft"),
    # transfers and standing
    "transfer_asked": ("待接收", "hourglass", "review"),
    "transfer_issued": ("已开介绍信", "hourglass", "review"),
    "transfer_expired": ("介绍信过期", "alert-triangle", "late"),
    "transfer_received": ("已接收", "circle-check", "ok"),
    "transfer_returned": ("已退回", "arrow-back-up", "back"),
    "transfer_withdrawn": ("已撤回", "ban", "draft"),
    "standing_suspended": ("停止党籍", "ban", "low"),
    "standing_lost": ("失去联系", "alert-triangle", "soon"),
    "standing_correcting": ("限期改正", "clock-exclamation", "soon"),
    "standing_sanctioned": ("处分影响期内", "clock-exclamation", "soon"),
    "standing_under_watch": ("留党察看", "clock-exclamation", "soon"),
    "standing_left": ("组织关系已结束", "minus", "draft"),
    "away": ("外出", "calendar", "idle"),
    # dues
    "dues_paid": ("已交", "circle-check", "ok"),
    "dues_late": ("补交", "circle-check", "soon"),
    "dues_owed": ("未交", "alert-triangle", "late"),
    "dues_waived": ("免交", "minus", "idle"),
    "dues_unknown": ("待核定", "help-circle", "idle"),
    # commitments
    "drafted": ("草稿", "pencil", "draft"),
    "pledge_waiting": ("待审核", "hourglass", "review"),
    "pledge_returned": ("已退回", "arrow-back-up", "back"),
    "pledge_published": ("已公开", "circle-check", "ok"),
    "pledge_open": ("未说明", "circle-dashed", "idle"),
    "pledge_missing": ("未作承诺", "circle-dashed", "idle"),
    "pledge_overdue": ("未作承诺", "alert-triangle", "late"),
    "pledge_free": ("不作要求", "minus", "idle"),
    "care_due": ("该走访了", "clock", "soon"),
    "care_overdue": ("逾期未走访", "alert-triangle", "late"),
    "care_done": ("已走访", "circle-check", "ok"),
    "care_late": ("补走访", "circle-check", "soon"),
    "care_coming": ("未到时间", "circle-dashed", "idle"),
    "reviewed": ("已审核", "circle-check", "review"),
    "fulfilled": ("已兑现", "circle-check", "ok"),
    "partly": ("部分兑现", "clock-exclamation", "soon"),
    "not_fulfilled": ("未兑现", "alert-triangle", "late"),
    "appraised": ("已评议", "checks", "ok"),
    # attendance
    "present": ("出席", "check", "ok"),
    "online": ("线上", "device-laptop", "ok"),
    "leave": ("请假", "clock", "soon"),
    "absent": ("缺席", "x", "low"),
    "not_recorded": ("未记录", "circle-dashed", "idle"),
    # grades: below 80 a tint, never solid, for it is a grade and not a missed deadline
    "excellent": ("优秀", "medal", "honour"),
    "advanced": ("先进", "medal", "honour"),
    "good": ("良好", "circle-check", "ok"),
    "pass": ("合格", "arrow-down", "low"),
    "fair": ("一般", "arrow-down", "low"),
    # jobs and imports
    "queued": ("排队", "hourglass", "review"),
    "done": ("完成", "circle-check", "ok"),
    "failed": ("失败", "alert-triangle", "late"),
    "import_planning": ("核对中", "hourglass", "review"),
    "import_ready": ("待核对", "hourglass", "review"),
    "import_applying": ("导入中", "hourglass", "review"),
    "import_applied": ("已导入", "circle-check", "ok"),
    "import_discarded": ("已放弃", "ban", "draft"),
    "import_expired": ("已过期", "minus", "draft"),
    "import_failed": ("未完成", "alert-triangle", "late"),
    "active": ("有效", "circle-check", "ok"),
    "ended": ("已结束", "minus", "draft"),
    "locked": ("已锁定", "lock", "low"),
    "infected": ("已隔离", "ban", "late"),
    "lost": ("文件缺失", "alert-triangle", "late"),
    "unscanned": ("未扫描", "help-circle", "idle"),
    "masked": ("已遮盖", "lock", "idle"),
    "archived": ("已归档", "archive", "draft"),
}

# state key: (word, icon, cell class); a cell has no room for a word, its name is read aloud instead
CELLS = {
    "met": ("已完成", "check", "ok"),
    "met_late": ("补录或补办完成", "check", "made-up"),
    "due_soon": ("临期", "clock", "soon"),
    "overdue": ("逾期", "alert-triangle", "late"),
    "overdue_returned": ("已退回，逾期", "arrow-back-up", "late"),
    "submitted": ("待审核", "hourglass", "review"),
    "returned": ("已退回", "arrow-back-up", "back"),
    "not_due": ("未到期", "circle-dashed", "idle"),
    "not_applicable": ("不适用", "minus", "na"),
    "not_alive": ("尚未启用", "circle-dashed", "na"),
    "exempt": ("免予", "minus", "na"),
    "unknown": ("未知", "help-circle", "idle"),
    "synchronised": ("同步", "check", "ok"),
    "lagging": ("滞后", "clock-exclamation", "soon"),
    "missing": ("缺失", "alert-triangle", "late"),
    "waived": ("免予同步", "minus", "na"),
}


def chip_look(state):
    """Return word, icon and class of a chip for the state key.

    Raises KeyError on a key without a look: a state that nobody drew is a mistake of the page.
    """
    word, icon, tone = CHIPS[str(state)]
    return {"word": word, "icon": icon, "tone": tone}


def cell_look(state, days=None, near=3):
    """Return icon, class and spoken name of a heat cell.

    `days` is days late (overdue, missing) or days left (due_soon); with at most `near` days
    left the cell gets a border, so that a whole row of amber does not shout.
    """
    word, icon, tone = CELLS[str(state)]
    classes = f"is-{tone}"
    name = word
    if days is not None and tone in {"late", "soon"}:
        if state == "due_soon":
            name = f"{word}，还有{days}天"
            if days <= near:
                classes += " near"
        else:
            name = f"{word}{days}天"
    return {
        "icon": icon,
        "classes": classes,
        "name": name,
        "days": days if tone in {"late", "soon"} else None,
    }

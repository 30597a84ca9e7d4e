"""The menu of each role. An entry is shown only when its address exists and the role holds its right."""

from django.urls import NoReverseMatch, reverse

from branches.reach.rights import (
    ACCOUNTS,
    APPOINT,
    ASSESS,
    AUDIT,
    IMPORT,
    MEMBERS,
    RECORD,
    REPORTS,
    REVIEW,
    ROLES,
    VIEW,
)

# (label, url name, icon, right that shows it or None)
_MAIN = [
    ("工作台", "home", "home", None),
    ("待审记录", "review_queue", "clipboard-check", REVIEW),
    ("活动记录", "activity_list", "notebook", VIEW),
    ("义务清单", "requirement_list", "calendar-check", VIEW),
    ("四同步", "sync_board", "arrows-exchange", VIEW),
    ("佐证待确认", "confirmation_list", "paperclip", REVIEW),
    ("责任清单", "duty_list", "list-check", VIEW),
    ("我的承诺", "own_commitment", "signature", None),
    ("我的责任", "own_duties", "user-star", None),
    ("督查督办", "supervision_list", "eye-check", VIEW),
    ("信息征集", "collect_list", "clipboard-list", VIEW),
    ("总览", "dashboard", "layout-list", VIEW),
]
# How Party building is made hard work: each entry comes with its subject.
_MECHANISMS = [
    ("党建目标", "target_list", "target-arrow", VIEW),
    ("制度", "policy_list", "file-certificate", VIEW),
    ("载体与品牌", "campaign_list", "award", VIEW),
    ("典型经验", "practice_list", "bulb", VIEW),
    ("资源共享", "resource_list", "heart-handshake", VIEW),
    ("方式与方面", "way_matrix", "grid-dots", VIEW),
]
# Who belongs to it, and what is kept of each.
_PEOPLE = [
    ("党员名册", "member_list", "users", MEMBERS),
    ("发展党员", "development_list", "user-plus", MEMBERS),
    ("承诺管理", "commitment_list", "signature", VIEW),
    ("激励关怀", "care_list", "heart", MEMBERS),
    ("表彰", "honour_list", "medal", VIEW),
    ("党务干部", "cadres_register", "school", MEMBERS),
    ("学时", "education_list", "clock", MEMBERS),
    ("党费", "dues_list", "checks", MEMBERS),
    ("组织关系接转", "transfer_list", "arrows-exchange", MEMBERS),
]
_ORGANISATION = [
    ("组织与党员", "organisation_list", "sitemap", VIEW),
    ("考核得分", "score_list", "chart-bar", VIEW),
    ("考核结果", "result_list", "gavel", ASSESS),
    ("考核方案", "scheme_list", "adjustments", ASSESS),
    ("考核报告", "report_list", "report", REPORTS),
    ("工作实绩", "cadre_list", "certificate", VIEW),
    ("法规与规则", "rule_list", "book", VIEW),
    ("规则参数", "setting_list", "adjustments", ASSESS),
    ("台账导入", "import_start", "file-import", IMPORT),
    ("任职授权", "appointment_list", "user-check", APPOINT),
    ("账号重置", "reset_list", "key", MEMBERS),
    ("启用情况", "first_steps", "checklist", IMPORT),
]
_SYSTEM = [
    ("账号", "account_list", "user-cog", ACCOUNTS),
    ("技术设定", "setting_list", "settings", ACCOUNTS),
    ("启用情况", "first_steps", "checklist", ACCOUNTS),
    ("意见反馈", "feedback_list", "message", ACCOUNTS),
    ("后台任务", "job_list", "activity", ACCOUNTS),
    ("文件检查", "kept_file_list", "file-text", ACCOUNTS),
    ("审计", "audit_list", "shield-check", AUDIT),
]
# Cookie of this browser with the keys of the groups that were folded, "people.system".
FOLDED = "tongbu_folded"
# Lines of a menu, headings with them, that a window of 900 pixels shows.
MOST_LINES = 24
# What a role may open and never finds anything in: results, key work, askings and supervision belong to branches and above, evidence is
# confirmed from above a branch, and the staff of the committee answer for no list of their own.
_NOTHING_FOR = {
    "group_leader": frozenset({"sync_board", "score_list", "collect_list", "supervision_list"}),
    "branch_secretary": frozenset({"confirmation_list"}),
    "committee_staff": frozenset({"own_duties"}),
    # Who acts for another has no record of his own and reads nobody's; the leader's duties stand among the lists.
    "assistant": frozenset({"cadre_list", "own_duties"}),
}
# The dashboard is the home of those who look down the tree; beside a home of their own it has an entry.
_ONLY_FOR = {"dashboard": frozenset({"leader", "party_group_secretary"})}
# What a member without a post has in his menu; whoever holds one comes to it from his own file.
_MEMBERS_OWN = frozenset({"own_commitment"})
# The pages of one's own file: the home of a member without a post, beside the menu for everybody else.
_OWN_FILE = {
    "member_own",
    "own_meetings",
    "own_meeting",
    "own_correction",
    "own_leave",
    "own_calendar",
    "own_rating",
    "own_care",
}
# The pages of the own commitment.
_OWN_PLEDGES = {"own_commitment", "pledge_say", "pledge_change"}
# Pages beside a list of the menu, marked under it: {beginning of the url name: that of the list}.
_UNDER = {"correction": "member", "leave": "activity", "worker": "cadres", "case": "development"}
_HOME_LABEL = {
    "committee_staff": "总览",
    "committee_secretary": "总览",
    "discipline_officer": "总览",
    "leader": "首页",
    "party_group_secretary": "首页",
}


def _items(request, scope, entries):
    rights = ROLES[scope.role].rights if scope else frozenset()
    here = request.resolver_match
    section = getattr(here, "url_name", "") or ""
    if section in _OWN_FILE:
        section = "" if scope else "home"
    if section in _OWN_PLEDGES:
        section = "own_commitment"
    items = []
    nothing = _NOTHING_FOR.get(scope.role, frozenset()) if scope else frozenset()
    for label, name, icon, right in entries:
        if name in nothing or (right is not None and right not in rights):
            continue
        if scope and name in _MEMBERS_OWN:
            continue
        if name in _ONLY_FOR and (scope is None or scope.role not in _ONLY_FOR[name]):
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        stem = section.split("_")[0]
        alone = name == "home" or "own_commitment" in (name, section)
        current = section == name or (not alone and _UNDER.get(stem, stem) == name.split("_")[0])
        if name == "home":
            # A member without a post is led to his own file.
            label = _HOME_LABEL.get(scope.role, label) if scope else "我的档案"
        items.append({"label": label, "url": url, "icon": icon, "current": current, "count": None})
    return items


def navigation(request, scope):
    """Return the menu as groups of items for the role of the current appointment.

    A group with a title folds; open: it was not folded in this browser, or holds the page that is shown. Where nobody has
    folded anything yet, a menu that is longer than a screen has its last groups folded.
    """
    groups = [
        ("", None, _MAIN),
        ("mechanisms", "机制", _MECHANISMS),
        ("people", "党员", _PEOPLE),
        ("organisation", "组织与考核", _ORGANISATION),
        ("system", "系统", _SYSTEM),
    ]
    if scope and ROLES[scope.role].rights <= {ACCOUNTS, AUDIT}:
        groups = [("", None, [_MAIN[0], *_SYSTEM])]
    found = [{"key": key, "title": title, "items": _items(request, scope, rows)} for key, title, rows in groups]
    found = [group for group in found if group["items"]]
    chosen = request.COOKIES.get(FOLDED)
    folded = _too_long(found) if chosen is None else set(chosen.split("."))
    for group in found:
        group["open"] = group["key"] not in folded or any(item["current"] for item in group["items"])
    return found


def _too_long(groups) -> set[str]:
    """Return the keys of the last groups that have to be folded for the menu to fit a screen; never that of the page."""
    lines = sum(len(group["items"]) + bool(group["title"]) for group in groups)
    folded = set()
    for group in reversed(groups):
        if lines > MOST_LINES and group["title"] and not any(item["current"] for item in group["items"]):
            folded.add(group["key"])
            lines -= len(group["items"])
    return folded


def tabs(request, scope, menu):
    """Return at most five entries of `menu` (see navigation) for the phone's tab bar; the last leads to the whole menu.

    记活动 stands in the middle for whoever records; who reads reports and records nothing has them second. The leading
    group, whose page is its own, has its duties and the stages next to it.
    """
    flat = [item for group in menu for item in group["items"]]
    rights = ROLES[scope.role].rights if scope else frozenset()
    if REPORTS in rights and RECORD not in rights:
        first = ["home", "report_list", *(["own_duties", "sync_board"] if scope.role in _ONLY_FOR["dashboard"] else [])]
        places = {reverse(name): place for place, name in enumerate(first)}
        flat.sort(key=lambda item: places.get(item["url"], len(places)))
    more = {
        "label": "更多",
        "url": reverse("menu"),
        "icon": "layout-list",
        "current": getattr(request.resolver_match, "url_name", "") == "menu",
        "count": None,
    }
    if RECORD in rights:
        add = {
            "label": "记活动",
            "url": reverse("activity_new"),
            "icon": "plus",
            "current": False,
            "count": None,
            "main": True,
        }
        return [*flat[:2], add, flat[2], more]
    return [*flat[:4], more]

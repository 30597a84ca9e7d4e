"""Who may do what: one table of rights, one of roles (no model is imported here)."""

from dataclasses import dataclass

VIEW = "view_organisation"
RECORD = "record_activity"
IMPORT = "import_records"
MEMBERS = "manage_members"
IDENTITY = "view_identity"
DUTIES = "report_duties"
REVIEW = "review_records"
ASSIGN = "assign_work"
SUPERVISE = "raise_supervisions"
ORGANISE = "manage_organisation"
APPOINT = "appoint"
ASSESS = "assess"
# Manual scores of the committee itself, which its own office does not give (judgement 6.8).
ASSESS_COMMITTEE = "assess_committee"
SET_RULES = "set_rules"
PUBLISH = "publish_results"
REPORTS = "view_reports"
OBJECT = "object_result"
AUDIT = "view_audit"
ACCOUNTS = "manage_accounts"

ORGANISATION_RIGHTS = [
    (VIEW, "查看组织及其记录"),
    (RECORD, "登记活动"),
    (IMPORT, "导入台账"),
    (MEMBERS, "管理党员名册"),
    (IDENTITY, "查看证件号码和电话"),
    (DUTIES, "报告责任落实"),
    (REVIEW, "审核下级记录"),
    (ASSIGN, "部署工作"),
    (SUPERVISE, "督查督办"),
    (ORGANISE, "管理组织"),
    (APPOINT, "任免授权"),
    (ASSESS, "考核评分"),
    (ASSESS_COMMITTEE, "评定机关党委"),
    (SET_RULES, "设定本机关规则"),
    (PUBLISH, "发布结果"),
    (REPORTS, "查看结果和报告"),
    (OBJECT, "对本组织结果提出异议"),
]
RIGHT_NAMES = dict(ORGANISATION_RIGHTS) | {AUDIT: "查看审计", ACCOUNTS: "管理账号"}

# Whoever holds one of these over a leader judges his work.
JUDGES = (REVIEW, SUPERVISE, ASSESS, ASSESS_COMMITTEE, PUBLISH)

# A right that reaches only what lies strictly below the place it is held at: nobody reviews his own organisation.
STRICTLY_BELOW = frozenset({REVIEW})

_NO_VIEW = {REPORTS, PUBLISH, OBJECT, AUDIT, ACCOUNTS}
_IMPLIED = {PUBLISH: {REPORTS}, OBJECT: {REPORTS}, ASSIGN: {SUPERVISE}}


def with_implied(rights):
    """Return `rights` with those they imply: most imply view_organisation; publishing, objecting imply view_reports.

    Whoever assigns work also supervises it; the reverse does not hold.
    """
    closed = set(rights)
    for right in rights:
        closed |= _IMPLIED.get(right, set())
        if right not in _NO_VIEW:
            closed.add(VIEW)
    return frozenset(closed)


@dataclass(frozen=True)
class Role:
    key: str
    label: str
    rights: frozenset
    may_appoint: tuple = ()
    # Roles that may be given only strictly below the giver's own organisation.
    appoint_strictly_below: tuple = ()
    below: bool = True
    kinds: tuple = ()
    # Held only at what lies in the holder's portfolio on the day (responsibilities/portfolios): no reach gives these.
    in_portfolio: frozenset = frozenset()
    # Used only in the name of one named person, whose rights they are: no reach gives these either.
    on_behalf: frozenset = frozenset()

    @property
    def named_rights(self) -> frozenset:
        """All that a holder may do somewhere, for pages that tell it and for what it demands of him."""
        return self.rights | self.in_portfolio | self.on_behalf


# Acts for one leader, whose appointment his own rests on; appointed by that leader (reach/models.py: principal).
ASSISTANT = "assistant"

_SECRETARY = {RECORD, REVIEW, MEMBERS, DUTIES, OBJECT, APPOINT}
_STAFF = {REVIEW, IMPORT, RECORD, MEMBERS, ASSIGN, ORGANISE, ASSESS, REPORTS}
_ABOVE_COMMITTEE = ("committee", "party_group")
# Whom a branch's secretary appoints: those who record for it, one of whom also keeps its roster (组织委员).
_OFFICERS = ("group_leader", "branch_officer", "organisation_officer")
_UP_TO_GENERAL = (*_OFFICERS, "branch_secretary", "general_branch_secretary")

ROLES = {
    role.key: role
    for role in [
        Role("group_leader", "党小组组长", with_implied({RECORD}), below=False, kinds=("small_group",)),
        Role("branch_officer", "支部委员", with_implied({RECORD, DUTIES}), kinds=("branch",)),
        Role("organisation_officer", "组织委员", with_implied({RECORD, DUTIES, MEMBERS}), kinds=("branch",)),
        Role(
            "branch_secretary",
            "支部书记",
            with_implied(_SECRETARY),
            _OFFICERS,
            kinds=("branch",),
        ),
        Role(
            "general_branch_secretary",
            "党总支书记",
            with_implied(_SECRETARY),
            (*_OFFICERS, "branch_secretary"),
            ("branch_secretary",),
            kinds=("general_branch",),
        ),
        Role("committee_staff", "机关党委专职党务干部", with_implied(_STAFF), kinds=_ABOVE_COMMITTEE),
        Role(
            "committee_secretary",
            "机关党委书记",
            with_implied(_STAFF | {IDENTITY, APPOINT, PUBLISH, SET_RULES}),
            _UP_TO_GENERAL
            + (
                "committee_staff",
                "discipline_officer",
                "leader",
                "party_group_secretary",
                "committee_secretary",
            ),
            kinds=_ABOVE_COMMITTEE,
        ),
        Role("discipline_officer", "机关纪委", with_implied({SUPERVISE, REPORTS}), kinds=("committee",)),
        Role(
            "leader",
            "党组成员",
            with_implied({VIEW, DUTIES, REPORTS}),
            (ASSISTANT,),
            in_portfolio=frozenset({SUPERVISE}),
        ),
        Role(
            "party_group_secretary",
            "党组书记",
            with_implied({VIEW, REPORTS, DUTIES, PUBLISH, SUPERVISE, ASSESS_COMMITTEE}),
            (ASSISTANT,),
            kinds=("party_group",),
        ),
        Role(ASSISTANT, "代办人", with_implied({VIEW}), on_behalf=frozenset({DUTIES, SUPERVISE})),
        Role("system_administrator", "系统管理员", frozenset({ACCOUNTS})),
        Role("security_auditor", "安全审计员", frozenset({AUDIT})),
    ]
}
# Whose holders may have somebody act for them.
PRINCIPALS = tuple(role.key for role in ROLES.values() if ASSISTANT in role.may_appoint)
SYSTEM_ROLES = ("system_administrator", "security_auditor")
ROLE_CHOICES = [(role.key, role.label) for role in ROLES.values()]

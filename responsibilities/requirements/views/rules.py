"""The rulebook on screen: only verified rules are cited, the rest is shown as the agency's own setting."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render

from branches.reach import access
from branches.reach.rights import VIEW
from common.requests import Request
from common.text import fold
from responsibilities.requirements.forms import RuleFilter
from responsibilities.requirements.rules import REQUIREMENT_RULES, REQUIREMENT_RULES_BY_ID
from responsibilities.rulebook import all_rules, citation, rule

GROUPS = {
    "organisation": "组织设置",
    "terms": "任期与选举",
    "life": "组织生活",
    "development": "发展党员",
    "education": "教育管理",
    "dues": "党费",
    "appraisal": "民主评议",
    "assessment": "党组织考核",
    "responsibility": "责任与督查",
    "care": "激励关怀",
    "systems": "数据与安全",
    "standards": "代码与公文",
}


@login_required
def rule_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form = RuleFilter(request.GET, groups=GROUPS)
    chosen = form.chosen()
    words, group = fold(chosen.get("q", "")), chosen.get("group")
    rows = [
        {
            "rule": row,
            "citation": citation(row),
            "group": GROUPS[row.group],
            "counted": row.id in REQUIREMENT_RULES_BY_ID,
        }
        for row in all_rules()
        if (not group or row.group == group) and (not words or words in fold(row.zh + citation(row)))
    ]
    counted = [{"row": row, "rule": rule(row.rule), "citation": citation(rule(row.rule))} for row in REQUIREMENT_RULES]
    return render(
        request,
        "responsibilities/requirements/rules/list.html",
        {
            "rows": rows,
            "counted": counted,
            "form": form,
        },
    )


@login_required
def rule_detail(request: Request, rule_id: str) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    try:
        asked = rule(rule_id)
    except KeyError:
        raise Http404 from None
    return render(
        request,
        "responsibilities/requirements/rules/detail.html",
        {
            "rule": asked,
            "citation": citation(asked),
            "group": GROUPS[asked.group],
            "counted": REQUIREMENT_RULES_BY_ID.get(rule_id),
        },
    )

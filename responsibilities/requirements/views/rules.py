"""法规与规则: every rule with where it comes from and what it makes here. Only verified rules are cited, the rest is shown
as the agency's own setting.
"""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from branches.reach import access
from branches.reach.rights import ASSESS, SET_RULES, VIEW
from branches.rulebook import Rule, all_rules, citation, rule
from branches.settings.selectors import Line, setting_lines
from common import clock
from common.requests import Request
from common.text import fold
from responsibilities.requirements.exemptions import rule_exemptions
from responsibilities.requirements.forms import RuleFilter
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID, RequirementRule
from responsibilities.requirements.rulings import RuleNow, pinyin_of, rule_now

PER_PAGE = 30
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


def _kind(row: RequirementRule | None) -> str:
    """Return which of the filter's kinds a rule is: it makes requirements, will make them, or does something else."""
    if row is None:
        return "other"
    return "owed" if row.alive else "later"


def _found(rule_row: Rule, words: str) -> bool:
    named = REQUIREMENT_RULES_BY_ID.get(rule_row.id)
    text = fold(rule_row.zh + citation(rule_row) + (named.label if named else ""))
    return words in text or (words.isascii() and words in pinyin_of(rule_row.id))


def _chosen(form: RuleFilter) -> list[Rule]:
    chosen = form.chosen()
    words, group = fold(chosen.get("q", "")), chosen.get("group")
    status, kind = chosen.get("status"), chosen.get("kind")
    return [
        row
        for row in all_rules()
        if (not group or row.group == group)
        and (not status or (status == "cited") == row.citable)
        and (not kind or kind == _kind(REQUIREMENT_RULES_BY_ID.get(row.id)))
        and (not words or _found(row, words))
    ]


@login_required
def rule_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form = RuleFilter(request.GET or None, groups=GROUPS)
    rows = _chosen(form)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    settings = {line.key: line for line in setting_lines({SET_RULES})}
    lines = []
    for row in page.object_list:
        owed = REQUIREMENT_RULES_BY_ID.get(row.id)
        lines.append(
            {
                "rule": row,
                "citation": citation(row),
                "group": GROUPS[row.group],
                "owed": owed,
                "settings": _settings(owed, settings),
            }
        )
    alive = sum(row.alive for row in REQUIREMENT_RULES_BY_ID.values())
    return render(
        request,
        "responsibilities/requirements/rules/list.html",
        {
            "title": f"系统按 {alive} 条规则计算应办义务",
            "sub": "每条要求都注明出处；没有核对到条文的，按本机关设定执行，可在规则参数中调整",
            "page": page,
            "lines": lines,
            "form": form,
            "later": len(REQUIREMENT_RULES_BY_ID) - alive,
        },
    )


def _settings(row: RequirementRule | None, lines: dict[str, Line]) -> list[Line]:
    return [lines[key] for key in row.settings] if row else []


@login_required
def rule_detail(request: Request, rule_id: str) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    try:
        asked = rule(rule_id)
    except KeyError:
        raise Http404 from None
    owed = REQUIREMENT_RULES_BY_ID.get(rule_id)
    now: RuleNow | None = rule_now(owed) if owed and owed.alive else None
    lines = {line.key: line for line in setting_lines({SET_RULES})} if owed and owed.settings else {}
    context: dict[str, Any] = {
        "rule": asked,
        "citation": citation(asked),
        "group": GROUPS[asked.group],
        "owed": owed,
        "now": now,
        "settings": _settings(owed, lines),
        "may_set": any(access.holds_anywhere(request.user, right) for right in (SET_RULES, ASSESS)),
        "exemptions": rule_exemptions(request.user, rule_id, clock.today()) if owed else [],
    }
    return render(request, "responsibilities/requirements/rules/detail.html", context)

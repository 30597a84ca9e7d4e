"""The page of components in every state, for those who build pages; on a development server only."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from branches.frame import states
from common.forms.form import Form

DAY = date(2026, 11, 24)


class SampleForm(Form):
    """One field of each kind, to see how forms look."""

    name = forms.CharField(label="主题", max_length=60)
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}), help_text="会议实际召开的日期")
    kind = forms.ChoiceField(label="类型", choices=[("", "请选择"), ("1", "党员大会"), ("2", "支委会")])
    fields_of_work = forms.MultipleChoiceField(
        label="所属方面",
        choices=[("a", "思想"), ("b", "组织"), ("c", "作风"), ("d", "制度"), ("e", "党风廉政")],
        widget=forms.CheckboxSelectMultiple,
    )
    mode = forms.ChoiceField(
        label="方式", choices=[("here", "现场"), ("online", "线上")], widget=forms.RadioSelect, required=False
    )
    minutes = forms.CharField(label="议程与决议", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    file = forms.FileField(label="附件", required=False)
    joint = forms.BooleanField(label="与其他支部联合举办", required=False)


# What the gallery shows in each component: invented people and figures.
_SAMPLES: dict[str, Any] = {
    "chips": [{"key": key, "word": look[0]} for key, look in states.CHIPS.items()],
    "cells": [
        {"state": "met", "days": None, "word": "已完成"},
        {"state": "met_late", "days": None, "word": "补录完成"},
        {"state": "due_soon", "days": 3, "word": "临期 3 天内"},
        {"state": "due_soon", "days": 6, "word": "临期"},
        {"state": "overdue", "days": 24, "word": "逾期"},
        {"state": "submitted", "days": None, "word": "待审核"},
        {"state": "returned", "days": None, "word": "已退回"},
        {"state": "not_due", "days": None, "word": "未到期"},
        {"state": "not_applicable", "days": None, "word": "不适用"},
        {"state": "unknown", "days": None, "word": "未知"},
    ],
    "swatches": [
        ("accent", "印泥红"),
        ("bg", "纸"),
        ("surface", "面"),
        ("line", "线"),
        ("ink", "墨"),
        ("muted", "次文"),
        ("link", "墨蓝"),
        ("ok-solid", "完成"),
        ("soon-solid", "临期"),
        ("late-solid", "逾期"),
        ("review-solid", "待审"),
        ("back-solid", "退回"),
        ("honour-solid", "荣誉"),
    ],
    "sorts": [
        {"label": "按落后程度", "url": "?order=late", "current": True},
        {"label": "按组织顺序", "url": "?order=tree", "current": False},
    ],
    "marks": [{"at": 70, "label": "合格"}, {"at": 80, "label": "良好"}, {"at": 90, "label": "优秀"}],
    "crumbs": [{"label": "设计规范", "url": "#"}, {"label": "组件与状态"}],
    "due": date(2026, 11, 27),
    "late": date(2026, 10, 31),
    "day": DAY,
    "rails": [
        {"state": "synchronised", "lag": 5, "business": date(2026, 8, 20), "party": date(2026, 8, 25)},
        {"state": "synchronised", "lag": -2, "business": date(2026, 8, 20), "party": date(2026, 8, 18)},
        {"state": "lagging", "lag": 18, "business": date(2026, 10, 9), "party": date(2026, 10, 27)},
        {"state": "missing", "lag": 39, "business": date(2026, 10, 16), "party": None},
        {"state": "not_due", "lag": None, "business": date(2026, 12, 20), "party": None},
    ],
    "history": [
        {"when": date(2026, 3, 12), "title": "党组会研究年度换届安排", "who": "周明远"},
        {
            "when": date(2026, 6, 30),
            "title": "修改应到人数",
            "who": "陈晓岚",
            "kind": "business",
            "changes": [{"field": "应到", "before": "14", "after": "13"}],
        },
        {
            "when": date(2026, 10, 1),
            "title": "支部届满，未召开选举大会",
            "note": "系统按任期识别",
            "kind": "missed",
        },
        {"when": date(2026, 12, 10), "title": "计划召开选举大会", "kind": "future"},
    ],
    "people": [
        {"name": "陈晓岚", "note": "书记", "value": "present", "voter": True},
        {"name": "林志刚", "note": "副书记", "value": "online", "voter": True},
        {"name": "赵文博", "note": "组织", "value": "leave", "voter": True},
        {"name": "宋芳", "note": "", "value": "absent", "voter": True},
        {"name": "唐宇", "note": "预备", "value": "exempt", "voter": False},
        {"name": "高远", "note": "", "value": "not_recorded", "voter": True},
    ],
    "parts": [
        {"value": 29, "tone": "ok", "label": "同步"},
        {"value": 2, "tone": "soon", "label": "滞后"},
        {"value": 1, "tone": "late", "label": "缺失"},
    ],
    "steps": [
        {"title": "登记支部委员", "note": "书记、委员和任期", "state": "done"},
        {
            "title": "导入党员名册",
            "note": "也可以逐人登记",
            "state": "now",
            "action": "去导入",
            "url": "#",
        },
        {
            "title": "记第一次活动",
            "note": "11月27日前的主题党日",
            "state": "",
            "action": "记一次活动",
            "url": "#",
        },
    ],
    "chart_bars": {
        "labels": ["70–75", "75–80", "80–85", "85–90", "90–95", "95–100"],
        "values": [0, 1, 5, 4, 6, 1],
        "roles": ["late", "late", "review", "review", "honour", "honour"],
        "unit": "个",
    },
    "chart_lines": {
        "labels": ["25年三季", "四季", "26年一季", "二季", "三季"],
        "min": 66,
        "max": 100,
        "series": [
            {"name": "最高", "values": [95.0, 95.5, 96.0, 96.0, 97.5]},
            {"name": "平均", "values": [85.1, 84.6, 85.2, 86.3, 86.8], "main": True},
            {"name": "最低", "values": [74.0, 73.0, None, 76.5, 71.5], "dashed": True},
        ],
    },
    "chart_pairs": {
        "labels": ["能源处", "信息中心", "社会处", "财金处", "产业处"],
        "before": [77, 76.5, 80.5, 85, 91.5],
        "after": [71.5, 74, 78, 87, 92],
        "min": 70,
        "max": 100,
    },
}


def components(request: HttpRequest) -> HttpResponse:
    """Show every component in every state; 404 unless DEBUG is on."""
    if not settings.DEBUG:
        raise Http404
    context = {
        **_SAMPLES,
        "form_fresh": SampleForm(prefix="fresh"),
        "form_wrong": SampleForm({"wrong-day": "", "wrong-minutes": "略"}, prefix="wrong"),
        "page_of_rows": Paginator(range(95), 20).get_page(2),
    }
    return render(request, "components.html", context)

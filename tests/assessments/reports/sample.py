"""A whole report of an invented agency, for tests of what is rendered from it."""

import copy

NAMES = [
    ("人事处", "97.5", "1.5", "优秀", ["30.0", "20.0", "24.5", "14.0", "9.0"]),
    ("综合处", "96.0", "0.5", "优秀", ["29.5", "19.5", "24.0", "14.0", "9.0"]),
    ("办公室", "95.0", "3.0", "优秀", ["29.0", "19.5", "23.5", "14.0", "9.0"]),
    ("投资评审中心", "93.5", "3.5", "优秀", ["29.0", "19.0", "22.5", "14.0", "9.0"]),
    ("离退休第一", "89.5", "-0.5", "良好", ["28.5", "18.0", "21.0", "13.5", "8.5"]),
    ("投资处", "88.0", "-2.5", "良好", ["27.0", "18.5", "20.5", "13.5", "8.5"]),
    ("社会处", "78.0", "-2.5", "合格", ["23.0", "16.5", "19.0", "12.0", "7.5"]),
    ("能源处", "71.5", "-5.5", "合格", ["20.0", "15.5", "17.0", "12.0", "7.0"]),
]
KEYS = ["life", "edu", "sync", "duty", "brand"]
TITLES = ["组织生活", "党员教育管理", "四同步", "责任落实", "品牌与承诺"]
LOST = {
    "投资处": ["“政府投资计划中期调整”缺同步研究", "9月支委会补办完成"],
    "社会处": ["8月、9月支委会未见记录"],
    "能源处": ["7月、8月支委会未见记录", "同步实施滞后 18 天"],
}


def indicator(name, points, maximum, mean, reasons=(), evidence=()):
    return {
        "name": name,
        "points": points,
        "maximum": maximum,
        "mean": mean,
        "state": "known",
        "reasons": [{"text": text, "points": lost, "url": None} for text, lost in reasons],
        "evidence": [{"text": text, "url": "/activities/1/"} for text in evidence],
    }


REPORT = {
    "shape": 2,
    "agency": "某市发展和改革委员会机关党委",
    "recipient": "委党组",
    "title": "2026年第三季度机关党建考核报告",
    "number": "发改党考〔2026〕3号",
    "period": "2026Q3",
    "as_of": "2026-10-08",
    "state": "published",
    "published_on": "2026-10-12",
    "scheme": {"title": "党支部年度考核方案", "version": 1},
    "summary": [
        {
            "figure": "88.6",
            "unit": "分",
            "text": "各党支部平均 88.6 分，比上季度提高 0.5 分，连续三个季度上升；4 个支部上升，4 个下降。",
            "strong": ["连续三个季度上升"],
        },
        {
            "figure": "2",
            "unit": "个低于80分",
            "text": "能源处、社会处得分低于 80 分，均比上季度下降。",
            "strong": ["能源处、社会处"],
        },
        {
            "figure": "19",
            "unit": "项闭环",
            "text": "重点业务四同步闭环 19 项（共 31 项），比上季度多 3 项；"
            "缺口集中在同步实施环节，滞后 3 项、缺失 1 项。",
            "strong": [],
        },
    ],
    "overall": {
        "paragraphs": ["5 个支部逾期 8 项，能源处最多。"],
        "distribution": {
            "title": "6 个支部在 85 至 100 分之间",
            "caption": "各分数段支部数（个）",
            "bars": [
                {"label": "70–80", "grade": "合格", "count": 2},
                {"label": "80–90", "grade": "良好", "count": 2},
                {"label": "90–100", "grade": "优秀", "count": 4},
            ],
        },
        "trend": {
            "title": "平均分连续三个季度上升",
            "caption": "平均分与最高、最低分（分）",
            "points": [
                {"period": "2026Q1", "mean": "87.2", "highest": "96.0", "lowest": "74.5"},
                {"period": "2026Q2", "mean": "88.1", "highest": "96.0", "lowest": "76.5"},
                {"period": "2026Q3", "mean": "88.6", "highest": "97.5", "lowest": "71.5"},
            ],
        },
    },
    "dimensions": [
        {"key": key, "name": name, "points": points}
        for key, name, points in zip(KEYS, TITLES, ["30", "20", "25", "15", "10"], strict=True)
    ],
    "branches": [
        {
            "key": number,
            "name": f"{name}党支部",
            "score": score,
            "change": change,
            "grade": grade,
            "rank": None,
            "state": "complete",
            "scores": dict(zip(KEYS, scores, strict=True)),
            "lost": LOST.get(name, []),
        }
        for number, (name, score, change, grade, scores) in enumerate(NAMES, 1)
    ],
    "comparison": {
        "title": "投资评审中心上升 3.5 分，能源处下降 5.5 分",
        "caption": "空心点为二季度，实心点为三季度（分）",
        "before": "2026Q2",
        "pairs": [
            {"key": 4, "name": "投资评审中心党支部", "before": "90.0", "now": "93.5"},
            {"key": 8, "name": "能源处党支部", "before": "77.0", "now": "71.5"},
            {"key": 3, "name": "办公室党支部", "before": "92.0", "now": "95.0"},
        ],
    },
    "chapters": [
        {
            "key": 6,
            "name": "投资处党支部",
            "text": "得分 88.0 分，等次良好，比上季度下降 2.5 分。失分集中在四同步，占全部失分的 38%。",
            "indicators": [
                indicator(
                    "组织生活",
                    "27.0",
                    "30.0",
                    "26.6",
                    [("9月支委会补办完成", "1.00"), ("第二党小组8月党小组会未见记录", "2.00")],
                    ["支委会 09-30", "党小组会台账"],
                ),
                indicator(
                    "四同步",
                    "20.5",
                    "25.0",
                    "21.1",
                    [("“政府投资计划中期调整”缺同步研究", "3.50"), ("同步实施滞后 18 天", "1.00")],
                    ["业务会议纪要 08-12"],
                ),
                indicator("责任落实", "15.0", "15.0", "13.0"),
                indicator("党费收缴", None, None, None) | {"state": "unknown"},
            ],
        },
        {
            "key": 8,
            "name": "能源处党支部",
            "text": "得分 71.5 分，等次合格，比上季度下降 5.5 分。失分集中在组织生活，占全部失分的 35%。",
            "indicators": [
                indicator(
                    "组织生活",
                    "20.0",
                    "30.0",
                    "26.6",
                    [("7月支委会未见记录", "5.00"), ("8月支委会未见记录", "5.00")],
                )
            ],
        },
    ],
    "work": {
        "title": "2 项重点业务应同步 6 个环节，同步 4 个，缺失 1 个。",
        "paragraphs": ["同步安排的问题最多，2 个环节滞后或缺失。", "四个环节全部同步（闭环）的重点业务 1 项。"],
        "stages": [
            {"name": "同步研究", "due": 2, "synchronised": 2, "lagging": 0, "missing": 0, "waived": 0},
            {"name": "同步安排", "due": 2, "synchronised": 0, "lagging": 1, "missing": 1, "waived": 0},
            {"name": "同步实施", "due": 1, "synchronised": 1, "lagging": 0, "missing": 0, "waived": 1},
            {"name": "同步考核", "due": 1, "synchronised": 1, "lagging": 0, "missing": 0, "waived": 0},
        ],
        "problems": [
            {
                "work": "能源保供与迎峰度冬",
                "stage": "安排",
                "state": "缺失，业务 8月16日",
                "who": "能源处党支部",
                "leader": "顾海平",
                "url": "/sync/1/#stage-arrangement",
            }
        ],
        "levels": [
            {"name": "机关党委", "owed": 12, "done": 11, "overdue": 1},
            {"name": "党支部", "owed": 96, "done": 90, "overdue": 6},
        ],
    },
    "adjustments": [
        {
            "branch": "社会处党支部",
            "indicator": "责任落实",
            "before": "12.5",
            "change": "-0.5",
            "after": "12.0",
            "reason": "督查发现整改反馈与实际不符",
            "by": "何秀兰",
            "on": "2026-10-11",
        }
    ],
    "actions": [
        {"text": "请分管领导约谈能源处党支部书记", "who": "分管领导", "due": "2026-10-31"},
        {"text": "完成能源处党支部换届", "who": "机关党委", "due": "2026-12-10"},
    ],
    "notes": ["得分由系统按记录计算，四舍五入保留一位小数，分项之和可能与总分相差 0.1 分。"],
    "burden": ["本期考核未要求支部另行报送材料。"],
    "anchor": "18342:9f2c4e7ab1d0335c8e6f4471",
    "signature": {"name": "某市发展和改革委员会机关党委", "on": "2026-10-12"},
}


def report(**changes):
    """A fresh copy with some top keys changed."""
    return copy.deepcopy(REPORT) | changes


def trial():
    """The same as a trial: no number, no date of publication, no anchor."""
    return report(state="trial", number=None, published_on=None, anchor=None, adjustments=[])

"""Forms of a draft beside its indicators: a dimension, what holds for the whole, a bonus item, the day, the meeting."""

from decimal import Decimal

from django import forms

from assessments.schemes.comparison import PERIOD_WORDS, number
from assessments.schemes.lines import GRADES, ROWS, Lines
from assessments.schemes.lines import figure as _figure
from assessments.scoring.schemes import ordered
from common.forms.fields import DayField, PlainTextField
from common.forms.form import Form


class DimensionForm(Lines):
    name = PlainTextField(label="方面", max_length=40)
    weight = _figure("本方面分值", required=False, help_text="不填为各指标之和；填写的，按各指标合计折算到这个分值。")
    full_from = forms.IntegerField(
        label="足额起算数",
        min_value=1,
        max_value=50,
        help_text="到期事项少于这个数时，本方面分值按项数折算；1 为不折算。",
    )
    reason = PlainTextField(label="为什么改", max_length=300)


class WholeForm(Lines):
    """What holds for the whole scheme: title, total, how weights are counted, grades with their quota, bonus cap, vetoes."""

    title = PlainTextField(label="名称", max_length=100)
    periods = forms.MultipleChoiceField(
        label="考核期",
        choices=list(PERIOD_WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一种考核期。", "invalid_choice": "请从列表中选择。"},
    )
    total = _figure("总分", min_value=1)
    spread = forms.BooleanField(label="不适用、未到期的分值分摊到其他指标", required=False)
    grade_min_points = _figure("应计分不足多少暂不定等次", required=False)
    bonus_cap = _figure("加分上限", required=False, help_text="不填为不设上限。")
    open_top = forms.BooleanField(label="加分后可以超过总分", required=False)
    counts_for_grade = forms.BooleanField(label="加分计入定等次的得分", required=False)
    grade_on = forms.ChoiceField(
        label="定等次按",
        choices=[("rounded", "四舍五入到 0.1 分的得分"), ("exact", "未四舍五入的得分")],
        required=False,
    )
    quota_about = forms.BooleanField(label="名额比例是“约”，四舍五入", required=False)
    quota_tie = forms.ChoiceField(
        label="名额边上并列时",
        choices=[("decide", "由人决定，写明理由"), ("none_in", "并列的都不列入"), ("all_in", "并列的都列入")],
        required=False,
    )

    def __init__(self, *args, body, **kwargs):
        self.body = body
        bonus = body.get("bonus", {})
        initial = {
            "title": body["title"],
            "periods": body["periods"],
            "total": number(body["total"]),
            "spread": body.get("spread", True),
            "open_top": body.get("open_top", False),
            "grade_min_points": number(body.get("grade_min_points", 0)),
            "bonus_cap": "" if bonus.get("open") else number(bonus.get("cap", 0)),
            "counts_for_grade": bonus.get("counts_for_grade", True),
            "grade_on": body.get("grade_on", "rounded"),
            "quota_tie": body.get("quota_tie", "decide"),
            "quota_about": any(quota.get("about") for quota in body.get("quotas", ())),
        }
        quotas = {quota["grade"]: quota for quota in body.get("quotas", ())}
        for place, grade in enumerate(body["grades"][:GRADES]):
            initial[f"grade_{place}"] = grade["name"]
            initial[f"bound_{place}"] = "" if grade.get("bound") is None else number(grade["bound"])
            initial[f"condition_{place}"] = grade.get("condition", "")
            quota = quotas.get(grade["name"], {})
            if quota.get("max_ratio"):
                initial[f"quota_{place}"] = number(Decimal(str(quota["max_ratio"])) * 100)
            if quota.get("number") is not None:
                initial[f"places_{place}"] = quota["number"]
        for place, veto in enumerate(body.get("vetoes", ())[:ROWS]):
            initial |= {f"veto_{place}": veto["when"], f"veto_cap_{place}": veto["cap"]}
            initial[f"veto_zero_{place}"] = veto.get("zero_indicator", False)
        super().__init__(*args, initial=initial, **kwargs)
        for place in range(GRADES):
            self.fields[f"grade_{place}"] = PlainTextField(label=f"等次 {place + 1}", max_length=10, required=not place)
            self.fields[f"bound_{place}"] = _figure("下限", required=False)
            self.fields[f"quota_{place}"] = _figure("年度名额比例（%）", required=False, max_value=100)
            self.fields[f"places_{place}"] = forms.IntegerField(
                label="或名额个数", min_value=0, max_value=9999, required=False
            )
            self.fields[f"condition_{place}"] = PlainTextField(label="另需条件", max_length=60, required=False)
        for place in range(ROWS):
            self.fields[f"veto_{place}"] = PlainTextField(label=f"否决情形 {place + 1}", max_length=80, required=False)
            self.fields[f"veto_cap_{place}"] = PlainTextField(label="等次不高于", max_length=10, required=False)
            self.fields[f"veto_zero_{place}"] = forms.BooleanField(label="同时该项计零分", required=False)
        self.fields["reason"] = PlainTextField(label="为什么改", max_length=300)

    def clean(self):
        given = super().clean()
        names = [given.get(f"grade_{place}") for place in range(GRADES) if given.get(f"grade_{place}")]
        for place in range(ROWS):
            if given.get(f"veto_{place}") and given.get(f"veto_cap_{place}") not in names:
                self.add_error(f"veto_cap_{place}", "请填写上面列出的一个等次。")
        for place in range(len(names) - 1):
            if given.get(f"bound_{place}") is None and f"bound_{place}" not in self.errors:
                self.add_error(f"bound_{place}", "除最后一个等次外都要填写下限。")
        for place in range(len(names)):
            if given.get(f"quota_{place}") and given.get(f"places_{place}") is not None:
                self.add_error(f"places_{place}", "比例和个数填写一种。")
        if names and given.get(f"condition_{len(names) - 1}"):
            self.add_error(f"condition_{len(names) - 1}", "最后一个等次不能另设条件。")
        return given

    def changed_body(self):
        """Return the body with what the form says; valid forms only."""
        given, body = self.cleaned_data, dict(self.body)
        body |= {key: given[key] for key in ("title", "periods", "spread", "open_top")}
        body |= {"total": str(given["total"]), "grade_min_points": str(given["grade_min_points"] or 0)}
        body |= {"grade_on": given["grade_on"] or "rounded", "quota_tie": given["quota_tie"] or "decide"}
        cap = given["bonus_cap"]
        kept = {key: value for key, value in body.get("bonus", {}).items() if key not in ("cap", "open")}
        kept["counts_for_grade"] = given["counts_for_grade"]
        body["bonus"] = kept | ({"open": True} if cap is None else {"cap": str(cap)})
        used = [place for place in range(GRADES) if given.get(f"grade_{place}")]
        body["grades"] = [self._grade(place, place == used[-1]) for place in used]
        body["quotas"] = [
            self._quota(place) for place in used if given[f"quota_{place}"] or given[f"places_{place}"] is not None
        ]
        rules = {veto["when"]: veto.get("rules", []) for veto in body.get("vetoes", ())}
        body["vetoes"] = [self._veto(place, rules) for place in range(ROWS) if given[f"veto_{place}"]]
        return body

    def _quota(self, place):
        given = self.cleaned_data
        quota = {"grade": given[f"grade_{place}"], "periods": ["year"]}
        if given[f"places_{place}"] is not None:
            return quota | {"number": given[f"places_{place}"]}
        about = {"about": True} if given["quota_about"] else {}
        return quota | {"max_ratio": str(given[f"quota_{place}"] / 100)} | about

    def _grade(self, place, last):
        grade = {"name": self.cleaned_data[f"grade_{place}"]}
        if self.cleaned_data[f"condition_{place}"]:
            grade["condition"] = self.cleaned_data[f"condition_{place}"]
        return grade if last else grade | {"bound": str(self.cleaned_data[f"bound_{place}"])}

    def _veto(self, place, rules):
        given = self.cleaned_data
        when = given[f"veto_{place}"]
        veto = {"when": when, "cap": given[f"veto_cap_{place}"], "rules": rules.get(when, [])}
        return veto | {"zero_indicator": given[f"veto_zero_{place}"]}


class BonusForm(Lines):
    """One thing that earns extra points: so many each time up to a cap, by level, or by degree up to a cap."""

    what = PlainTextField(label="加分事项", max_length=80)
    points = _figure("每次加分", required=False, help_text="分档的不填；不填也不分档的，每次按程度登记。")
    cap = _figure("这一项最多", required=False)

    def __init__(self, *args, row=None, **kwargs):
        row = row or {}
        initial = {"what": row.get("what", "")}
        initial |= {key: number(row[key]) for key in ("points", "cap") if row.get(key) is not None}
        for place, (name, points) in enumerate(ordered(row.get("levels", {}))[:ROWS]):
            initial |= {f"level_{place}": name, f"level_points_{place}": number(points)}
        super().__init__(*args, initial=initial, **kwargs)
        for place in range(ROWS):
            self.fields[f"level_{place}"] = PlainTextField(label=f"档次 {place + 1}", max_length=20, required=False)
            self.fields[f"level_points_{place}"] = _figure("加分", required=False)
        self.fields["reason"] = PlainTextField(label="为什么改", max_length=300)

    def clean(self):
        given = super().clean()
        for place in range(ROWS):
            if given.get(f"level_{place}") and given.get(f"level_points_{place}") is None:
                self.add_error(f"level_points_{place}", "请填写这一档的加分。")
        return given

    def item(self):
        """Return the item as a scheme keeps it; valid forms only."""
        given = self.cleaned_data
        row = {"what": given["what"]} | {key: str(given[key]) for key in ("points", "cap") if given[key] is not None}
        named = [place for place in range(ROWS) if given.get(f"level_{place}")]
        levels = {given[f"level_{place}"]: str(given[f"level_points_{place}"]) for place in named}
        return row | ({"levels": levels} if levels else {})


class ProposeForm(Form):
    in_force_from = DayField(label="施行日期", help_text="考核期的第一天，如 2027-01-01。")


class ApproveForm(Form):
    meeting: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="审定的会议", empty_label="请选择", help_text="党组会议或机关党委会议的已通过记录。"
    )

    def __init__(self, *args, meetings, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = meetings

"""Forms of a draft: an indicator with the fields of its method, a dimension, what holds for the whole, the day, the meeting."""

from decimal import Decimal

from django import forms

from assessments.schemes.comparison import METHOD_NAMES, number
from assessments.schemes.measures import MEASURES
from assessments.scoring.schemes import BY_HAND
from common.forms.fields import DayField, PlainTextField
from common.forms.form import Form

# What the service applies: figures come from records, or from what people enter.
METHODS = ("ratio", "deduct", "graded", "manual", "votes", "bands", "steps", "count")
ROWS, GRADES = 10, 6
_PER = [("once", "一次"), ("each", "每次"), ("each_person", "每人"), ("degree", "按程度"), ("plus", "加分")]
HAND, NONE = "by-hand", "none"


def _figure(label, required=True, **options):
    options = {"max_digits": 7, "decimal_places": 3, "min_value": 0} | options
    return forms.DecimalField(label=label, required=required, **options)


class Lines(Form):
    """A form whose numbered fields (when_0, fault_0) stand in a line."""

    def lines(self):
        """Return the bound fields, those of one number together: [[field], [field, field, field], …]."""
        found = []
        for bound in self:
            number_of = bound.name.rpartition("_")[2]
            if found and number_of.isdigit() and found[-1][-1].name.rpartition("_")[2] == number_of:
                found[-1].append(bound)
            else:
                found.append([bound])
        return found


class IndicatorForm(Lines):
    """An indicator of one method; `indicator()` gives it as the scheme keeps it."""

    name = PlainTextField(label="指标", max_length=60)
    points = _figure("分值", min_value=Decimal("0.01"))

    def __init__(self, *args, method, row=None, others=(), **kwargs):
        self.method, self.row = method, row or {}
        super().__init__(*args, initial=self._initial(), **kwargs)
        getattr(self, f"_add_{method}", lambda: None)()
        if method == "ratio":
            self.fields["measures"] = forms.MultipleChoiceField(
                label="数据来源", choices=list(MEASURES.items()), widget=forms.CheckboxSelectMultiple, required=False
            )
            kept = [name for name in self.row.get("measures", ()) if name not in MEASURES]
            self.fields["measures"].help_text = "不选的，尚无数据来源，注明覆盖范围。" if kept or not row else ""
        elif method != "manual":
            self.fields["source"] = forms.ChoiceField(
                label="数据来源", choices=[(HAND, "人工登记，另一人审定"), (NONE, "尚无数据来源，注明覆盖范围")]
            )
        self.fields["unit"] = PlainTextField(label="量词", max_length=10, required=False, help_text="如次、项、件。")
        self.fields["not_applicable"] = PlainTextField(label="没有到期事项时注明", max_length=60, required=False)
        self.fields["counted_in"] = forms.MultipleChoiceField(
            label="先在这些指标计分，这里不再扣",
            choices=[(one["key"], one["name"]) for one in others],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        self.fields["reason"] = PlainTextField(label="为什么改", max_length=300)

    def _initial(self):
        row = self.row
        found = {key: row[key] for key in ("name", "unit", "not_applicable", "counted_in") if key in row}
        found |= {
            key: number(row[key])
            for key in ("points", "base_at", "base_points", "step", "step_points", "points_each")
            if row.get(key) is not None
        }
        found["measures"] = row.get("measures", [])
        # What was counted from records and is now judged by people has its source in them.
        named = [one for one in row.get("measures", ()) if one != BY_HAND]
        found["source"] = NONE if named and not any(one in MEASURES for one in named) else HAND
        found["late_percent"] = number(Decimal(str(row.get("late_factor", "0.5"))) * 100)
        found["started"] = row.get("started", False)
        found["min_valid"] = row.get("min_valid", 3)
        for place, rule in enumerate(row.get("deductions", ())[:ROWS]):
            found[f"when_{place}"], found[f"per_{place}"] = rule["when"], rule.get("per", "once")
            if rule.get("points") is None:
                found[f"per_{place}"] = "degree"
            else:
                points = Decimal(str(rule["points"]))
                found[f"fault_{place}"] = number(abs(points))
                if points < 0:
                    found[f"per_{place}"] = "plus"
        for place, (name, points) in enumerate(list(row.get("levels", {}).items())[:ROWS]):
            found[f"level_{place}"], found[f"level_points_{place}"] = name, number(points)
        for place, (bound, points) in enumerate(row.get("bands", ())[:ROWS]):
            found[f"band_{place}"] = "" if bound is None else number(bound)
            found[f"band_points_{place}"] = number(points)
        return found

    def _add_ratio(self):
        self.fields["late_percent"] = _figure("补录、补办计（%）", max_value=100)

    def _add_deduct(self):
        for place in range(ROWS):
            self.fields[f"when_{place}"] = PlainTextField(label=f"情形 {place + 1}", max_length=80, required=not place)
            self.fields[f"per_{place}"] = forms.ChoiceField(label="计法", choices=_PER, required=False)
            self.fields[f"fault_{place}"] = _figure("分值", required=False)

    def _add_graded(self):
        for place in range(ROWS):
            self.fields[f"level_{place}"] = PlainTextField(label=f"档次 {place + 1}", max_length=20, required=place < 2)
            self.fields[f"level_points_{place}"] = _figure("分值", required=place < 2)

    def _add_votes(self):
        for place in range(ROWS):
            self.fields[f"level_{place}"] = PlainTextField(label=f"档次 {place + 1}", max_length=20, required=place < 2)
            self.fields[f"level_points_{place}"] = _figure("每票计（满分 100）", required=place < 2, max_value=100)
        self.fields["min_valid"] = forms.IntegerField(label="有效票不少于", min_value=1, max_value=9999, initial=3)

    def _add_bands(self):
        for place in range(ROWS):
            self.fields[f"band_{place}"] = _figure(f"下限 {place + 1}", required=not place)
            self.fields[f"band_points_{place}"] = _figure("分值", required=not place)

    def _add_steps(self):
        self.fields["base_at"] = _figure("起算数值")
        self.fields["base_points"] = _figure("起算处分值", required=False)
        self.fields["step"] = _figure("步长", min_value=Decimal("0.001"))
        self.fields["step_points"] = _figure("每步分值", min_value=Decimal("0.001"))
        self.fields["started"] = forms.BooleanField(label="不足一步按一步计", required=False)

    def _add_count(self):
        self.fields["points_each"] = _figure("每项分值", min_value=Decimal("0.001"))

    def clean(self):
        found = super().clean()
        for place in range(ROWS):
            if self.method == "deduct" and found.get(f"when_{place}"):
                by_degree = found.get(f"per_{place}") == "degree"
                if found.get(f"fault_{place}") is None and not by_degree:
                    self.add_error(f"fault_{place}", "请填写扣分，或选择“按程度”。")
            if (
                self.method in ("graded", "votes")
                and found.get(f"level_{place}")
                and found.get(f"level_points_{place}") is None
            ):
                self.add_error(f"level_points_{place}", "请填写这一档的分值。")
        return found

    def indicator(self):
        """Return the indicator as a scheme keeps it; valid forms only. What the form does not show stays."""
        given = self.cleaned_data
        kept = {key: self.row[key] for key in ("rules", "note", "floor_at") if key in self.row}
        row = {**kept, "name": given["name"], "points": str(given["points"]), "method": self.method}
        row |= {key: given[key] for key in ("unit", "not_applicable", "counted_in") if given.get(key)}
        if self.method == "ratio":
            row["measures"] = given["measures"] or [one for one in self.row.get("measures", ()) if one not in MEASURES]
            row["late_factor"] = str(given["late_percent"] / 100)
        elif self.method != "manual":
            unbuilt = [one for one in self.row.get("measures", ()) if one not in MEASURES and one != BY_HAND]
            row["measures"] = [BY_HAND] if given["source"] == HAND else unbuilt or ["none"]
        return row | getattr(self, f"_{self.method}", dict)()

    def _deduct(self):
        given, rules = self.cleaned_data, []
        for place in range(ROWS):
            if not given.get(f"when_{place}"):
                continue
            rule = {"when": given[f"when_{place}"]}
            if given[f"per_{place}"] == "plus":
                # What lifts the indicator, never above its points.
                rule |= {"points": str(-given[f"fault_{place}"]), "per": "each"}
            elif given[f"per_{place}"] != "degree":
                rule |= {"points": str(given[f"fault_{place}"]), "per": given[f"per_{place}"] or "once"}
            rules.append(rule)
        return {"deductions": rules}

    def _graded(self):
        given = self.cleaned_data
        named = [place for place in range(ROWS) if given.get(f"level_{place}")]
        return {"levels": {given[f"level_{place}"]: str(given[f"level_points_{place}"]) for place in named}}

    def _votes(self):
        return self._graded() | {"min_valid": self.cleaned_data["min_valid"]}

    def _bands(self):
        given = self.cleaned_data
        used = [place for place in range(ROWS) if given.get(f"band_points_{place}") is not None]
        bound = {place: given[f"band_{place}"] for place in used}
        return {
            "bands": [
                [None if bound[place] is None else str(bound[place]), str(given[f"band_points_{place}"])]
                for place in used
            ]
        }

    def _steps(self):
        given = self.cleaned_data
        row = {key: str(given[key]) for key in ("base_at", "step", "step_points")}
        if given["base_points"] is not None:
            row["base_points"] = str(given["base_points"])
        return row | {"started": given["started"]}

    def _count(self):
        return {"points_each": str(self.cleaned_data["points_each"])}


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
    total = _figure("总分", min_value=1)
    spread = forms.BooleanField(label="不适用、未到期的分值分摊到其他指标", required=False)
    grade_min_points = _figure("应计分不足多少暂不定等次", required=False)
    bonus_cap = _figure("加分上限", required=False, help_text="不填为不设上限。")
    open_top = forms.BooleanField(label="加分后可以超过总分", required=False)

    def __init__(self, *args, body, **kwargs):
        self.body = body
        bonus = body.get("bonus", {})
        initial = {
            "title": body["title"],
            "total": number(body["total"]),
            "spread": body.get("spread", True),
            "open_top": body.get("open_top", False),
            "grade_min_points": number(body.get("grade_min_points", 0)),
            "bonus_cap": "" if bonus.get("open") else number(bonus.get("cap", 0)),
        }
        quotas = {quota["grade"]: quota for quota in body.get("quotas", ())}
        for place, grade in enumerate(body["grades"][:GRADES]):
            initial[f"grade_{place}"] = grade["name"]
            initial[f"bound_{place}"] = "" if grade.get("bound") is None else number(grade["bound"])
            if grade["name"] in quotas:
                initial[f"quota_{place}"] = number(Decimal(str(quotas[grade["name"]]["max_ratio"])) * 100)
        for place, veto in enumerate(body.get("vetoes", ())[:ROWS]):
            initial |= {f"veto_{place}": veto["when"], f"veto_cap_{place}": veto["cap"]}
            initial[f"veto_zero_{place}"] = veto.get("zero_indicator", False)
        super().__init__(*args, initial=initial, **kwargs)
        for place in range(GRADES):
            self.fields[f"grade_{place}"] = PlainTextField(label=f"等次 {place + 1}", max_length=10, required=not place)
            self.fields[f"bound_{place}"] = _figure("下限", required=False)
            self.fields[f"quota_{place}"] = _figure("年度名额比例（%）", required=False, max_value=100)
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
        return given

    def changed_body(self):
        """Return the body with what the form says; valid forms only."""
        given, body = self.cleaned_data, dict(self.body)
        body |= {key: given[key] for key in ("title", "spread", "open_top")}
        body |= {"total": str(given["total"]), "grade_min_points": str(given["grade_min_points"] or 0)}
        cap = given["bonus_cap"]
        kept = {key: value for key, value in body.get("bonus", {}).items() if key not in ("cap", "open")}
        body["bonus"] = kept | ({"open": True} if cap is None else {"cap": str(cap)})
        used = [place for place in range(GRADES) if given.get(f"grade_{place}")]
        body["grades"] = [self._grade(place, place == used[-1]) for place in used]
        body["quotas"] = [
            {"grade": given[f"grade_{place}"], "max_ratio": str(given[f"quota_{place}"] / 100), "periods": ["year"]}
            for place in used
            if given[f"quota_{place}"]
        ]
        rules = {veto["when"]: veto.get("rules", []) for veto in body.get("vetoes", ())}
        body["vetoes"] = [self._veto(place, rules) for place in range(ROWS) if given[f"veto_{place}"]]
        return body

    def _grade(self, place, last):
        grade = {"name": self.cleaned_data[f"grade_{place}"]}
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
        for place, (name, points) in enumerate(list(row.get("levels", {}).items())[:ROWS]):
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


def method_choices(current):
    """Return [(method, name, whether it is chosen)] of the methods that are offered."""
    return [(method, METHOD_NAMES[method], method == current) for method in METHODS]

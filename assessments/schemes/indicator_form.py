"""The form of an indicator: the fields of its method, where its figures come from, and why it is changed."""

import re
from decimal import Decimal

from django import forms

from assessments.schemes.comparison import METHOD_NAMES, number
from assessments.schemes.lines import ROWS, Lines
from assessments.schemes.lines import figure as _figure
from assessments.schemes.measures import BRANCH_SCHEME, counted_choices, derived_choices, name_of
from assessments.scoring.schemes import BY_HAND, ordered
from common.forms.fields import PlainTextField

# What the service applies: figures come from records, or from what people enter.
METHODS = ("ratio", "deduct", "graded", "manual", "votes", "bands", "steps", "count", "derived")
# What records can give as well as people.
COUNTABLE = ("deduct", "bands", "steps", "count")
_PER = [
    ("once", "一次"),
    ("each", "每次"),
    ("each_person", "每人"),
    ("case", "每次，同一文件取最重"),
    ("degree", "按程度"),
    ("plus", "加分"),
]
HAND, NONE, RECORDS = "by-hand", "none", "records"
# The name under which faults of one paper are one case.
CASE = "同一文件"


class IndicatorForm(Lines):
    """An indicator of one method; `indicator()` gives it as the scheme keeps it."""

    name = PlainTextField(label="指标", max_length=60)
    points = _figure("分值", min_value=Decimal("0.01"))

    def __init__(self, *args, method, row=None, others=(), key=BRANCH_SCHEME, applies=("branch",), **kwargs):
        self.method, self.row = method, row or {}
        super().__init__(*args, initial=self._initial(), **kwargs)
        getattr(self, f"_add_{method}", lambda: None)()
        self._add_sources(method, key, applies)
        self.fields["unit"] = PlainTextField(label="量词", max_length=10, required=False, help_text="如次、项、件。")
        self.fields["not_applicable"] = PlainTextField(label="没有到期事项时注明", max_length=60, required=False)
        self.fields["counted_in"] = forms.MultipleChoiceField(
            label="先在这些指标计分，这里不再扣",
            choices=[(one["key"], one["name"]) for one in others],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        self.fields["reason"] = PlainTextField(label="为什么改", max_length=300)

    def _add_sources(self, method, key, applies):
        """Where the figures come from: records, people, results of other schemes, or nothing yet."""
        if method == "derived":
            self.fields["result"] = forms.ChoiceField(
                label="依据的考核结果", choices=[("", "请选择"), *derived_choices(key).items()]
            )
            return
        if method not in ("ratio", "manual"):
            choices = [(HAND, "人工登记，另一人审定"), (NONE, "尚无数据来源，注明覆盖范围")]
            if method in COUNTABLE:
                choices.insert(1, (RECORDS, "由记录计量，在下面选择"))
            self.fields["source"] = forms.ChoiceField(label="数据来源", choices=choices)
        if method == "ratio" or method in COUNTABLE:
            offered = counted_choices(applies)
            offered |= {name: name_of(name) for name in self.row.get("measures", ()) if name_of(name)}
            self.fields["measures"] = forms.MultipleChoiceField(
                label="数据来源" if method == "ratio" else "由哪些记录计量",
                choices=list(offered.items()),
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
            kept = [name for name in self.row.get("measures", ()) if not name_of(name)]
            if method == "ratio" and (kept or not self.row):
                self.fields["measures"].help_text = "不选的，尚无数据来源，注明覆盖范围。"
            elif method in ("bands", "steps"):
                self.fields["measures"].help_text = "由记录计量的，数值是完成比率，按 0 至 1 填写。"

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
        built = any(name_of(one) for one in named)
        found["source"] = HAND if not named or (built and self.method not in COUNTABLE) else RECORDS if built else NONE
        found["result"] = named[0] if row.get("method") == "derived" and named else ""
        found["aspects"] = "、".join(row.get("aspects", ()))
        found["late_percent"] = number(Decimal(str(row.get("late_factor", "0.5"))) * 100)
        found["started"] = row.get("started", False)
        found["min_valid"] = row.get("min_valid", 3)
        for place, rule in enumerate(row.get("deductions", ())[:ROWS]):
            found[f"when_{place}"], found[f"per_{place}"] = rule["when"], rule.get("per", "once")
            if rule.get("case"):
                found[f"per_{place}"] = "case"
            if rule.get("points") is None:
                found[f"per_{place}"] = "degree"
            else:
                points = Decimal(str(rule["points"]))
                found[f"fault_{place}"] = number(abs(points))
                if points < 0:
                    found[f"per_{place}"] = "plus"
        for place, (name, points) in enumerate(ordered(row.get("levels", {}))[:ROWS]):
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
        self.fields["aspects"] = PlainTextField(
            label="分哪几方面评定",
            max_length=80,
            required=False,
            help_text="如“配备、履职”；各方面分别评定，取最低一档。不填为整体评定。",
        )
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
        if found.get("source") == RECORDS and not found.get("measures"):
            self.add_error("measures", "请选择由哪些记录计量。")
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
        kept = {key: self.row[key] for key in ("rules", "note", "floor_at", "sub_items") if key in self.row}
        row = {**kept, "name": given["name"], "points": str(given["points"]), "method": self.method}
        row |= {key: given[key] for key in ("unit", "not_applicable", "counted_in") if given.get(key)}
        if self.method == "ratio":
            row["measures"] = given["measures"] or [one for one in self.row.get("measures", ()) if not name_of(one)]
            row["late_factor"] = str(given["late_percent"] / 100)
        elif self.method == "derived":
            row["measures"] = [given["result"]]
        elif given.get("source") == RECORDS:
            row["measures"] = given["measures"]
        elif self.method != "manual":
            unbuilt = [one for one in self.row.get("measures", ()) if not name_of(one) and one != BY_HAND]
            row["measures"] = [BY_HAND] if given["source"] == HAND else unbuilt or ["none"]
        return row | getattr(self, f"_{self.method}", dict)()

    def _deduct(self):
        given, rules = self.cleaned_data, []
        parts = {rule["when"]: rule["part"] for rule in self.row.get("deductions", ()) if rule.get("part")}
        for place in range(ROWS):
            when = given.get(f"when_{place}")
            if not when:
                continue
            rule = {"when": when} | ({"part": parts[when]} if when in parts else {})
            if given[f"per_{place}"] == "plus":
                # What lifts the indicator, never above its points.
                rule |= {"points": str(-given[f"fault_{place}"]), "per": "each"}
            elif given[f"per_{place}"] == "case":
                rule |= {"points": str(given[f"fault_{place}"]), "per": "each", "case": CASE}
            elif given[f"per_{place}"] != "degree":
                rule |= {"points": str(given[f"fault_{place}"]), "per": given[f"per_{place}"] or "once"}
            rules.append(rule)
        return {"deductions": rules}

    def _graded(self):
        given = self.cleaned_data
        aspects = [one.strip() for one in re.split("[、,，]", given.get("aspects", "")) if one.strip()]
        return self._levels() | ({"aspects": aspects} if aspects else {})

    def _levels(self):
        given = self.cleaned_data
        named = [place for place in range(ROWS) if given.get(f"level_{place}")]
        return {"levels": {given[f"level_{place}"]: str(given[f"level_points_{place}"]) for place in named}}

    def _votes(self):
        return self._levels() | {"min_valid": self.cleaned_data["min_valid"]}

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


def method_choices(current, key=BRANCH_SCHEME):
    """Return [(method, name, whether it is chosen)] of the methods that are offered to a scheme."""
    return [(method, METHOD_NAMES[method], method == current) for method in METHODS if offers(key, method)]


def offers(key, method):
    """Whether a scheme may use a method: what follows from results needs results of another one."""
    return method in METHODS and (method != "derived" or bool(derived_choices(key)))

"""An independent reading of the agency's ledgers, with openpyxl and nothing of the product: what must be in the database."""

import re
import unicodedata
from datetime import date, datetime

import openpyxl

from tests.paths import DATA


def plain(value):
    return "" if value is None else unicodedata.normalize("NFKC", str(value)).strip()


def bare(value):
    return "".join(plain(value).split())


def day(value):
    if isinstance(value, datetime):
        return value.date()
    digits = re.findall(r"\d+", plain(value))
    if len(digits) == 1:
        digits = [digits[0][:4], digits[0][4:6], digits[0][6:8]]
    return date(*map(int, digits[:3])) if digits else None


def rows(ledger):
    """Yield (row number, {heading: value}) of a ledger of tests/data/agency: headings in row 3, totals left out."""
    sheet = openpyxl.load_workbook(DATA / "agency" / f"{ledger}.xlsx").worksheets[0]
    lines = list(sheet.iter_rows(values_only=True))
    heads = [plain(head) for head in lines[2]]
    for number, line in enumerate(lines[3:], start=4):
        if any(line) and plain(line[0]) not in ("小计", "合计"):
            yield number, dict(zip(heads, line, strict=True))


class Ledger:
    """Organisations by every name of them, people with their branch and days, activities as written."""

    def __init__(self):
        self.places, self.order, self.parents, self.kinds, self.founded, self.short = {}, [], {}, {}, {}, {}
        for _, row in rows("organisations"):
            name = bare(row["党组织全称"])
            self.order.append(name)
            self.kinds[name] = bare(row["组织类别"])
            self.founded[name] = day(row["成立日期"])
            self.short[name] = bare(row["简称"])
            self.places[name] = name
            if self.kinds[name] != "党小组":
                self.places[self.short[name]] = name
            self.parents[name] = bare(row["上级党组织"])
        self.parents = {name: self.places.get(above) for name, above in self.parents.items()}
        self.people = [self._person(row) for _, row in rows("members")]
        self.activities = [(number, row) for number, row in rows("activities")]

    def _person(self, row):
        branch = self.places[bare(row["所在党支部"])]
        joined = day(row["加入党组织日期"])
        groups = [g for g, above in self.parents.items() if above == branch and self.short[g] == bare(row["党小组"])]
        return {
            "name": bare(row["姓名"]),
            "identity": bare(row["公民身份证号码"]).upper(),
            "category": bare(row["人员类别"]),
            "branch": branch,
            "group": groups[0] if groups else None,
            "joined": joined,
            "full": day(row["转为正式党员日期"]),
            "starts": max(joined, self.founded[branch]),
            "post": bare(row["党内职务"]),
        }

    def roster(self, place, on):
        """People of a branch or group on a day (decisions 14)."""
        return [
            p for p in self.people if place in (p["branch"], p["group"]) and p["starts"] <= on and p["joined"] <= on
        ]

    def expected(self, place, kinds, on):
        """The committee for a committee meeting of a branch, the roster otherwise."""
        if kinds in ("支委会", "支部委员会会议"):
            return [p for p in self.people if p["branch"] == place and p["post"]]
        return self.roster(place, on)

    @staticmethod
    def absentees(cell):
        """{name: reason} of a cell such as `何嘉兰(病假)、石静英(公假)`."""
        return dict(re.findall(r"([^、()\s]+)\(([^()]*)\)", plain(cell)))

    def attendance(self, row):
        """{name: (state, reason)} by decisions 13."""
        place, on, kinds = self.places[bare(row["党组织"])], day(row["日期"]), bare(row["活动类型"])
        expected = [p["name"] for p in self.expected(place, kinds, on)]
        away = self.absentees(row["缺席人员及原因"])
        due, there = int(plain(row["应到"])), int(plain(row["实到"]))
        whole = due == len(expected) and there + len(away) == due and set(away) <= set(expected)
        found = dict.fromkeys(expected, ("present" if whole else "not_recorded", ""))
        on_roster = {p["name"] for p in self.roster(place, on)} | set(expected)
        branch = self.parents[place] if self.kinds[place] == "党小组" else place
        on_roster |= {p["name"] for p in self.roster(branch, on)}
        found.update({name: ("leave", reason) for name, reason in away.items() if name in on_roster})
        return found

    def voters(self, row):
        """(voters expected, voters present) by decisions 15, or (None, None)."""
        place, on, kinds = self.places[bare(row["党组织"])], day(row["日期"]), bare(row["活动类型"])
        due, there = int(plain(row["应到"])), int(plain(row["实到"]))
        if kinds in ("支委会", "支部委员会会议"):
            return due, there
        if kinds not in ("党员大会", "支部党员大会"):
            return None, None
        away = self.absentees(row["缺席人员及原因"])
        probation = [p for p in self.roster(place, on) if p["full"] is None or on < p["full"]]
        return due - len(probation), there - sum(p["name"] not in away for p in probation)

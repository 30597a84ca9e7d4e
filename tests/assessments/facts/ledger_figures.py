"""What the exports must say, reckoned from the three ledgers of a folder with openpyxl and csv alone.

It reads both styles of tests/data (headings, order and encoding differ), knows nothing of the product, and follows the
design decisions 13 to 16 and 19 to 24.
"""

import csv
import re
import unicodedata
from calendar import monthrange
from collections import defaultdict
from datetime import date, datetime, timedelta

import openpyxl

HEADINGS = {
    "name": ("党组织全称", "党组织名称"),
    "short": ("简称", "组织简称"),
    "parent": ("上级党组织", "隶属党组织"),
    "founded": ("成立日期", "成立时间"),
    "kind": ("组织类别", "类别"),
    "person": ("姓名",),
    "branch": ("所在党支部", "所属党支部"),
    "group": ("党小组", "所属党小组"),
    "joined": ("加入党组织日期", "入党时间"),
    "full": ("转为正式党员日期", "转正时间"),
    "post": ("党内职务", "党内现任职务"),
    "day": ("日期", "活动时间"),
    "place": ("党组织", "支部名称"),
    "kinds": ("活动类型", "会议类型"),
    "due": ("应到",),
    "there": ("实到",),
    "away": ("缺席人员及原因",),
}
KINDS = {
    "支部党员大会": "assembly",
    "党员大会": "assembly",
    "支委会": "committee_meeting",
    "支部委员会会议": "committee_meeting",
    "党小组会": "group_meeting",
    "党课": "lecture",
    "主题党日": "theme_day",
}
ATTENDANCE = ("present", "online", "leave", "absent", "not_recorded", "exempt")
# rule → (months, kinds)
RULES = {
    "life-assembly-q": (3, "assembly"),
    "life-committee-m": (1, "committee_meeting"),
    "life-group-m": (1, "group_meeting"),
    "life-theme-day": (1, "theme_day"),
    "life-lecture-frequency": (3, "lecture"),
    "life-org-meeting": (12, "org_life"),
    "ma-yearly": (12, "member_review"),
    "life-talks": (12, "talk"),
}


def plain(value):
    text = "" if value is None else unicodedata.normalize("NFKC", str(value))
    return "".join(text.split())


def day_of(value):
    if isinstance(value, datetime):
        return value.date()
    digits = re.findall(r"\d+", plain(value))
    if len(digits) == 1:
        digits = [digits[0][:4], digits[0][4:6], digits[0][6:8]]
    return date(*map(int, digits)) if len(digits) == 3 else None


def lines_of(folder, ledger):
    workbook, table = folder / f"{ledger}.xlsx", folder / f"{ledger}.csv"
    if not workbook.exists():
        return list(csv.reader(table.read_bytes().decode("gb18030").splitlines()))
    return [list(line) for line in openpyxl.load_workbook(workbook).worksheets[-1].iter_rows(values_only=True)]


def rows_of(folder, ledger):
    """Yield {field: cell}: the line of headings is the one most of whose cells are known; sums are left out."""
    known = {heading: field for field, headings in HEADINGS.items() for heading in headings}
    lines = lines_of(folder, ledger)
    top = max(range(6), key=lambda number: sum(plain(cell) in known for cell in lines[number]))
    fields, first = [known.get(plain(cell)) for cell in lines[top]], top + 1
    if sum(plain(cell) in known for cell in lines[first]):
        # A second line of headings below a merged one.
        fields = [known.get(plain(below)) or above for above, below in zip(fields, lines[first])]
        first += 1
    for line in lines[first:]:
        row = {field: cell for field, cell in zip(fields, line) if field}
        if any(plain(cell) for cell in line) and plain(line[0]) not in ("小计", "合计"):
            yield row


def bounds(period):
    year = int(period[:4])
    if "-" in period:
        first, months = int(period[5:]), 1
    elif "Q" in period or "H" in period:
        months = 3 if "Q" in period else 6
        first = (int(period[5:]) - 1) * months + 1
    else:
        first, months = 1, 12
    last = first + months - 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def periods(span, months):
    """Names of the periods of so many months that lie within `span`."""
    year = span[:4]
    names = {
        1: [f"{year}-{number:02d}" for number in range(1, 13)],
        3: [f"{year}Q{number}" for number in range(1, 5)],
        6: [f"{year}H1", f"{year}H2"],
        12: [year],
    }[months]
    begin, end = bounds(span)
    return [name for name in names if begin <= bounds(name)[0] and bounds(name)[1] <= end]


STUDY = {"theme_day", "lecture", "training", "assembly", "study", "study_group"}


class Figures:
    def __init__(self, folder, as_of):
        self.folder, self.as_of = folder, as_of
        self.kinds, self.founded, self.short, above, called = {}, {}, {}, {}, {}
        for row in rows_of(folder, "organisations"):
            name = plain(row["name"])
            self.kinds[name], self.founded[name] = plain(row["kind"]), day_of(row["founded"])
            self.short[name], above[name], called[name] = plain(row["short"]), plain(row["parent"]), name
            if self.kinds[name] != "党小组":
                called[self.short[name]] = name
        self.called = called
        self.parent = {name: called.get(parent) for name, parent in above.items()}
        self.people = [self._person(row) for row in rows_of(folder, "members")]
        self.records = [self._record(row) for row in rows_of(folder, "activities")]

    def _person(self, row):
        branch = self.called[plain(row["branch"])]
        joined = day_of(row["joined"])
        group = plain(row["group"])
        return {
            "name": plain(row["person"]),
            "branch": branch,
            "group": next(
                (g for g, p in self.parent.items() if p == branch and self.short[g] == group and group), None
            ),
            "full": day_of(row["full"]),
            "since": max(joined, self.founded[branch]),
            "seat": plain(row["post"]) not in ("", "党小组组长"),
        }

    def roster(self, place, day):
        return [one for one in self.people if place in (one["branch"], one["group"]) and one["since"] <= day]

    def seats(self, branch):
        return [one for one in self.people if one["branch"] == branch and one["seat"]]

    def _record(self, row):
        place, day = self.called[plain(row["place"])], day_of(row["day"])
        kinds = {KINDS[word] for word in plain(row["kinds"]).split("+")}
        due, there = int(plain(row["due"])), int(plain(row["there"]))
        away = dict(re.findall(r"([^、()]+)\(([^()]*)\)", plain(row["away"])))
        expected = self.seats(place) if kinds == {"committee_meeting"} else self.roster(place, day)
        names = [one["name"] for one in expected]
        known = set(names) | {one["name"] for one in self.roster(self._branch(place), day)}
        whole = due == len(names) and there + len(away) == due and set(away) <= set(names)
        states = dict.fromkeys(names, "present" if whole else "not_recorded")
        states.update(dict.fromkeys(set(away) & known, "leave"))
        new = [one for one in self.roster(place, day) if one["full"] is None or day < one["full"]]
        voters, voting = due - len(new), there - sum(one["name"] not in away for one in new)
        valid = set()
        for kind in kinds:
            if self.kinds[place] == "党小组" or kind in ("group_meeting", "lecture", "theme_day", "training", "study"):
                enough = there > 0
            elif kind in ("assembly", "org_life", "member_review"):
                enough = 2 * voting >= voters
            elif kind == "election":
                enough = 5 * voting >= 4 * voters
            elif kind == "committee_meeting":
                enough = 2 * there >= due
            else:
                enough = True
            valid |= {kind} if enough else set()
        return {"place": place, "day": day, "kinds": kinds, "states": list(states.values()), "valid": valid}

    def _branch(self, place):
        return self.parent[place] if self.kinds[place] == "党小组" else place

    def requirements(self, span):
        """Return {(organisation, rule, period): (expected, done, state, due)} of a span."""
        found = {}
        for rule, (months, kind) in RULES.items():
            for period in periods(span, months):
                for place in self.parent:
                    row = self._requirement(place, rule, kind, *bounds(period))
                    if row is not None:
                        found[place, rule, period] = row
        return found

    def _requirement(self, place, rule, kind, first, last):
        nothing = 0, 0, "not_applicable", last
        founded = self.founded[place]
        if founded > last:
            return None
        if rule == "life-group-m":
            if self.kinds[place] == "党支部":
                groups = [
                    group for group, parent in self.parent.items() if parent == place and self.founded[group] <= last
                ]
                return None if groups else nothing
            if self.kinds[place] != "党小组":
                return None
        elif self.kinds[place] != "党支部":
            return None
        if founded > first and 2 * ((last - founded).days + 1) < (last - first).days + 1:
            return nothing
        if rule == "life-committee-m" and len(self.seats(place)) < 3:
            return nothing
        expected = 1
        if rule == "life-talks":
            expected = len(self.roster(place, min(last, max(self.as_of, first))))
        done = sum(
            record["place"] == place and kind in record["valid"]
            for record in self.records
            if first <= record["day"] <= min(last, self.as_of)
        )
        if done >= expected:
            return expected, done, "met", last
        if self.as_of > last:
            return expected, done, "overdue", last
        return expected, done, "due_soon" if self.as_of >= last - timedelta(days=7) else "not_due", last

    def line(self, place):
        """The organisation itself and everybody above it."""
        while place is not None:
            yield place
            place = self.parent[place]

    def facts(self, span):
        """Return {(organisation, measure, period): (numerator, denominator or None)} without rows that say nothing."""
        found = defaultdict(lambda: [0, 0])
        horizon = bounds(f"{self.as_of.year}Q{(self.as_of.month - 1) // 3 + 1}")[1]
        for (place, rule, period), (expected, done, state, _) in self.requirements(span).items():
            if state != "not_applicable" and bounds(period)[0] <= horizon:
                for above in self.line(place):
                    found[above, f"requirement.{rule}", period][0] += min(done, expected)
                    found[above, f"requirement.{rule}", period][1] += expected
        for period in (name for months in (1, 3, 6, 12) for name in periods(span, months)):
            first, last = bounds(period)
            for record in self.records:
                if first <= record["day"] <= min(last, self.as_of):
                    self._add(found, record, period)
        totals = defaultdict(int)
        for (place, measure, period), (number, _) in list(found.items()):
            if measure.startswith("attendance."):
                totals[place, period] += number
        for (place, period), total in totals.items():
            # Where anybody was noted, every state has a number, zero included.
            for state in ATTENDANCE:
                found[place, f"attendance.{state}", period][1] = total
        return {
            key: (number, None if key[1].startswith(("activities.", "study.")) else owed)
            for key, (number, owed) in found.items()
        }

    def _add(self, found, record, period):
        for above in self.line(record["place"]):
            for kind in record["kinds"]:
                found[above, f"activities.{kind}", period][0] += 1
            # The ledgers say nothing of times.
            if record["valid"] & STUDY:
                found[above, "study.unknown", period][0] += 1
            for state in record["states"]:
                found[above, f"attendance.{state}", period][0] += 1

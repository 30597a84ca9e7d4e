"""What the worker does for minutes: a ledger read, checked and written; a report drawn from its frozen JSON."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from assessments.reports import builder, documents
from assessments.results.models import Assessment
from assessments.results.services import assessment_trial
from bench.data import YEAR
from bench.figures import Figure, measured, undone
from bench.measures import AS_OF
from branches.places.models.organisations import Organisation
from common.operator import OPERATOR
from common.periods import Period
from common.tabular.writer import write_xlsx
from members.activities.models import Attendance
from members.imports.agency import import_files, plan_files
from members.roster.models.members import Member

HEADINGS = (
    *("日期", "党组织", "活动类型", "主题", "地点", "主持人", "记录人", "应到", "实到", "缺席人员及原因"),
    "主要内容和决议",
)
# Of five meetings two are of all members; no record of the data is of two kinds, so that every line is new.
KINDS = ("主题党日、党课", "支部委员会、党课", "支部党员大会、党课", "支部委员会、主题党日", "支部委员会、支部党员大会")
OF_ALL = (0, 2)
FEW, MANY = 1_000, 5_000
CONTENT = "学习有关文件，研究下一阶段工作，明确责任人和时限；决议：按期完成并报告情况。" * 3


def ledger(number: int) -> bytes:
    """Return a workbook of so many meetings of the year, branch after branch, with who was away and why."""
    branches = list(Organisation.objects.filter(kind="branch").order_by("pk").values_list("pk", "name")[:500])
    names: dict[int, list[str]] = {pk: [] for pk, _ in branches}
    for home, name in Member.objects.filter(home__in=names).order_by("pk").values_list("home", "name"):
        names[home].append(name)
    file = io.BytesIO()
    rows = (_line(place, branches[place % len(branches)], names) for place in range(number))
    write_xlsx(rows, HEADINGS, file, title="活动台账")
    return file.getvalue()


def _line(number: int, branch: tuple[int, str], names: dict[int, list[str]]) -> list:
    pk, name = branch
    kind, people = number % len(KINDS), names[pk]
    there = len(people) if kind in OF_ALL else 5
    away = [people[(number * 3 + step) % len(people)] for step in range(number % 3)]
    return [
        date(YEAR, 1, 1) + timedelta(days=number * 13 % 320),
        name,
        KINDS[kind],
        f"学习贯彻第{number}次会议精神，安排下阶段工作",
        "三楼会议室",
        people[number % len(people)],
        people[(number + 1) % len(people)],
        there,
        there - len(away),
        "、".join(f"{one}（出差）" for one in away),
        CONTENT,
    ]


def imports() -> Iterator[tuple[str, Figure]]:
    """Yield a ledger of FEW and of MANY meetings: checked as for the preview, then checked again and written.

    Rows are records and lines of attendance.
    """
    few, fewer = _imported(FEW)
    many, more = _imported(MANY)
    yield f"import of {FEW} meetings", replace(few, speed=fewer / few.cpu)
    each = max(0, many.memory - few.memory) / (more - fewer)
    yield f"import of {MANY} meetings", replace(many, speed=more / many.cpu, each=each)


def _imported(number: int) -> tuple[Figure, int]:
    """Return (Figure, rows written) of a ledger of so many meetings."""
    data = ledger(number)
    last = Attendance.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def work() -> None:
        for do in (plan_files, import_files):
            (plan,) = do(OPERATOR, {"activities": (data, "活动台账.xlsx")})
            if plan.errors:
                raise SystemExit(f"{plan.errors[0]}")

    with undone():
        figure = measured(work)
        return figure, number + Attendance.objects.filter(pk__gt=last).count()


def reports() -> Iterator[tuple[str, Figure]]:
    """Yield the report of a quarter: written from its results, and drawn as each kind of document from what was written."""
    with undone():
        assessment = assessment_trial(by=OPERATOR, period=Period.parse(f"{YEAR}Q3"), as_of=AS_OF)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "report.json"
            yield "report written", measured(lambda: path.write_text(_written(assessment)), counted=True)
            for kind in documents.FORMATS:
                yield f"report as {kind}", _drawn(path, kind)


def _written(assessment: Assessment) -> str:
    return json.dumps(builder.build(assessment), ensure_ascii=False)


def _drawn(path: Path, kind: str) -> Figure:
    """Return what a process that does nothing else takes for it."""
    command = [sys.executable, Path(__file__).with_name("draw.py"), path, kind]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Figure(**json.loads(said))

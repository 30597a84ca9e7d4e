"""What is looked at before a draft is sent for approval, one line each."""

from collections.abc import Collection
from dataclasses import dataclass

from assessments.schemes import drafting
from assessments.schemes.applying import check_applied
from assessments.schemes.comparison import Line, Whole, number
from assessments.schemes.measures import is_built
from assessments.scoring.numbers import exact, plain
from assessments.scoring.schemes import BY_HAND, scheme_from

OK, FAULT, NOTE = "ok", "fault", "note"


@dataclass(frozen=True)
class Check:
    """state: OK, FAULT (it is not taken like this), NOTE (it is, and one should know)."""

    state: str
    text: str


def difference(body: dict) -> str:
    """Return how the dimensions miss the total, "" where they add up: 合计 98，还差 2."""
    total, wanted = exact(drafting.total_of(body)), exact(str(body["total"]))
    if total == wanted:
        return ""
    return f"合计 {plain(total)}，" + (
        f"还差 {plain(wanted - total)}" if total < wanted else f"多出 {plain(total - wanted)}"
    )


def checks(body: dict, changes: list[Line], whole: list[Whole], reasons: dict[str, str]) -> list[Check]:
    """Return the Checks of a draft. changes, whole: what differs from the version before it; reasons: why, by indicator."""
    missed = difference(body)
    found = [Check(FAULT, missed) if missed else Check(OK, f"分值合计 {number(body['total'])}")]
    rows = [row for part in body["dimensions"] for row in part["indicators"]]
    found.append(_applied(body))
    silent = [line.name for line in changes if line.method and not reasons.get(line.key)]
    if silent or (whole and not any(key in reasons for key in ("",))):
        named = "、".join(silent[:3]) or "、".join(row.name for row in whole[:3])
        found.append(Check(NOTE, f"没有写改动的理由：{named}"))
    else:
        found.append(Check(OK, "每处改动写了理由"))
    found.append(_once(rows))
    found.append(Check(OK, "没有个人积分、登录次数和在线时长"))
    open_ones = [row["name"] for row in rows if not _has_source(row, body.get("alive", ()))]
    if open_ones:
        found.append(Check(NOTE, f"{len(open_ones)} 个指标尚无数据来源，得分会注明覆盖范围"))
    return found


def _applied(body: dict) -> Check:
    try:
        check_applied(scheme_from(body))
    except ValueError as error:
        return Check(FAULT, str(error)) if not difference(body) else Check(NOTE, "合计相等后再检查计分方法")
    return Check(OK, "各项计分方法都能计算")


def _once(rows: list[dict]) -> Check:
    """Whether what two indicators measure is scored in one of them."""
    readers: dict[str, list[dict]] = {}
    for row in rows:
        for measure in row.get("measures", ()):
            if measure not in (BY_HAND, "none"):
                readers.setdefault(measure, []).append(row)
    for mine in readers.values():
        if len(mine) > 1 and not any(one["key"] in other.get("counted_in", ()) for one in mine for other in mine):
            return Check(NOTE, f"同一数据计入两处：{'、'.join(row['name'] for row in mine[:3])}")
    return Check(OK, "同一事项只扣一次")


def _has_source(row: dict, alive: Collection[str]) -> bool:
    measures = row.get("measures", ())
    counted = bool(measures) and all(is_built(measure, alive) for measure in measures)
    return row["method"] == "manual" or BY_HAND in measures or counted

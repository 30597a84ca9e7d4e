"""Whether everything that a scheme says is applied: what would be printed and never counted stops it before it is in force."""

from collections.abc import Iterator

from assessments.schemes.measures import BELOW, FAULTS_OF, SOURCES, UPPER, WON, is_built, reads_itself
from assessments.scoring.schemes import BY_HAND, Indicator, Scheme
from branches.places.models.organisations import Kind
from common.periods import HALF, QUARTER, YEAR
from common.text import quoted

# Whose results a scheme may give, and for how long a time.
ASSESSABLE = (Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH)
_PERIODS = (QUARTER, HALF, YEAR)
_PER = ("once", "each", "each_person")
# What people judge, each in words of its own: no record counts it.
_JUDGED = ("graded", "votes", "manual")


def check_applied(scheme: Scheme) -> None:
    """Raise ValueError (Chinese) for the first thing in a scheme that nothing would apply."""
    for fault in _faults(scheme):
        raise ValueError(fault)


def _faults(scheme: Scheme) -> Iterator[str]:
    for kind in scheme.applies:
        if kind not in ASSESSABLE:
            yield f"方案的考核对象{quoted(kind)}不在可考核的党组织之列。"
    for period in scheme.periods:
        if period not in _PERIODS:
            yield f"考核期{quoted(period)}不在可用之列。"
    for _, row in scheme.indicators():
        yield from _of_indicator(scheme, row)


def _of_indicator(scheme: Scheme, row: Indicator) -> Iterator[str]:
    name, built = quoted(row.name), [measure for measure in row.measures if is_built(measure, scheme.alive)]
    derived = [measure for measure in row.measures if measure in SOURCES]
    if row.method == "derived":
        if len(row.measures) != 1 or len(derived) != 1:
            yield f"指标{name}由结果换算，请选择一项考核结果作为数据来源。"
        elif reads_itself(scheme.key, derived[0]):
            yield f"指标{name}所依据的考核结果又依据本方案，不能互相换算。"
        return
    if derived:
        yield f"指标{name}的数据来源是考核结果，计分方法应为由结果换算。"
    if row.method in _JUDGED and built:
        yield f"指标{name}按人工登记计分，请在数据来源中选择“人工登记”。"
    if BY_HAND in row.measures and len(row.measures) > 1:
        yield f"指标{name}或由人工登记，或由记录计分，请选择一种。"
    if row.method == "ratio" and BY_HAND in row.measures:
        yield f"指标{name}按比率计分，数据应来自记录。"
    if row.aspects and row.method != "graded":
        yield f"指标{name}只有分档评定才能分方面取低。"
    if any(measure.startswith(BELOW) for measure in row.measures) and not {*scheme.applies} & {*UPPER}:
        yield f"指标{name}计量所属党组织，只用于考核机关党委和党总支。"
    if row.method != "count" and {*row.measures} & {*WON}:
        yield f"指标{name}的数据是取得的成果，没有应办的数，计分方法应为按数量计分。"
    if any(rule.per not in _PER for rule in row.deductions):
        yield f"指标{name}的扣分计法不在可用之列。"
    if built:
        yield from _counted(row, name)


def _counted(row: Indicator, name: str) -> Iterator[str]:
    """What an indicator of another method than ratio must say so that records can be counted by it."""
    if row.method == "deduct":
        kinds = max(len(FAULTS_OF.get(measure, ("",))) for measure in row.measures)
        whole = len(row.deductions) == kinds and all(
            rule.points is not None and rule.points > 0 for rule in row.deductions
        )
        if kinds > 1 and not whole:
            said = "、".join(word for measure in row.measures for word in FAULTS_OF.get(measure, ()))
            yield f"指标{name}按记录扣分，依次设 {kinds} 种情形（{said}）和各自的扣分。"
        elif not whole or row.sub_items:
            yield f"指标{name}按记录扣分，只设一种情形和每次的扣分；其他情形请另设指标。"
    if row.method == "bands" and any(bound is not None and bound > 1 for bound, _ in row.bands):
        yield f"指标{name}的数值是完成比率，分档下限应在 0 至 1 之间。"
    if row.method == "steps" and row.base_at is not None and row.base_at > 1:
        yield f"指标{name}的数值是完成比率，起算数值应在 0 至 1 之间。"

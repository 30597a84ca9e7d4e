"""The scores of a year: a matrix on the page, the same as a workbook."""

from decimal import Decimal
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_POST

from assessments.results.forms import NO_GROUP, ScoreFilter
from assessments.results.matrix import CHANGE, TREE, Matrix
from assessments.results.models import AssessmentState
from assessments.results.rates import SAME
from assessments.results.selectors.assessments import assessments_of, in_work
from assessments.results.selectors.matrix import score_matrix
from branches.audit import exports
from branches.reach import access
from branches.reach.rights import ASSESS, REPORTS, VIEW
from common import clock
from common.forms.filters import asked_for
from common.periods import Period


def _asked(request):
    """Return (filter, Matrix) of what the address asks for."""
    access.require_anywhere(request.user, VIEW)
    rows = assessments_of(request.user)
    years = sorted({Period.parse(row.period).year for row in rows} | {clock.today().year}, reverse=True)
    form = ScoreFilter(request.GET or None, years=years, parts=[])
    held = [year for year in years if any(Period.parse(row.period).year == year for row in rows)]
    year = asked_for(form.fields["year"], request.GET.get("year"), held[0] if held else years[0])
    parts = {}
    for row in rows:
        if Period.parse(row.period).year == year:
            parts |= {one["key"]: one["name"] for one in row.scheme.body["dimensions"]}
    form = ScoreFilter(
        request.GET or None, years=years, parts=list(parts.items()), instead={"year": (str(year), f"{year}年")}
    )
    chosen = form.chosen()
    matrix = score_matrix(request.user, rows, year, part=chosen.get("part") or "", order=chosen.get("order") or TREE)
    if group := chosen.get("group"):
        matrix.groups = [one for one in matrix.groups if one.key == ("" if group == NO_GROUP else group)]
        for one in matrix.groups:
            one.folded = False
    return form, matrix, parts


@login_required
def score_list(request):
    """Branches in comparable groups with the rates of each quarter; a branch sees its own line and the medians of its group."""
    form, matrix, parts = _asked(request)
    waiting = in_work()
    told = waiting is not None and (matrix.last is None or matrix.last.period < Period.parse(waiting.period))
    form.initial |= {"year": matrix.year}
    last = matrix.last
    return render(
        request,
        "assessments/results/scores.html",
        {
            "matrix": matrix,
            "form": form,
            "title": _finding(matrix),
            "sub": _sub(matrix),
            "waiting": _waiting(waiting) if told else "",
            "seen": seen(matrix, parts),
            "parts": _segments(
                request, "part", [("", "总得分率"), *((key, name) for key, name in _used(matrix, parts))]
            ),
            "orders": _segments(request, "order", [("", "按组织顺序"), (CHANGE, "按变化大小")]),
            "report": _report(request, last),
            "office": access.holds_anywhere(request.user, ASSESS),
            "several": len(matrix.lines) > 1 or len(matrix.groups) != 1,
        },
    )


def seen(matrix, parts):
    """Name what the figures are of: the whole, or one dimension."""
    return parts.get(matrix.part, "") if matrix.part else ""


def _used(matrix, parts):
    """The dimensions for which there are data; the chosen one in any case."""
    measured = {row.name for row in matrix.coverage if row.measured}
    return [(key, name) for key, name in parts.items() if name in measured or key == matrix.part]


def _segments(request, name, choices):
    chosen, found = request.GET.get(name, ""), []
    for key, label in choices:
        query = {each: value for each, value in request.GET.items() if each in ("year", "group", "part", "order")}
        query |= {name: key}
        url = f"?{urlencode({each: value for each, value in query.items() if value})}"
        found.append({"label": label, "url": url, "current": chosen == key or (not key and chosen == TREE)})
    return found


def _report(request, last):
    """The report of the newest published figures, for who reads reports."""
    if last is None or last.assessment is None or last.trial:
        return None
    return getattr(last.assessment, "report", None) if access.holds_anywhere(request.user, REPORTS) else None


def _waiting(assessment):
    """Say how far results are that the reader sees no figures of."""
    period = Period.parse(assessment.period).label()
    if assessment.state == AssessmentState.SENT and assessment.heard_until:
        return f"{period}结果已送各支部，{clock.in_words(assessment.heard_until)}前听取意见，发布后在这里显示。"
    return f"{period}结果已冻结，发布后在这里显示。"


def _finding(matrix: Matrix):
    """Say who rose and fell; of a single branch its own figure."""
    last, lines = matrix.last, matrix.lines
    if last is None or last.assessment is None:
        return f"{matrix.year}年还没有可以查看的得分"
    name = last.period.short()
    if len(lines) == 1 and matrix.total is None:
        cell = lines[0].last
        return f"{lines[0].name}{name}得分率 {cell.rate}" if cell else f"{lines[0].name}{name}没有计分"
    place = matrix.columns.index(last)
    changes = [(change, line) for line in lines if (change := line.cells[place].change) is not None]
    if not changes:
        scored = sum(line.cells[place].rate is not None for line in lines)
        return f"{name} {scored} 个支部有得分" if scored else f"{name}：您的查看范围内没有支部得分"
    up, down = sum(change >= SAME for change, _ in changes), sum(change <= -SAME for change, _ in changes)
    said = f"{name} {up} 个支部升、{down} 个降"
    worst, line = min(changes, key=lambda pair: pair[0])
    return f"{said}，{line.short}降 {-worst}" if worst <= -SAME else said


def _sub(matrix: Matrix):
    last = matrix.last
    if last is None or last.assessment is None:
        return "得分按党支部及以上党组织发布，每季度一次；党支部当前的估算在工作台上随时可看。"
    place, said = matrix.columns.index(last), []
    if matrix.total is not None and matrix.total.cells[place].rate is not None:
        cell = matrix.total.cells[place]
        words = f"全局平均得分率 {cell.rate}"
        if cell.change is not None:
            turn = "持平" if not cell.turn else f"{'上升' if cell.change > 0 else '下降'} {abs(cell.change)}"
            words += f"，比上季度{turn}"
        said.append(words)
    published = last.assessment.published
    state = f"{clock.in_words(clock.day_of(published))}发布" if published else last.assessment.get_state_display()
    said.append(f"考核方案第{last.assessment.scheme.version}版，{state}")
    return f"{'；'.join(said)}。"


@login_required
@require_POST
def score_export(request):
    """The matrix as a workbook, with the same filters and the same totals."""
    form, matrix, parts = _asked(request)
    named = seen(matrix, parts)
    columns = ["类别", "党支部"]
    for column in matrix.columns:
        name = column.period.short() + ("（试算）" if column.trial else "")
        columns += [f"{name}得分率（%）", f"{name}变化"]
    for _, name in matrix.heads:
        columns += [f"{name}得分", f"{name}应计分"]
    columns += ["合计得分", "合计应计分", "说明"]
    name = f"考核得分{matrix.year}{named}"
    return exports.send(request, rows=_rows(matrix), columns=columns, name=name, verb="score.export", filters=form)


def _rows(matrix):
    for group in matrix.groups:
        for line in group.lines:
            yield _row(matrix, group.label, line)
        middles = [
            value for middle in group.middles for value in (_cell(middle.median) if middle.median else middle.words, "")
        ]
        yield [group.label, "中位或范围", *middles, *[""] * (2 * len(matrix.heads) + 2), ""]
    if matrix.total is not None:
        yield _row(matrix, "", matrix.total)


def _row(matrix, group, line):
    row = [group, line.name]
    for cell in line.cells:
        row += [cell.words if cell.rate is None else _cell(cell.rate), _cell(cell.change)]
    parts = line.parts or [None] * len(matrix.heads)
    for part in parts:
        if part is None or part.points is None:
            row += [part.words if part else "", ""]
        else:
            row += [_cell(part.points), _cell(part.maximum)]
    return [
        *row,
        _cell(line.points),
        _cell(line.out_of),
        line.note or (f"得分率含加分 {line.bonus} 分" if line.bonus else ""),
    ]


def _cell(value: Decimal | None):
    return "" if value is None else float(value)

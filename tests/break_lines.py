"""Break lines on purpose and see whether the tests of their subject notice: `python tests/break_lines.py --number 60`.

Lines are drawn by a seed over rules, services, selectors and measures. Each is broken in one way: a sign, a bound, a
comparison, a filter, a condition turned round, an entry left out. The tests of the subject (or, where it has none, of the
room) and those that call the module by name run on a copy of the project with that one line broken. What they do not
notice is printed with its change. What nobody could notice is not drawn: UNNOTICEABLE names it, each with its reason.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.structure import FACADE, files, modules_named, named, place_of  # noqa: E402

SPOTS = ("rules", "services", "selectors", "measures", "stages", "progress", "sums", "quorum", "validity")
ENTRIES = ("audit.record", "mark", "mark_activity", "notice_send")
SIGNS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add}
BOUNDS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
TURNED = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
LOOKUPS = {"__lt": "__lte", "__lte": "__lt", "__gt": "__gte", "__gte": "__gt"}
# Two readings of the clock are never equal to the microsecond: nobody can notice which side a bound on them includes.
MOMENTS = {"moment", "now", "real_now"}
# What nobody could notice, with the reason: file → {kind and text, as --list prints them, blanks folded}.
SAVES_READING = "reads less; what is read beyond it is left out again by the lookup that follows"
LOOKING_BACK = "as of today nothing is left out that would be left out of a day gone by"
RACE = "asked of the row as well; only the other half of a race finds it changed"
UNNOTICEABLE: dict[str, dict[str, str]] = {
    "assessments/home/selectors/record_effects/panel.py": {
        "bound: data.day <= clock.today()": "what is held today is not late",
    },
    "assessments/home/selectors/assisting.py": {
        "filter supervision__in: SupervisionReplyDraft.objects.visible_to(user) .filter(supervision__in=[row.pk for row in notices])": SAVES_READING,
    },
    "branches/access/selectors.py": {
        'filter object_type: AuditEntry.objects.filter( object_type="user", object_id=user.pk, verb__in=_LOOKS, '
        "at__gt=clock.real_now() - timedelta(days=_DAYS) )": "these verbs are said of accounts only",
    },
    "branches/access/services/keys.py": {
        "filter pk: model._default_manager.filter(pk=row.pk, **{name: old})": "no two rows hold the same ciphertext",
    },
    "branches/access/services/sessions.py": {
        "bound attempt_time__gt: AccessLog.objects.filter(username=user.username, attempt_time__gt=since)": (
            "no sign-in is of that very microsecond"
        ),
    },
    "branches/access/services/slips.py": {
        "filter user__username__iexact: CodeSlip.objects.filter(digest=_digest(name, code), user__username__iexact=name)": (
            "the digest holds the name; the condition lets the database use its index"
        ),
    },
    "members/roster/services/refusals.py": {
        "sign: _ACCOUNT_LOCKS + account.pk": "either way each account has a lock of its own",
    },
    "members/activities/services/rosters.py": {
        "filter kind: Organisation.objects.filter(parent__in=places, kind=Kind.SMALL_GROUP)": "judges more anew; what is right stays",
    },
    "members/slips/services.py": {
        "filter pk__in: User.objects.select_for_update(no_key=True).filter(pk__in=users)": "locks fewer; "
        + SAVES_READING,
    },
    "members/activities/services/states.py": {
        "filter state: Activity.objects.filter( pk=activity.pk, state=ActivityState.SUBMITTED, review_opened_at__isnull=True )": RACE,
    },
    "members/activities/selectors/called.py": {
        "filter parent__in: Organisation.objects.filter(kind=Kind.SMALL_GROUP, parent__in=branches)": SAVES_READING,
    },
    "members/activities/selectors/topics.py": {
        'filter topics: records.order_by().exclude(~Q(origin="import"), topics=[])': SAVES_READING,
    },
    "members/activities/selectors/counting.py": {
        "bound: as_of < clock.today()": LOOKING_BACK,
    },
    "members/activities/selectors/resolutions.py": {
        "bound: as_of < clock.today()": LOOKING_BACK,
    },
    "responsibilities/work/stages.py": {
        "bound: as_of < clock.today()": LOOKING_BACK,
    },
    "responsibilities/work/services/items.py": {
        "filter leads: item.carriers.filter(ended__isnull=True, leads=False, organisation=leads)": "writes once more what stands",
    },
    "responsibilities/duties/progress.py": {
        "bound: len(duties) <= 500": "how many are looked up by id and how many by year is the same answer",
    },
    "responsibilities/duties/selectors/chain.py": {
        "bound: len(above) < DEEPEST": "no duty serves one of its own level, so that no chain is longer than there are levels",
    },
    "responsibilities/duties/selectors/of_record.py": {
        "filter confirmed_at__isnull: activity.hosts.filter(confirmed_at__isnull=False)": SAVES_READING,
    },
    "responsibilities/duties/services/lists.py": {
        'filter key: Duty.objects.filter(list__year=year).exclude(key="")': SAVES_READING,
        "bound: LEVEL_ORDER.index(Level(one.list.level)) < LEVEL_ORDER.index(Level(row.list.level))": (
            "no template serves one of its own level"
        ),
        "filter state: DutyList.objects.filter(pk=duty_list.pk, state=ListState.ISSUED, noted_at__isnull=True)": RACE,
    },
    "responsibilities/requirements/selectors.py": {
        "filter organisation__in: Membership.objects.filter(organisation__in=ids)": SAVES_READING,
        "filter kind__in: OrganisationVersion.objects.filter(kind__in=(Kind.BRANCH, Kind.SMALL_GROUP))": (
            "a place of another kind owes nothing"
        ),
    },
    "responsibilities/supervision/selectors/notices.py": {
        "filter day__lte: Activity.objects.visible_to(user, VIEW).filter( state__in=COUNTING_STATES, "
        "day__gte=clock.today() - timedelta(days=365), day__lte=clock.today() )": "nothing that counts lies in the future",
    },
    "responsibilities/supervision/services/escalation.py": {
        f"filter {name}: Supervision.objects.filter( pk=supervision.pk, state__in=AWAITING, escalated_at__isnull=True, "
        "due=supervision.due )": RACE
        for name in ("state__in", "escalated_at__isnull", "due")
    },
}


@dataclass
class Break:
    """One line and how it is broken. text: the whole file afterwards."""

    path: Path
    line: int
    kind: str
    before: str
    after: str
    text: str


def spots() -> list[Path]:
    """Return the files whose lines are broken."""
    found = []
    for module, path in files().items():
        parts = module.split(".")
        if {"common", "config", "views", "forms", "demo"}.isdisjoint(parts) and set(parts) & set(SPOTS):
            found.append(path)
    return found


def breaks(path: Path) -> Iterator[Break]:
    """Yield every way in which a line of the file can be broken."""
    source, known = path.read_text(), UNNOTICEABLE.get(named(path), {})
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        for kind, changed in _changes(node):
            first, last = node.lineno - 1, node.end_lineno
            before = ast.get_source_segment(source, node) or ""
            after = ast.unparse(changed) if changed is not None else "pass"
            head, tail = lines[first][: _column(lines[first], node.col_offset)], ""
            tail = lines[last - 1].encode()[node.end_col_offset :].decode()
            text = "".join(lines[:first]) + head + after + tail + "".join(lines[last:])
            try:
                ast.parse(text)
            except SyntaxError:
                continue
            if text != source and f"{kind}: {' '.join(before.split())}" not in known:
                yield Break(path, node.lineno, kind, before, after, text)


def _column(line: str, offset: int) -> int:
    return len(line.encode()[:offset].decode())


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    if isinstance(node, ast.BinOp) and type(node.op) in SIGNS and not _is_text(node):
        yield "sign", _with(node, op=SIGNS[type(node.op)]())
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        if type(node.ops[0]) in BOUNDS and not _of_a_moment(node):
            yield "bound", _with(node, ops=[BOUNDS[type(node.ops[0])]()])
        if type(node.ops[0]) in TURNED:
            yield "comparison", _with(node, ops=[TURNED[type(node.ops[0])]()])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "condition", node.operand
    if isinstance(node, ast.BoolOp):
        yield "condition", _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    if isinstance(node, ast.Call):
        yield from _changed_call(node)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) in ENTRIES:
        yield "entry", None


def _changed_call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name not in ("filter", "exclude") or not node.keywords:
        return
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is None:
            continue
        rest = [*node.keywords[:place], *node.keywords[place + 1 :]]
        yield f"filter {keyword.arg}", _with(node, keywords=rest)
        for ending, other in LOOKUPS.items():
            if keyword.arg.endswith(ending) and not _of_a_moment(keyword.value):
                changed = copy.deepcopy(node)
                changed.keywords[place].arg = keyword.arg.removesuffix(ending) + other
                yield f"bound {keyword.arg}", changed


def _is_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(isinstance(side, ast.JoinedStr | ast.List | ast.Tuple) for side in sides) or any(
        isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides
    )


def _of_a_moment(node: ast.AST) -> bool:
    names = {getattr(part, "id", getattr(part, "attr", "")) for part in ast.walk(node)}
    return bool(names & MOMENTS)


def _with(node, **fields):
    changed = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


# What everybody reads after a told year, subject by subject.
READ = "tests/told/test_as_read.py"
AS_READ = {page.stem.replace("-", "/", 1) for page in (ROOT / "tests/told/pages").glob("*.txt")}
# What an attacker would do stands together, apart from the subject's own folder.
ATTACKS = {
    subject: [f"tests/security/test_{name}.py" for name in names.split()]
    for subject, names in {
        ("branches", "access"): "accounts lockout login_trail powers resets sessions second_factor own_security_page",
        ("branches", "jobs"): "jobs",
    }.items()
}


@cache
def _callers() -> dict[Path, list[str]]:
    """Return {file: the tests that import from it}: they call it by name, wherever they stand."""
    found: dict[Path, list[str]] = defaultdict(list)
    for test in sorted((ROOT / "tests").rglob("test_*.py")):
        if "browser" not in test.parts:
            for module in modules_named(ast.parse(test.read_text())):
                found[files()[module]].append(str(test.relative_to(ROOT)))
    return dict(found)


def tests_of(path: Path) -> list[str]:
    """Return the tests of the subject that a file belongs to, and those that call it by name elsewhere."""
    own = _of_subject(path)
    return own + [test for test in _callers().get(path, []) if not any(test.startswith(part) for part in own)]


def _of_subject(path: Path) -> list[str]:
    """Return the subject's folder, what is read of it after the told year, and what attacks it."""
    if path.name == "measures.py":
        # What a room measures is compared with slow counts where it becomes facts.
        return [READ, "tests/assessments/facts"]
    room, subject = place_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    folder = Path("tests") / room / subject.partition("/")[0]
    if subject == FACADE or not any((ROOT / folder).glob("test_*.py")):
        folder = Path("tests") / room
    read = f"{READ}::test_everybody_reads_what_was_told[{room}/{subject}]" if f"{room}/{subject}" in AS_READ else ""
    return [part for part in (read, str(folder), *ATTACKS.get((room, subject), [])) if part]


def draw(seed: int, number: int, only: str) -> list[Break]:
    """Return `number` breaks, each of another line; the same for the same seed and code."""
    chance = random.Random(seed)
    paths = [path for path in spots() if only in named(path)]
    drawn: dict[tuple[Path, int], Break] = {}
    while len(drawn) < number:
        path = chance.choice(paths)
        ways = list(breaks(path))
        if ways:
            one = chance.choice(ways)
            drawn.setdefault((path, one.line), one)
    return list(drawn.values())


def noticed(one: Break, copy_of: Path) -> bool:
    """Whether the tests of the subject fail with the line broken."""
    target = copy_of / one.path.relative_to(ROOT)
    whole = target.read_text()
    target.write_text(one.text)
    env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    env |= {"DEMO": "1", "VAR_DIR": str(copy_of / "var"), "CHROMIUM": "", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "--nomigrations",
        *tests_of(one.path),
    ]
    try:
        done = subprocess.run(command, cwd=copy_of, env=env, capture_output=True, text=True, timeout=900)
        return done.returncode == 1 or done.returncode > 2
    except subprocess.TimeoutExpired:
        return True
    finally:
        target.write_text(whole)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--number", type=int, default=60)
    reader.add_argument("--only", default="", help="part of the path of the files")
    reader.add_argument("--processes", type=int, default=2)
    reader.add_argument("--list", action="store_true", help="print the breaks and run nothing")
    options = reader.parse_args()
    drawn = draw(options.seed, options.number, options.only)
    if options.list:
        for one in drawn:
            print(f"{named(one.path)}:{one.line} {one.kind}: {one.before!r} → {one.after!r}")
        return
    tracked = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
    missed, copies = [], Queue()
    with tempfile.TemporaryDirectory(prefix="tongbu-break-") as folder:
        for number in range(options.processes):
            copies.put(_copied(tracked, Path(folder) / str(number)))

        def judged(one):
            copy_of = copies.get()
            try:
                return one, noticed(one, copy_of)
            finally:
                copies.put(copy_of)

        with ThreadPoolExecutor(options.processes) as pool:
            for one, found in pool.map(judged, drawn):
                print("noticed" if found else "MISSED ", f"{named(one.path)}:{one.line} {one.kind}", flush=True)
                if not found:
                    missed.append(one)
    print(f"\n{len(drawn) - len(missed)} of {len(drawn)} noticed")
    for one in missed:
        print(f"{named(one.path)}:{one.line} {one.kind}\n    {one.before}\n  → {one.after}")


def _copied(tracked: list[str], target: Path) -> Path:
    for name in tracked:
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


if __name__ == "__main__":
    main()

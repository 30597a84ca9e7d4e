"""The state of the house in figures: `python tests/house.py`; tests/test_house.py fails by the same findings.

Errors: an import against the order, modules that import each other, a file above 600 lines, a function above 50 lines, an
untyped function where types are promised, a file outside the keepers that knows the tree's columns, a view that asks the
database itself. Above 400 lines a file is a warning.
"""

import ast
import re
import statistics
import sys
from functools import cache
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.paths import ROOT
from tests.structure import ROOMS, arrows_back, circles, files, knowing_the_tree, named

FILE_WARNS, FILE_FAILS, FUNCTION_FAILS, POSITIONAL_FAILS = 400, 600, 50, 6
# Where every function says what it takes and gives (pyproject.toml says the same to mypy).
TYPED = re.compile(r"^common/|(^|/)(services|selectors|rules|measures)(/|\.py$)")

# A view asks loaders, selectors and services.
VIEWS = re.compile(r"(^|/)views(/|\.py$)|_views\.py$")


@cache
def trees():
    """Return {path: syntax tree} of the code of all rooms and of the tests, migrations left out."""
    paths = {
        *files().values(),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "bench").rglob("*.py"),
        *(ROOT / "bin").glob("*.py"),
    }
    return {path: ast.parse(path.read_text()) for path in sorted(paths)}


def lines():
    """Return {path: number of lines}."""
    return {path: len(path.read_text().splitlines()) for path in trees()}


def functions():
    """Yield (path, function) of all functions, methods included."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def length(function):
    return function.end_lineno - function.lineno + 1


def long_functions():
    return [f"{_at(path, node)}: {length(node)} lines" for path, node in functions() if length(node) > FUNCTION_FAILS]


def wide_functions():
    """Functions with more than six parameters that can be given without their names."""
    return [
        f"{_at(path, node)}: {len(node.args.posonlyargs) + len(node.args.args)} positional parameters"
        for path, node in functions()
        if len(node.args.posonlyargs) + len(node.args.args) - _bound(node) > POSITIONAL_FAILS
    ]


def _bound(node):
    first = next(iter(node.args.posonlyargs + node.args.args), None)
    return 1 if first is not None and first.arg in ("self", "cls") else 0


def untyped_functions():
    """Functions without a type on a parameter or on what they return, where types are promised; nested ones are free."""
    found = []
    for path, tree in trees().items():
        if not TYPED.search(named(path)) or path.relative_to(ROOT).parts[0] not in ROOMS:
            continue
        for node in _outer_functions(tree):
            parameters = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
            parameters = parameters[_bound(node) :] if parameters else []
            if node.returns is None and node.name != "__init__" or any(part.annotation is None for part in parameters):
                found.append(_at(path, node))
    return found


def _outer_functions(tree):
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from _outer_functions(node)


def asking_views():
    """Views that name a model's manager or build conditions of a query."""
    return [
        f"{named(path)}:{line}" for path, tree in trees().items() if VIEWS.search(named(path)) for line in _asked(tree)
    ]


def _asked(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager"):
            yield node.lineno
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.db.models"):
            yield from (node.lineno for alias in node.names if alias.name != "QuerySet")


def large_files(limit):
    return [f"{named(path)}: {number} lines" for path, number in lines().items() if number > limit]


def _at(path, node):
    return f"{named(path)}:{node.lineno} {node.name}"


# What must not be there, and who looks for it.
MEASURES = {
    "arrows back": arrows_back,
    "circles": lambda: [" ↔ ".join(group) for group in circles()],
    f"files above {FILE_FAILS} lines": lambda: large_files(FILE_FAILS),
    f"functions above {FUNCTION_FAILS} lines": long_functions,
    f"functions with more than {POSITIONAL_FAILS} positional parameters": wide_functions,
    "untyped functions": untyped_functions,
    "files that know the tree's columns": knowing_the_tree,
    "views that ask the database": asking_views,
}


def main():
    ours = {path: number for path, number in lines().items() if path.relative_to(ROOT).parts[0] in ROOMS}
    for title, found in (("code", ours), ("tests", {path: n for path, n in lines().items() if path not in ours})):
        largest = max(found, key=found.get)
        print(
            f"{title}: {len(found)} files, {sum(found.values())} lines, median {statistics.median(found.values()):g},",
            end=" ",
        )
        print(f"largest {named(largest)} ({found[largest]})")
    path, node = max(functions(), key=lambda pair: length(pair[1]))
    print(f"longest function: {_at(path, node)} ({length(node)} lines)")
    wrong = 0
    for title, look in MEASURES.items():
        found = look()
        print(f"{title}: {len(found)}")
        wrong += len(found)
        for line in found:
            print("   ", line)
    for line in large_files(FILE_WARNS):
        print("warning, large file:", line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

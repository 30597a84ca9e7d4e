"""What the imports of the project say: rooms, subjects and the order in which they stand.

The order is written once, in docs/architecture.md under "The order of subjects"; here it is read. A room is a Django app
(`common` has no subjects). What lies at a room's root and belongs to no subject is its façade for Django (models, urls,
tasks, measures, commands, template tags): it stands on top of the subjects.
"""

import ast
import re
from functools import cache
from pathlib import Path

from tests.paths import ROOT

ROOMS = ("common", "branches", "members", "responsibilities", "assessments", "config")
FACADE = "(root)"
# Who may know that the tree is kept as intervals.
INTERVALS = {"lft", "rght", "tree_id"}
KEEPERS = ("branches/places/", "branches/reach/", "assessments/facts/sums.py")


@cache
def order():
    """Return {room: [subject, …]} from the lowest to the highest, as docs/architecture.md has it."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    part = text.split("## The order of subjects", 1)[1].split("\n## ", 1)[0]
    lines = dict(re.findall(r"^    (\w+)/ +(.+)$", part, re.M))
    return {room: re.split(r" +▸ +", lines[room].strip()) if room in lines else [] for room in ROOMS}


@cache
def files():
    """Return {dotted module: path} of the code of all rooms, migrations left out."""
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                parts = path.relative_to(ROOT).with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def place_of(module):
    """Return (room, subject) of a module; the subject is FACADE at a room's root, "" in a room without subjects."""
    room = module.partition(".")[0]
    subjects = order()[room]
    if not subjects:
        return room, ""
    names = [name.replace("/", ".") for name in subjects]
    inside = [name for name in names if module == f"{room}.{name}" or module.startswith(f"{room}.{name}.")]
    return room, max(inside, key=len).replace(".", "/") if inside else FACADE


def height(place):
    """Return what puts places in their order: the room first, then the subject within it."""
    room, subject = place
    subjects = order()[room]
    return ROOMS.index(room), subjects.index(subject) if subject in subjects else len(subjects)


def _target(name, alias):
    """Return the module of ours that `from name import alias` reads, or None."""
    if f"{name}.{alias}" in files():
        return f"{name}.{alias}"
    while name and name not in files():
        name = name.rpartition(".")[0]
    return name or None


def modules_named(tree):
    """Return the modules of ours that a syntax tree imports; imports inside functions count like all others."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {_target(node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {_target(alias.name, "") for alias in node.names}
    return found - {None}


@cache
def imports():
    """Return {module: {module it imports}}."""
    found = {module: modules_named(ast.parse(path.read_text())) - {module} for module, path in files().items()}
    return {module: targets for module, targets in found.items() if targets}


def arrows_back():
    """Return the imports that run against the order, as sentences."""
    return [
        f"{module} imports {target}"
        for module, targets in sorted(imports().items())
        for target in sorted(targets)
        if height(place_of(module)) < height(place_of(target))
    ]


def circles():
    """Return the groups of modules that import each other, each sorted (Tarjan's strongly connected components)."""
    graph = {module: imports().get(module, set()) for module in files()}
    index, low, stack, waiting, found = {}, {}, [], set(), []

    def visit(module):
        index[module] = low[module] = len(index)
        stack.append(module)
        waiting.add(module)
        for target in graph[module]:
            if target not in index:
                visit(target)
                low[module] = min(low[module], low[target])
            elif target in waiting:
                low[module] = min(low[module], index[target])
        if low[module] == index[module]:
            group = []
            while not group or group[-1] != module:
                group.append(stack.pop())
                waiting.discard(group[-1])
            if len(group) > 1:
                found.append(sorted(group))

    for module in graph:
        if module not in index:
            visit(module)
    return found


def code(*parts, room=None):
    """Yield (path, syntax tree) of the files of the rooms (or of one), of those whose path has one of `parts`."""
    for module, path in files().items():
        if room is not None and module.partition(".")[0] != room:
            continue
        if not parts or set(parts) & {*path.parts, path.stem}:
            yield path, ast.parse(path.read_text())


def named(path):
    """Return a path as messages name it."""
    return str(Path(path).relative_to(ROOT))


def _words_of(node):
    """Return what a node names: an attribute, a name, a keyword argument, or the parts of a lookup in a text."""
    if isinstance(node, ast.Attribute):
        return {node.attr}
    if isinstance(node, ast.keyword) and node.arg:
        return set(node.arg.split("__"))
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
        return set(node.value.removeprefix("-").split("__"))
    return set()


def knowing_the_tree():
    """Return the files outside KEEPERS that name a column of the tree."""
    return [
        named(path)
        for path, tree in code()
        if not named(path).startswith(KEEPERS) and any(_words_of(node) & INTERVALS for node in ast.walk(tree))
    ]

"""Who may call which address: tables of url × role, one file for each app or subject.

How to add the rows of your urls: put a file `tests/matrix/<subject>.py` here with a dict `ROWS`, url name → Row. It is
found by itself; tests/test_matrix.py fails for every named url that no file knows, and for a row without url.

    ROWS = {
        "thing_list": Row(get=only("staff", "secretary_a")),
        "thing_edit": Row(
            kwargs=lambda world: {"pk": make_thing(world).pk},
            get=only("staff", sister=("secretary_b",)),   # 200 for staff, 404 for everybody else
            post=only("staff"),                            # an empty form is drawn again: 200
        ),
        "thing_end": Row(kwargs=..., post=only("staff", status=302), data=lambda world: {...}, grave=True),
    }

- `get` and `post` map a member of the cast (tests/world.py: CAST) to the status he must get; `"*"` is everybody else,
  `"anonymous"` is whoever is not logged in (302 to the login unless said otherwise). None: the method is not offered.
- `kwargs`, `data`, `query` are called with the world before the requests, inside the test's transaction, and may make
  rows there. Every POST is rolled back, so that each member of the cast meets the same state.
- `grave`: the view asks for the password again; a test compares the mark with the decorator `recent_login`.
- `public`: open to whoever is not logged in.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from tests.world import CAST

EVERYBODY = (*CAST, "anonymous")


def _nothing(world):
    return {}


@dataclass(frozen=True)
class Row:
    get: dict | None = None
    post: dict | None = None
    kwargs: Callable = _nothing
    data: Callable = _nothing
    query: str = ""
    grave: bool = False
    public: bool = False

    def expected(self, method, who):
        """Return the status that `who` must get for `method` ("get" or "post")."""
        table = getattr(self, method)
        return table.get(who, 302 if who == "anonymous" else table["*"])


def only(*who, status=200, rest=404, **other):
    """Return a table: `status` for these members of the cast, `rest` for all others.

    other: further exceptions by status, such as `forbidden=("secretary_b",)` (403) or `missing=(…)` (404).
    """
    table = {"*": rest} | dict.fromkeys(who, status)
    for name, code in (("forbidden", 403), ("missing", 404), ("refused", 409)):
        table |= dict.fromkeys(other.pop(name, ()), code)
    assert not other, other
    return table


def everyone(status=200, **table):
    """Return a table for pages of one's own: the same status for the whole cast."""
    return {"*": status} | table


def all_rows():
    """Return {url name: Row} of all files in this folder; a name in two files is an error."""
    rows = {}
    for module in pkgutil.iter_modules(__path__):
        for name, row in importlib.import_module(f"{__name__}.{module.name}").ROWS.items():
            assert name not in rows, f"{name} stands in two files of tests/matrix"
            rows[name] = row
    return rows

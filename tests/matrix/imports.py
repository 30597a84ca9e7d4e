"""Import of ledgers: whoever holds the right uploads, and a batch belongs to its author alone."""

from branches.reach.rights import IMPORT, ROLES
from members.imports.models import ImportBatch
from tests.matrix import Row, only
from tests.world import CAST

IMPORTERS = tuple(who for who, (role, _) in CAST.items() if role and IMPORT in ROLES[role].rights)


PREVIEW = {
    "ledgers": [],
    "faults": [],
    "fault_count": 0,
    "notices": [],
    "notice_count": 0,
    "rows": 0,
    "writes": False,
}


def batch(world, state="ready", author="staff", **columns):
    row = ImportBatch.objects.create(author=world.users[author], preview=PREVIEW, state=state, **columns)
    return {"uid": row.uid}


def running(world):
    return batch(world, "planning")


def of_ledger(name, importers, author="staff", batch=batch, running=running):
    """Return the rows of the pages of one ledger (members/imports/one_ledger.py): a batch is its author's alone."""
    return {
        name: Row(get=only(*importers), post=only(*importers)),
        f"{name}_sheet": Row(get=only(*importers)),
        f"{name}_preview": Row(kwargs=batch, get=only(author)),
        f"{name}_progress": Row(kwargs=running, get=only(author)),
        f"{name}_cancel": Row(kwargs=running, post=only(author, status=302)),
        **{
            f"{name}_{act}": Row(kwargs=batch, post=only(author, status=302)) for act in ("columns", "apply", "discard")
        },
        f"{name}_errors": Row(kwargs=batch, post=only(author)),
    }


ROWS = {
    "import_start": Row(get=only(*IMPORTERS), post=only(*IMPORTERS)),
    "import_blank": Row(kwargs=lambda world: {"ledger": "members"}, get=only(*IMPORTERS)),
    "import_preview": Row(kwargs=batch, get=only("staff")),
    "import_progress": Row(kwargs=running, get=only("staff")),
    "import_columns": Row(kwargs=batch, post=only("staff", status=302)),
    "import_apply": Row(kwargs=batch, post=only("staff", status=302)),
    "import_cancel": Row(kwargs=running, post=only("staff", status=302)),
    "import_discard": Row(kwargs=batch, post=only("staff", status=302)),
    "import_errors": Row(kwargs=batch, post=only("staff")),
    "import_changes": Row(kwargs=batch, post=only("staff"), grave=True),
    "import_missing": Row(kwargs=batch, post=only("staff"), grave=True),
}

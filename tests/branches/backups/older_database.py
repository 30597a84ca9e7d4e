"""A database of one migration ago with an account in it, and its backup; a program of its own: older_database.py FOLDER.

The upper room's last migration is left out: nothing stands on it, so the accounts are made by the services of today.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

from branches.access.services.accounts import account_create  # noqa: E402
from branches.access.services.key_check import keep_canaries  # noqa: E402
from branches.audit import guards  # noqa: E402
from branches.backups.make import backup_make  # noqa: E402
from common.operator import OPERATOR  # noqa: E402


def main():
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    last = next(node for node in graph.leaf_nodes() if node[0] == "assessments")
    before = next(parent.key for parent in graph.node_map[last].parents if parent.key[0] == "assessments")
    targets = [before if node == last else node for node in graph.leaf_nodes()]
    executor.migrate(targets)
    guards.install_audit_guards()
    keep_canaries()
    account_create(by=OPERATOR, username="older", name="上一版的账号")
    apps = executor.loader.project_state(targets).apps
    backup_make(by=OPERATOR, target=Path(sys.argv[1]), secret=None, apps=apps)
    print(".".join(last))


if __name__ == "__main__":
    main()

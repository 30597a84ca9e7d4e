"""The database of a thread that works for no agency: it knows PostgreSQL's SQL and makes no connection."""

from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL


class OutsideAgency(RuntimeError):
    """Something that belongs to an agency was asked for outside a door. No DatabaseError: nobody takes it for a passing fault."""

    def __init__(self) -> None:
        super().__init__("没有选定机关：命令请加 --agency KEY 或 --all，页面与任务只能经各机关的入口。")


class DatabaseWrapper(PostgreSQL):
    """Refuses every statement."""

    def connect(self) -> Any:
        raise OutsideAgency

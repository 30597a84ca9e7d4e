"""Import of a year plan: upload, preview, apply or give up, as the ledgers of members are."""

from members.imports.one_ledger import LedgerPages
from responsibilities.work.import_jobs import PLAN_WORK
from responsibilities.work.imports import blank_choices
from responsibilities.work.ledger import WORK_LEDGER
from responsibilities.work.rights import arranges_anywhere

PAGES = LedgerPages(
    "work_import",
    WORK_LEDGER,
    PLAN_WORK,
    may=arranges_anywhere,
    choices=lambda user: blank_choices(),
    home="sync_board",
    home_label="四同步看板",
    page="导入年度计划",
    help="标题行和列的次序不限；日期写明年份即可，如 2026-11-28、2026年11月28日、2026.11.28。"
    "同名、同一年开始的业务只更新，不重复；没有的列不改动。",
)

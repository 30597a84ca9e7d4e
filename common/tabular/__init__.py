"""Reading and writing of tables: the one door for ledgers that come in and lists that go out."""

from common.tabular.headings import Field
from common.tabular.reader import Row, Table, UnreadableFile, read_table
from common.tabular.writer import safe_cell, write_csv, write_xlsx

__all__ = ["Field", "Row", "Table", "UnreadableFile", "read_table", "safe_cell", "write_csv", "write_xlsx"]

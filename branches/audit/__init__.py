from branches.audit.entries import Change, Row, Source, change, changes, record, record_many, snapshot, source

__all__ = ["Change", "Row", "Source", "change", "changes", "record", "record_many", "snapshot", "source"]

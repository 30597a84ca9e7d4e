from branches.audit.entries import Source, change, changes, record, record_many, snapshot, source

__all__ = ["Source", "change", "changes", "record", "record_many", "snapshot", "source"]

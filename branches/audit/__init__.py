from branches.audit.entries import Source, changes, record, record_many, snapshot, source

__all__ = ["Source", "changes", "record", "record_many", "snapshot", "source"]

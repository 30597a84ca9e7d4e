from branches.audit.entries import Change, Source, change, changes, record, record_many, snapshot, source

__all__ = ["Change", "Source", "change", "changes", "record", "record_many", "snapshot", "source"]

"""The same bytes for the same report: office files are zip archives, and their entries carry the hour of
writing.
"""

import io
import shutil
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)


def without_clock(content: bytes) -> bytes:
    """The archive with the same entries in the same order, each dated to the epoch of the format."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            copied(source, entry, target)
    return out.getvalue()


def copied(source: zipfile.ZipFile, entry: zipfile.ZipInfo, target: zipfile.ZipFile) -> None:
    """Copy an entry as `without_clock` does; large ones are never held whole."""
    with source.open(entry) as read, target.open(entry_without_clock(entry), "w") as written:
        shutil.copyfileobj(read, written)


def entry_without_clock(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Return an entry of the same name, dated to the epoch of the format."""
    fixed = zipfile.ZipInfo(entry.filename, EPOCH)
    fixed.compress_type = zipfile.ZIP_DEFLATED
    fixed.external_attr = 0o600 << 16
    # Known beforehand it need not leave room for more than four gigabytes.
    fixed.file_size = entry.file_size
    return fixed

"""The same bytes for the same report: office files are zip archives, and their entries carry the hour of
writing.
"""

import io
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)


def without_clock(content):
    """The archive with the same entries in the same order, each dated to the epoch of the format."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            fixed = zipfile.ZipInfo(entry.filename, EPOCH)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.external_attr = 0o600 << 16
            target.writestr(fixed, source.read(entry))
    return out.getvalue()

"""Photos without what the camera wrote into them: place, time, device (security control C34; no location is kept).

Pure functions over bytes that `files.check_upload` has taken; the picture itself is not decoded or changed.
"""

import struct

# Segments of a JPEG that carry metadata: APP1 (Exif, XMP), APP3–APP13 and APP15, comments. APP2 and APP14 hold colour.
_JPEG_DROPPED = {0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE}
_PNG_KEPT_SMALL = {b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD", b"hIST"}
_ORIENTATION = 0x0112


def without_metadata(data, kind):
    """Return the bytes of a picture (kind jpg or png) without metadata; other kinds come back as they are."""
    if kind == "jpg":
        return _jpeg(data)
    return _png(data) if kind == "png" else data


def _jpeg(data):
    kept, position, turned = [data[:2]], 2, None
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xDA:
            break
        if marker == 0xFF:
            position += 1
            continue
        if 0xD0 <= marker <= 0xD8 or marker == 0x01:
            kept.append(data[position : position + 2])
            position += 2
            continue
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        segment = data[position : position + 2 + length]
        if marker == 0xE1 and turned is None:
            turned = _orientation(segment[4:])
        if marker not in _JPEG_DROPPED:
            kept.append(segment)
        position += 2 + max(length, 2)
    if turned not in (None, 1):
        kept.insert(1, _turned(turned))
    return b"".join([*kept, data[position : data.rfind(b"\xff\xd9") + 2]])


def _orientation(body):
    """Return how the picture is to be turned (1–8) from an Exif block, or None."""
    if not body.startswith(b"Exif\0\0"):
        return None
    tiff = body[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(min(count, 200)):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + number * 12)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else None
    except struct.error:
        return None
    return None


def _turned(value):
    """Return an Exif segment that says nothing but how the picture is turned."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, value, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(data):
    kept, position = [data[:8]], 8
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        name = data[position + 4 : position + 8]
        # An upper-case first letter marks the chunks that the picture cannot do without.
        if name[:1].isupper() or name in _PNG_KEPT_SMALL:
            kept.append(data[position : position + 12 + length])
        position += 12 + length
    return b"".join(kept)

"""Photos: whole, of bearable size, and kept without what the camera wrote into them (security controls C33, C34).

Place, time and device stand in the metadata of a photo; no location is kept. Pillow decodes the picture and writes it
anew, so that only pixels, colour profile and orientation remain.
"""

import io
import warnings

from PIL import Image, JpegImagePlugin

from common.uploads.archives import RefusedFile

MAX_PIXELS = 50_000_000
INCOMPLETE = "图片不完整，请重新上传。"
_TOO_LARGE = "图片尺寸过大，请缩小到 5000 万像素以内。"
_FORMATS = {"jpg": "JPEG", "png": "PNG"}
_ORIENTATION = 0x0112
# What Pillow raises for a torn or hostile picture, depending on where it is torn.
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, OverflowError)


def _opened(data: bytes, kind: str) -> Image.Image:
    """Return the picture with its header read; nothing is decoded yet. Raises RefusedFile."""
    with warnings.catch_warnings():
        # Our own limit lies below the one at which Pillow warns.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            picture = Image.open(io.BytesIO(data), formats=[_FORMATS[kind]])
        except Image.DecompressionBombError:
            raise RefusedFile(_TOO_LARGE) from None
        except _UNREADABLE:
            raise RefusedFile(INCOMPLETE) from None
    if picture.width * picture.height > MAX_PIXELS:
        raise RefusedFile(_TOO_LARGE)
    return picture


def check_picture(data: bytes, kind: str) -> None:
    """Raise RefusedFile for a picture (kind jpg or png) that is torn or has too many pixels, judged by its parts."""
    try:
        _opened(data, kind).verify()
    except _UNREADABLE as error:
        if isinstance(error, RefusedFile):
            raise
        raise RefusedFile(INCOMPLETE) from None


def _orientation(picture: Image.Image) -> int:
    """Return how the picture is turned (1–8); 1 where its metadata do not say so in an orderly way."""
    try:
        value = picture.getexif().get(_ORIENTATION, 1)
    except _UNREADABLE:
        return 1
    return value if value in range(1, 9) else 1


def without_metadata(data: bytes, kind: str) -> bytes:
    """Return a picture (kind jpg or png) written anew without metadata; other kinds come back as they are.

    Raises RefusedFile for a picture that cannot be decoded. A JPEG keeps its quality and the mark how it is turned.
    """
    if kind not in _FORMATS:
        return data
    picture = _opened(data, kind)
    orientation = _orientation(picture)
    try:
        picture.load()
    except _UNREADABLE:
        raise RefusedFile(INCOMPLETE) from None
    profile, transparency = picture.info.get("icc_profile"), picture.info.get("transparency")
    # Pillow writes comments and the like from here, unless they are gone.
    picture.info = {} if transparency is None else {"transparency": transparency}
    out = io.BytesIO()
    if kind == "png":
        picture.save(out, "PNG", icc_profile=profile)
        return out.getvalue()
    exif = Image.Exif()
    if orientation != 1:
        exif[_ORIENTATION] = orientation
    # The tables of the original keep its quality; "keep" itself refuses the pictures of several parts that phones make.
    picture.save(
        out,
        "JPEG",
        qtables=getattr(picture, "quantization", None),
        subsampling=JpegImagePlugin.get_sampling(picture),
        icc_profile=profile,
        exif=exif.tobytes() if exif else b"",
    )
    return out.getvalue()

"""Images of one colour, written small: a palette of sixteen shades of it, from nothing to opaque."""

from __future__ import annotations

import base64
import io
import struct
import zlib

import numpy as np
from matplotlib.image import imread

_HEAD = "data:image/png;base64,"
_MAGIC = b"\x89PNG\r\n\x1a\n"
_OPAQUE = 15
_DEPTH, _PALETTE = 4, 3
_SIMILAR = 0.02


def shrink_image(source: str) -> str:
    """Write the image of a data URI with four bits for a pixel, where it is of one colour.

    Parameters
    ----------
    source : str
        ``data:image/png;base64,…``; anything else comes back as it is.

    Returns
    -------
    str
        A data URI of the same size in pixels; an image of several colours comes back as it is.
    """
    if not source.startswith(_HEAD):
        return source
    pixels = imread(io.BytesIO(base64.b64decode(source.removeprefix(_HEAD))), format="png")
    if pixels.ndim != 3 or pixels.shape[2] != 4:
        return source
    solid = pixels[pixels[..., 3] > 0.5, :3]
    if not len(solid) or float(np.ptp(solid, axis=0).max()) > _SIMILAR:
        return source
    colour = np.round(255 * np.median(solid, axis=0)).astype(np.uint8)
    return _HEAD + base64.b64encode(write_shades(np.round(_OPAQUE * pixels[..., 3]), colour)).decode()


def write_shades(shades: np.ndarray, colour: np.ndarray) -> bytes:
    """Write a PNG of one colour.

    Parameters
    ----------
    shades : ndarray of shape (height, width)
        0 (nothing) to 15 (opaque).

    Returns
    -------
    bytes
        Equal images give equal bytes.
    """
    height, width = shades.shape
    even = np.zeros((height, width + width % 2), dtype=np.uint8)
    even[:, :width] = shades
    rows = np.zeros((height, 1 + even.shape[1] // 2), dtype=np.uint8)  # each begins with its filter, 0 for none
    rows[:, 1:] = even[:, ::2] << 4 | even[:, 1::2]
    opacity = np.round(np.arange(_OPAQUE + 1) * (255 / _OPAQUE)).astype(np.uint8)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, _DEPTH, _PALETTE, 0, 0, 0)),
        (b"PLTE", np.tile(colour, _OPAQUE + 1).tobytes()),
        (b"tRNS", opacity.tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return _MAGIC + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

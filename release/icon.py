"""Icon of the MCP bundle: an arrow that goes round, for a run that is looked after."""

import struct
import zlib
from math import atan2, hypot, tau

SIZE = 512
"""Pixels of each side, as Claude Desktop recommends."""

PAPER, INK = (15, 118, 110), (255, 255, 255)
CORNER, RADIUS, STROKE, HEAD = 96.0, 132.0, 22.0, 62.0
"""Pixels: of the rounded corners, from the centre to the ring, half the ring's width, half the arrow's head."""

GAP = 0.14
"""Part of the ring that is left open, before the head of the arrow."""


def png() -> bytes:
    """Draw the icon as a PNG of `SIZE` x `SIZE` pixels, about 10 KB."""
    rows = b"".join(b"\0" + b"".join(_pixel(x, y) for x in range(SIZE)) for y in range(SIZE))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)  # 8 bits each of red, green, blue and opacity
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows, 9)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _pixel(column: int, row: int) -> bytes:
    half = SIZE / 2
    x, y = column + 0.5 - half, row + 0.5 - half
    inset = half - CORNER
    outside = hypot(max(abs(x) - inset, 0), max(abs(y) - inset, 0)) - CORNER
    ink = max(_cover(_to_ring(x, y)), _cover(_to_head(x - RADIUS, y)))
    colour = (round(paper + (white - paper) * ink) for paper, white in zip(PAPER, INK, strict=True))
    return bytes((*colour, round(255 * _cover(outside))))


def _cover(distance: float) -> float:
    """How much of a pixel a shape covers whose edge is this far away; inside, the distance is negative."""
    return min(max(0.5 - distance, 0.0), 1.0)


def _to_ring(x: float, y: float) -> float:
    """Distance to the ring, which starts below the head and ends in it, at three o'clock."""
    turn = atan2(y, x) / tau % 1
    return SIZE if turn < GAP else abs(hypot(x, y) - RADIUS) - STROKE


def _to_head(x: float, y: float) -> float:
    """Distance to the head of the arrow, a triangle that points down."""
    return max(-y - HEAD / 2, abs(x) + (y - HEAD / 2) * 0.9)

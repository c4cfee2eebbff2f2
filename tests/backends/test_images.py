import struct
import time
import zlib
from io import BytesIO

import pytest
from PIL import Image

from tuimail.backends import images
from tuimail.backends.images import picture


def png(width, height, colour=(255, 0, 0), kind="PNG", mode="RGB"):
    data = BytesIO()
    Image.new(mode, (width, height), colour).save(data, kind)
    return data.getvalue()


def bomb(width, height):
    """A PNG that says it is large, and holds next to nothing."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_an_image_becomes_cells_of_two_pixels(kind):
    found = picture(png(40, 20, kind=kind), 20, 20)
    assert (found.columns, found.rows, len(found.pixels)) == (20, 5, 20 * 10 * 3)
    (red, green, blue), _ = found.cell(19, 4)
    assert red > 240 and green < 15 and blue < 15


def test_a_tall_image_fits_into_the_rows():
    found = picture(png(10, 1000), 80, 20)
    assert found.rows == 20


def test_a_small_image_is_not_made_larger():
    found = picture(png(4, 4), 80, 20)
    assert (found.columns, found.rows) == (4, 2)


def test_what_is_transparent_is_white():
    found = picture(png(2, 2, (0, 0, 0, 0), mode="RGBA"), 80, 20)
    assert found.cell(0, 0) == ((255, 255, 255), (255, 255, 255))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"junk",
        png(4, 4)[:30],
        bomb(50_000, 50_000),
        bomb(2**31 - 1, 2**31 - 1),
        png(4, 4, kind="TIFF"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
    ids=["empty", "junk", "cut", "bomb", "largest", "other kind", "postscript"],
)
def test_what_is_broken_too_large_or_of_another_kind_is_no_picture(data):
    begun = time.thread_time()
    assert picture(data, 80, 20) is None
    assert time.thread_time() - begun < 1


def test_more_bytes_than_the_limit_are_not_looked_at(monkeypatch):
    monkeypatch.setattr(images, "BYTES_LIMIT", 10)
    assert picture(png(4, 4), 80, 20) is None


def test_no_room_is_no_picture():
    assert picture(png(4, 4), 0, 20) is None


def test_more_pixels_than_the_limit_are_not_decoded(monkeypatch):
    monkeypatch.setattr(images, "PIXELS_LIMIT", 15)
    assert picture(png(4, 4), 80, 20) is None

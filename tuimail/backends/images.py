"""Images made small enough for a terminal. The only importer of Pillow, whose decoders see hostile bytes."""

from io import BytesIO

from tuimail.mail.letter.picture import Picture

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
BYTES_LIMIT = 10_000_000
PIXELS_LIMIT = 25_000_000


def picture(data: bytes, columns: int, rows: int) -> Picture | None:
    """The image in at most so many cells, on white; None for what is too large, broken or none."""
    if len(data) > BYTES_LIMIT or columns < 1 or rows < 1:
        return None
    try:
        return _picture(data, columns, rows)
    except Exception:  # noqa: BLE001 (a library on hostile input: whatever it raises, there is no picture)
        return None


def _picture(data: bytes, columns: int, rows: int) -> Picture | None:
    from PIL import Image

    with Image.open(BytesIO(data), formats=FORMATS) as image:
        width, height = image.size
        if not 0 < width * height <= PIXELS_LIMIT:
            return None
        scale = min(1.0, columns / width, 2 * rows / height)
        size = max(1, round(width * scale)), max(2, round(height * scale) // 2 * 2)
        image.draft("RGB", size)
        small = image.convert("RGBA").resize(size, Image.Resampling.BOX)
    ground = Image.new("RGBA", size, "white")
    pixels = Image.alpha_composite(ground, small).convert("RGB").tobytes()
    return Picture(size[0], size[1] // 2, pixels)

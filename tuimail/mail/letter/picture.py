"""A small picture made of coloured cells."""

from msgspec import Struct

KINDS = ("image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "image/bmp")
"""The types of images that are shown; what is none of these is listed only."""


class Picture(Struct, frozen=True):
    """`columns` by `rows` cells of two pixels each, one above the other; `pixels` are RGB, row by row."""

    columns: int
    rows: int
    pixels: bytes

    def cell(self, column: int, row: int) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        """The colours of a cell: its upper and its lower pixel."""
        return self._pixel(column, 2 * row), self._pixel(column, 2 * row + 1)

    def _pixel(self, column: int, line: int) -> tuple[int, int, int]:
        at = 3 * (line * self.columns + column)
        red, green, blue = self.pixels[at : at + 3]
        return red, green, blue

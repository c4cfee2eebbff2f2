import tomllib
from pathlib import Path

import pytest

from tuimail.ui.themes import PLAIN, READ, ThemeError, theme

FILES = sorted((Path(__file__).parents[2] / "themes").glob("*.toml"))


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_there_are_a_dark_a_light_and_a_high_contrast_theme():
    assert [file.stem for file in FILES] == ["tuimail-contrast", "tuimail-dark", "tuimail-light"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("pair", READ, ids="-on-".join)
def test_everything_that_is_read_meets_wcag_aa(file, pair):
    colours = tomllib.loads(file.read_text())["colours"]
    assert contrast(colours[pair[0]], colours[pair[1]]) >= 4.5


def test_the_high_contrast_theme_meets_aaa():
    colours = tomllib.loads(FILES[0].read_text())["colours"]
    assert min(contrast(colours[one], colours[other]) for one, other in READ) >= 7


def test_the_built_in_theme_is_the_dark_file():
    assert tomllib.loads(FILES[1].read_text()) == PLAIN


def test_a_theme_that_lacks_a_colour_says_which():
    with pytest.raises(ThemeError, match="lacks muted"):
        theme({"name": "x", "colours": {k: v for k, v in PLAIN["colours"].items() if k != "muted"}})

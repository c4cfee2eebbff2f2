import re
from importlib.util import module_from_spec, spec_from_file_location
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

ROOT = Path(__file__).parents[2]
GROUND = "#15181c"
TEXT = re.compile(r'<text class="r[^"]*" x="([^"]+)" y="20" textLength="([^"]+)"[^>]*>([^<]*)</text>')


@pytest.fixture(scope="module")
def picture():
    spec = spec_from_file_location("picture", ROOT / "docs" / "picture.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def drawn(picture, text):
    console = Console(record=True, width=40, file=StringIO(), color_system="truecolor")
    console.print(text, markup=False, highlight=False)
    return picture.repaired(console.export_svg(title="a line"), GROUND)


def cells(picture, text):
    """(first cell, cells, letters) of each run."""
    found = TEXT.findall(drawn(picture, text))
    return [(round(float(x) / picture.CELL), round(float(n) / picture.CELL), run) for x, n, run in found]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("見積書", [(0, 6, "見積書")]),
        ("Re: 見積書の件 v2", [(0, 3, "Re:"), (4, 10, "見積書の件"), (15, 2, "v2")]),
        ("0:07 ■■□ 「件」", [(0, 4, "0:07"), (5, 3, "■■□"), (9, 6, "「件」")]),
        ("か\u3099ab", [(0, 2, "か\u3099"), (2, 2, "ab")]),
        ("a < b", [(0, 5, "a&#160;&lt;&#160;b")]),
    ],
)
def test_every_run_stands_over_its_own_cells(picture, text, runs):
    assert cells(picture, text) == runs


def test_a_block_is_drawn_as_high_as_it_is(picture):
    (height,) = re.findall(r'<rect class="r\d+"[^>]* height="([^"]+)"', drawn(picture, "▄"))
    assert float(height) == picture.LINE / 2


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.svg")), ids=lambda path: path.name)
def test_a_picture_is_small_well_formed_and_fetches_nothing(path):
    svg = path.read_text("utf-8")
    ElementTree.fromstring(svg)
    assert len(svg.encode()) < 80_000
    assert re.findall(r"https?://[^\s\"')]+", svg) == ["http://www.w3.org/2000/svg"]
    assert "url(" not in svg.replace("url(#", "")


def test_every_picture_the_readme_names_is_there():
    named = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []

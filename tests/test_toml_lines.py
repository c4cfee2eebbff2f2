import tomllib

from tuimail.toml_lines import lines

TEXT = '''\
top = 1  # a comment with [brackets] and = signs
"quoted key" = """
several
lines # not a comment
"""
list = [
  # inside
  { a = 1, "b.c" = ']' },

  [2, 3],
]
when = 2026-01-02T03:04:05Z
[one.two]
three.four = "x # y"
[[row]]
n = \'\'\'
]\'\'\'
[[row]]
[row.sub]
deep = {x = {y = 1}}
[[row.more]]
z = "\\"]"
last = 1'''


def paths(value, at=()):
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*at, step)
        yield from paths(inner, (*at, step))


def test_every_key_that_the_parser_finds_has_a_line():
    assert set(paths(tomllib.loads(TEXT))) == set(lines(TEXT))


def test_lines_are_those_an_editor_shows():
    found = lines(TEXT)
    assert found["quoted key",] == 2
    assert found["list", 0, "b.c"] == 8
    assert found["list", 1, 1] == 10
    assert found["one", "two", "three", "four"] == 14
    assert found["row", 0, "n"] == 16
    assert found["row", 1] == 18
    assert found["row", 1, "sub", "deep", "x", "y"] == 20
    assert found["row", 1, "more", 0, "z"] == 22
    assert found["row", 1, "more", 0, "last"] == 23

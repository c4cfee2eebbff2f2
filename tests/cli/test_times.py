import pytest

from tuimail.cli.times import span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10m", 600),
        ("2h", 7_200),
        ("2h30m", 9_000),
        ("90s", 90),
        ("1d", 86_400),
        ("+5min", 300),
        (" 1H ", 3_600),
    ],
)
def test_a_span_is_so_many_seconds(text, seconds):
    assert span(text) == seconds


@pytest.mark.parametrize("text", ["", "+", "m", "10", "tomorrow 9am", "m10", "30m2h", "明日の9時", "9:00"])
def test_other_words_are_no_span(text):
    assert span(text) is None

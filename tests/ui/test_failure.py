"""The end that nobody expected."""

from rich.console import Console


async def test_what_nobody_expected_is_told_without_the_mail_it_was_about(open_app):
    app = (await open_app()).app
    told = []
    app.panic = told.append
    letter = "dear secret"
    try:
        raise ValueError("\x1b]52;c;AAAA\x07 bad")
    except ValueError:
        app._fatal_error()
    console = Console(width=200, color_system=None)
    with console.capture() as shown:
        console.print(told[0])
    assert "Held mail, drafts" in shown.get()
    assert "ValueError" in shown.get()
    assert "\x1b" not in shown.get()
    assert letter not in shown.get()

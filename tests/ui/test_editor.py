"""The user's editor gets the text in a private file, without a shell, while the loop goes on."""

import asyncio
import sys
from contextlib import contextmanager

import pytest
from textual.app import SuspendNotSupported

from tuimail.mail.errors import TuimailError
from tuimail.ui.editor import edit


class Terminal:
    """As much of the application as an editor needs."""

    def __init__(self):
        self.held_back = False

    @contextmanager
    def batch_update(self):
        self.held_back = True
        yield
        self.held_back = False

    @contextmanager
    def suspend(self):
        assert self.held_back
        yield


def editor(tmp_path, code):
    script = tmp_path / "an editor.py"
    script.write_text(f"import os, stat, sys\npath = sys.argv[-1]\n{code}\n")
    return f"{sys.executable} '{script}'"


async def test_what_was_saved_comes_back(tmp_path):
    command = editor(tmp_path, "text = open(path).read(); open(path, 'w').write(text + '追伸\\n')")
    assert await edit(Terminal(), command, "佐藤様\n") == "佐藤様\n追伸\n"


async def test_the_file_is_the_users_alone_and_goes_away(tmp_path):
    out = tmp_path / "seen"
    code = (
        "modes = [oct(stat.S_IMODE(os.stat(p).st_mode)) for p in (path, os.path.dirname(path))]\n"
        f"open({str(out)!r}, 'w').write(' '.join([*modes, path]))"
    )
    await edit(Terminal(), editor(tmp_path, code), "x")
    file, folder, path = out.read_text().split(" ", 2)
    assert (file, folder) == ("0o600", "0o700")
    from pathlib import Path

    assert not Path(path).exists()


async def test_the_loop_goes_on_while_one_edits(tmp_path):
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await edit(Terminal(), editor(tmp_path, "import time; time.sleep(0.15)"), "x")
    ticking.cancel()
    assert ticks > 5


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/no/such/editor", "did not start"),
        ("", "No editor is set"),
        (f"{sys.executable} -c 'raise SystemExit(3)'", "ended with 3"),
        ("'unclosed", "can't be read"),
    ],
)
async def test_an_editor_that_fails_leaves_the_text(command, words):
    with pytest.raises(TuimailError, match=words):
        await edit(Terminal(), command, "x")


async def test_nothing_of_a_command_is_given_to_a_shell(tmp_path):
    with pytest.raises(TuimailError):
        await edit(Terminal(), f"true; touch {tmp_path}/made", "x")
    assert not (tmp_path / "made").exists()


async def test_a_terminal_that_cannot_step_aside_says_so():
    class Web(Terminal):
        def suspend(self):
            raise SuspendNotSupported

    with pytest.raises(TuimailError, match="No editor can run"):
        await edit(Web(), "true", "x")

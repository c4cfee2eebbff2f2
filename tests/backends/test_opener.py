import os
import stat
import sys
from pathlib import Path

import pytest

from tuimail.backends import opener as opener_module
from tuimail.backends.opener import SystemOpener, forget
from tuimail.mail.errors import OpenError

PUTS = f"{sys.executable} -c 'import sys; open(sys.argv[1], \"w\").write(sys.argv[2])' "


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "opened"


def opener(tmp_path, folder):
    """An opener that writes down what it was given."""
    return SystemOpener(folder, f"{PUTS}{tmp_path / 'given'}")


async def test_a_link_is_one_argument_of_the_command(tmp_path, folder):
    await opener(tmp_path, folder).link("https://a.example/;touch x&$(y)")
    assert (tmp_path / "given").read_text() == "https://a.example/;touch x&$(y)"


async def test_row_71_a_file_is_a_private_read_only_copy_whatever_its_name(tmp_path, folder):
    name = "$(touch x);`y`' \".pdf"
    await opener(tmp_path, folder).file(name, b"data")
    path = (tmp_path / "given").read_text()
    assert (os.path.basename(path), Path(path).read_bytes()) == (name, b"data")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o400
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700


async def test_two_files_of_one_name_are_two_copies(tmp_path, folder):
    paths = set()
    for data in (b"one", b"two"):
        await opener(tmp_path, folder).file("a.txt", data)
        paths.add((tmp_path / "given").read_text())
    assert [Path(path).read_bytes() for path in sorted(paths)] == [b"one", b"two"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\0b"])
async def test_what_is_no_file_name_is_refused(tmp_path, folder, name):
    with pytest.raises(OpenError):
        await opener(tmp_path, folder).file(name, b"")


async def test_copies_go_when_their_process_is_gone_and_others_stay(folder):
    gone, mine = folder / "999999999", folder / str(os.getpid())
    for home in (gone, mine):
        home.mkdir(parents=True)
        (home / "a").write_text("x")
    forget(folder)
    assert (gone.exists(), mine.exists()) == (False, True)


async def test_a_start_tidies_up_and_makes_nothing(folder):
    await SystemOpener(folder).tidy()
    assert not folder.exists()
    (folder / "999999999").mkdir(parents=True)
    await SystemOpener(folder).tidy()
    assert list(folder.iterdir()) == []


async def test_a_folder_that_leads_elsewhere_is_not_used(tmp_path, folder):
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OpenError):
        await opener(tmp_path, folder).file("a.txt", b"x")
    assert list((tmp_path / "elsewhere").iterdir()) == []


async def test_an_opener_that_fails_or_is_not_there_says_so(folder):
    with pytest.raises(OpenError, match="Nothing here can open"):
        await SystemOpener(folder, "false").link("https://a.example/")
    with pytest.raises(OpenError, match="could not be started"):
        await SystemOpener(folder, "no-such-program").link("https://a.example/")


async def test_without_a_desktop_it_says_so(folder, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(OpenError, match="no desktop"):
        await SystemOpener(folder).link("https://a.example/")


async def test_a_command_gets_the_message_and_gives_what_it_prints(folder):
    assert await SystemOpener(folder).pipe("tr a-z A-Z", b"hello") == b"HELLO"


@pytest.mark.parametrize("command", ["", "  ", "'", "false", "no-such-program", "sh -c 'echo no; exit 3'"])
async def test_a_command_that_fails_is_one_line(folder, command):
    with pytest.raises(OpenError) as error:
        await SystemOpener(folder).pipe(command, b"x")
    assert "\n" not in str(error.value)


async def test_nothing_of_a_command_line_is_run_by_a_shell(folder, tmp_path):
    printed = await SystemOpener(folder).pipe(f"echo $(touch {tmp_path}/x) ; echo `y`", b"")
    assert printed.startswith(b"$(touch ")
    assert not (tmp_path / "x").exists()


async def test_a_command_that_does_not_read_is_no_trouble(folder):
    assert await SystemOpener(folder).pipe("echo done", b"x" * 1_000_000) == b"done\n"


async def test_a_command_that_prints_without_end_is_ended(folder, monkeypatch):
    monkeypatch.setattr(opener_module, "PRINTED_LIMIT", 100_000)
    assert len(await SystemOpener(folder).pipe("yes", b"x" * 1_000_000)) == 100_000


async def test_a_command_that_takes_too_long_is_ended(folder, monkeypatch):
    monkeypatch.setattr(opener_module, "PIPE_SECONDS", 0.05)
    with pytest.raises(OpenError, match="it was ended"):
        await SystemOpener(folder).pipe("sleep 60", b"")

"""The picker of files: a path to type, and the folder it leads to."""

import pytest

from tuimail.ui.screens.attach import AttachScreen


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(AttachScreen, "last", f"{tmp_path}/")
    (tmp_path / "inner").mkdir()
    for name in ("a b.txt", "見積書.pdf", ".hidden", "inner/deep.txt"):
        (tmp_path / name).write_bytes(b"x" * 1200)
    return tmp_path


async def test_folders_come_first_and_what_is_hidden_comes_by_a_key(open_app, press, seen, folder):
    pilot = await open_app()
    await press(pilot, "c", "alt+a")
    shown = seen(pilot)
    assert "inner/" in shown
    assert "見積書.pdf" in shown
    assert ".hidden" not in shown
    await press(pilot, "alt+full_stop")
    assert ".hidden" in seen(pilot)


async def test_several_files_are_marked_with_space_and_attached_together(open_app, press, seen, folder):
    pilot = await open_app()
    await press(pilot, "c", "alt+a", "down", "space", "space")
    assert "attach 2" in seen(pilot)
    await press(pilot, "enter")
    names = [file.name for file in pilot.app.screen.draft.attachments]
    assert names == ["a b.txt", "見積書.pdf"]
    assert "2 files, 168 kB" in seen(pilot)


async def test_enter_goes_into_a_folder_and_backspace_out_of_it(open_app, press, seen, folder):
    pilot = await open_app((120, 30))
    await press(pilot, "c", "alt+a", "enter")
    assert "deep.txt" in seen(pilot)
    await press(pilot, "backspace")
    assert "a b.txt" in seen(pilot)


async def test_home_typed_behind_a_path_takes_its_place(open_app, press, folder):
    pilot = await open_app()
    await press(pilot, "c", "alt+a", "'~", "'/", "'D")
    assert pilot.app.screen.field.value == "~/D"


async def test_a_space_within_a_name_is_a_letter(open_app, press, seen, folder):
    pilot = await open_app()
    await press(pilot, "c", "alt+a", "'a", "' ", "'b", "enter")
    assert [file.name for file in pilot.app.screen.draft.attachments] == ["a b.txt"]

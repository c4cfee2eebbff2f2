import sys
from pathlib import Path

import pytest

from tuimail import paths
from tuimail.mail.errors import ConfigError


@pytest.fixture
def bare(monkeypatch, tmp_path):
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_the_xdg_variables_decide(bare, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", "/a")
    monkeypatch.setenv("XDG_DATA_HOME", "/b")
    monkeypatch.setenv("XDG_CACHE_HOME", "/c")
    found = paths.find()
    assert found.config == Path("/a/tuimail/config.toml")
    assert found.outbox == Path("/b/tuimail/outbox.db")
    assert found.sender_lock == Path("/b/tuimail/sender.lock")
    assert found.mail_cache == Path("/c/tuimail/cache.db")
    assert found.themes == Path("/a/tuimail/themes")


def test_a_relative_xdg_variable_is_ignored(bare, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "here")
    assert bare in paths.find().data.parents


def test_the_mark_of_an_outbox_is_kept_apart_from_it(bare, monkeypatch):
    assert paths.find().outbox_mark.parent != paths.find().data or sys.platform == "darwin"
    monkeypatch.setenv("XDG_DATA_HOME", "/b")
    beside = paths.find().outbox_mark
    assert beside.parent == Path("/b/tuimail")
    monkeypatch.setenv("XDG_STATE_HOME", "/d")
    assert paths.find().outbox_mark == Path("/d/tuimail") / beside.name
    monkeypatch.setenv("XDG_DATA_HOME", "/other")
    assert paths.find().outbox_mark.name != beside.name


def test_a_config_file_on_the_command_line_comes_first(bare, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", "/a")
    assert paths.find("~/other.toml").config == bare / "other.toml"


def test_a_user_without_a_home_folder_is_told_to_name_one(bare):
    with pytest.raises(ConfigError, match="set HOME"):
        paths.find("~nobody-at-all/config.toml")


def test_folders_are_made_for_their_owner_only(tmp_path):
    found = paths.Paths.under(tmp_path / "deep").make()
    for folder in (found.data, found.cache):
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("mode", "said"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_can_read_is_said_with_the_command_that_mends_it(tmp_path, mode, said):
    file = tmp_path / "config.toml"
    file.touch()
    file.chmod(mode)
    assert (f"chmod 600 {file}" in paths.exposed(file)) is said


def test_a_file_that_is_not_there_is_not_exposed(tmp_path):
    assert paths.exposed(tmp_path / "none") == ""

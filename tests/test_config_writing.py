"""Accounts put into config.toml and taken out: every other byte stays."""

import os
import stat
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.config import load, writing
from tuimail.mail.errors import ConfigError

WORK = {
    "name": "work",
    "address": "hanako@example.jp",
    "display_name": '山田 "花子" \\ 🍊',
    "imap": {"host": "imap.example.jp", "port": 993, "security": "tls"},
    "smtp": {"host": "smtp.example.jp", "port": 465, "security": "tls"},
}
HOME = {**WORK, "name": "home", "graph": {}, "auth": "microsoft", "oauth": {"client_id": "x"}}

PIECES = (
    "# a comment with [[accounts]] in it\n",
    "\n",
    "[outbox]\nundo_seconds = 5   # five\n",
    "   \t\n",
    '[ui]\neditor = """\n[[accounts]]\nname = \'x\'\n"""\n',
    "[[rules]]\nname = 'a'   \ndelay = \"1m\"\n[rules.when]\nexternal = true # 外\n",
    "[calendar]\ndays_off = [\n  '12-31', # last\n  # none\n]\n",
    "[contacts.aliases]\n'山田 花子' = \"a@b.jp\"\n",
)
TEXTS = st.lists(st.sampled_from(PIECES), unique=True).map("".join)


@given(TEXTS)
def test_what_was_there_stays_byte_for_byte_before_the_new_account(text):
    after = writing.added(text, WORK)
    assert after.startswith(text)
    assert tomllib.loads(after) == {**tomllib.loads(text), "accounts": [WORK]}


@given(TEXTS, st.booleans())
def test_taking_an_account_out_again_leaves_the_text_as_it_was(text, last):
    both = writing.added(writing.added(text, WORK), HOME)
    one = "home" if last else "work"
    blank = "" if text or last else "\n"
    assert writing.removed(both, one) == blank + writing.added(text, WORK if last else HOME)
    assert writing.removed(writing.added(text, WORK), "work") == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r")))
def test_any_text_is_read_back_as_it_was_given(value):
    entry = {**WORK, "display_name": value}
    assert tomllib.loads(writing.added("", entry))["accounts"] == [entry]


def test_the_tables_below_an_account_go_with_it_and_the_comments_around_it_stay():
    text = (
        "# mine\n[[accounts]] # first\nname = 'work' # this\n# inside\naddress = 'a@b.jp'\n\n# after\n"
        "[outbox]\nundo_seconds = 3\n[accounts.imap]\nhost = 'h'\nport = 1\n[[accounts.identities]]\n"
        "address = 'c@d.jp'\n# end\n"
    )
    assert writing.removed(text, "work") == "# mine\n\n# after\n[outbox]\nundo_seconds = 3\n# end\n"


@pytest.mark.parametrize("text", ["accounts = [{ name = 'work' }]\n", "[outbox]\n"])
def test_what_is_no_block_is_not_taken_out(text):
    with pytest.raises(ConfigError, match="nothing was changed"):
        writing.removed(text, "work")


def test_a_list_of_accounts_is_left_to_the_person_who_wrote_it():
    with pytest.raises(ConfigError, match="by hand"):
        writing.added("accounts = [{ name = 'work' }]\n", WORK)


def test_a_new_file_is_its_owners_alone_and_right(tmp_path):
    file = tmp_path / "new" / "config.toml"
    writing.add(file, WORK)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [account.name for account in load(file).accounts] == ["work"]
    assert os.listdir(file.parent) == ["config.toml"]


def test_a_link_to_the_file_stays_a_link(tmp_path):
    real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text("# mine\n")
    link.symlink_to(real)
    writing.add(link, WORK)
    assert link.is_symlink()
    assert real.read_text().startswith("# mine\n\n[[accounts]]")


def test_lines_that_end_in_two_signs_go_on_doing_so(tmp_path):
    file = tmp_path / "config.toml"
    file.write_bytes(b"# mine\r\n[outbox]\r\nundo_seconds = 5\r\n")
    writing.add(file, WORK)
    after = file.read_bytes()
    assert after.startswith(b"# mine\r\n[outbox]\r\nundo_seconds = 5\r\n\r\n[[accounts]]\r\n")
    writing.remove(file, "work")
    assert file.read_bytes() == b"# mine\r\n[outbox]\r\nundo_seconds = 5\r\n"


@pytest.mark.parametrize("before", [b"not toml", b"\xff", b"undo_second = 5\n"])
def test_a_file_that_is_wrong_is_left_as_it_is(tmp_path, before):
    file = tmp_path / "config.toml"
    file.write_bytes(before)
    with pytest.raises(ConfigError):
        writing.add(file, WORK)
    assert file.read_bytes() == before
    assert os.listdir(tmp_path) == ["config.toml"]


def test_an_account_that_would_be_refused_is_not_written(tmp_path):
    file = tmp_path / "config.toml"
    writing.add(file, WORK)
    before = file.read_bytes()
    with pytest.raises(ConfigError, match="taken"):
        writing.add(file, WORK)
    assert file.read_bytes() == before


def test_a_folder_that_can_not_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="it is as it was"):
        writing.add(tmp_path / "file" / "config.toml", WORK)


def test_the_last_account_may_go(tmp_path):
    file = tmp_path / "config.toml"
    writing.add(file, WORK)
    writing.remove(file, "work")
    assert "accounts" not in tomllib.loads(file.read_text())

"""Which folder is Sent, whoever made it."""

import pytest

from tuimail.backends.roles import Place, assign, ordered
from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.letter.safe import Safe


def place(name: str, *attributes: str) -> Place:
    return Place(tuple(name.split("/")), frozenset(attributes))


@pytest.mark.parametrize("attribute", ["\\Sent", "\\sent", "\\SENT"])
def test_an_attribute_is_believed_in_any_case(attribute):
    assert assign([place("Verzonden", "\\HasNoChildren", attribute)]) == (Role.SENT,)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Sent Items", Role.SENT),
        ("INBOX/Sent", Role.SENT),
        ("[Gmail]/送信済みメール", Role.SENT),
        ("下書き", Role.DRAFTS),
        ("ゴミ箱", Role.TRASH),
        ("迷惑メール", Role.JUNK),
        ("inbox", Role.INBOX),
        ("Work/Sent", Role.NONE),
        ("Sentences", Role.NONE),
    ],
)
def test_without_attributes_a_well_known_name_decides(name, role):
    assert assign([place(name)]) == (role,)


def test_an_attribute_goes_before_a_name_and_each_role_is_given_once():
    places = [place("Sent"), place("Gesendet", "\\Sent"), place("Sent Items"), place("Old", "\\Sent")]
    assert assign(places) == (Role.NONE, Role.SENT, Role.NONE, Role.NONE)


def test_all_mail_is_the_archive_where_there_is_no_other():
    everything = place("[Gmail]/すべてのメール", "\\All")
    assert assign([everything]) == (Role.ARCHIVE,)
    assert assign([everything, place("Archive", "\\Archive")]) == (Role.NONE, Role.ARCHIVE)


def test_the_inbox_comes_first_and_the_users_own_folders_last():
    folders = [Folder("a", name, Safe(name), role) for name, role in [
        ("b", Role.NONE), ("A", Role.NONE), ("Sent", Role.SENT), ("INBOX", Role.INBOX)]]  # fmt: skip
    assert [each.name for each in ordered(folders)] == ["INBOX", "Sent", "A", "b"]

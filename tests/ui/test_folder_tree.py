from tuimail.mail.folder.folder import Folder, Role
from tuimail.mail.letter.safe import Safe
from tuimail.ui.folder_tree import ALL_INBOXES, entries, narrowed, view_of


def folder(name, role=Role.NONE, unread=0, account="work"):
    return Folder(account, name, Safe(name), role, 10, unread)


WORK = (
    folder("INBOX", Role.INBOX, 3),
    folder("Archive", Role.ARCHIVE),
    folder("Archive/2024", unread=1),
    folder("案件/木漏れ日/見積", unread=2),
    folder("案件"),
    folder("案件と"),
)


def shown(found):
    return ["  " * entry.depth + entry.words for entry in found]


def test_folders_stand_below_the_one_their_name_begins_with():
    assert shown(entries([("work", WORK)])) == [
        "Inbox",
        "Archive",
        "  2024",
        "案件",
        "  木漏れ日/見積",
        "案件と",
    ]


def test_what_several_stand_below_stands_there_too():
    found = entries([("work", (folder("a/x"), folder("a/y"), folder("b/z")))])
    assert shown(found) == ["a", "  x", "  y", "b/z"]
    assert found[0].folder is None


def test_a_folded_one_counts_what_is_unread_below_it():
    found = entries([("work", WORK)], {("work", "案件"), ("work", "Archive")})
    assert shown(found) == ["Inbox", "Archive", "案件", "案件と"]
    assert [entry.unread for entry in found] == [3, 1, 2, 0]


def test_several_accounts_have_headings_and_all_inboxes_on_top():
    home = (folder("INBOX", Role.INBOX, 4, "home"),)
    found = entries([("work", WORK[:1]), ("home", home)])
    assert shown(found) == ["All inboxes", "work", "Inbox", "home", "Inbox"]
    assert found[0].unread == 7
    assert view_of(ALL_INBOXES).role is Role.INBOX


def test_typing_narrows_to_what_is_called_so_beginnings_first():
    found = narrowed([("work", (folder("Old rearchived"), *WORK))], "ａrch")
    assert shown(found) == ["Archive", "Archive/2024", "Old rearchived"]
    assert shown(narrowed([("work", WORK)], "見積")) == ["案件/木漏れ日/見積"]
    assert narrowed([("work", WORK)], "nowhere") == []


def test_of_several_accounts_a_folder_is_found_by_the_name_of_its_account_too():
    office = folder("INBOX", Role.INBOX, account="office"), folder("Sent", Role.SENT, account="office")
    home = folder("INBOX", Role.INBOX, account="home"), folder("Sent", Role.SENT, account="home")
    accounts = [("home", (*home, folder("Office move", account="home"))), ("office", office)]
    for typed in ("office sent", "sent OFF"):
        assert shown(narrowed(accounts, typed)) == ["Sent · office"]
    assert shown(narrowed(accounts, "office")) == ["Office move · home", "Inbox · office", "Sent · office"]
    assert shown(narrowed(accounts, "office mo")) == ["Office move · home"]
    assert narrowed([("office", office)], "office") == []

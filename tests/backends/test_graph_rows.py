"""What Graph tells of messages and folders, read without a server."""

import pytest

from tuimail.backends.graph import delta, folders, kql, rows
from tuimail.backends.graph.deeds import changes
from tuimail.backends.graph.refusal import Rejected
from tuimail.mail.errors import MailboxRefused
from tuimail.mail.folder.folder import Role
from tuimail.mail.folder.query import parse
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Flag

DAY = 86_400

MESSAGE = {
    "id": "AAkA=",
    "internetMessageId": "<one@contoso.example>",
    "receivedDateTime": "2026-11-20T10:00:00Z",
    "subject": "Angebot\u202e \x1b[31m",
    "from": {"emailAddress": {"name": "Ken", "address": "ken@contoso.example"}},
    "toRecipients": [{"emailAddress": {"name": "aiko@contoso.example", "address": "aiko@contoso.example"}}],
    "ccRecipients": [],
    "hasAttachments": True,
    "isRead": True,
    "isDraft": False,
    "flag": {"flagStatus": "flagged"},
    "parentFolderId": "F",
    "singleValueExtendedProperties": [
        {"id": "Integer 0xe08", "value": "2048"},
        {"id": "String 0x1042", "value": "<zero@contoso.example>"},
        {"id": "String 0x1039", "value": "<a@x> <zero@contoso.example>"},
        {"id": "Integer 0x1081", "value": "103"},
    ],
}


def test_a_message_becomes_a_row_with_all_that_a_list_shows():
    row = rows.envelope("work", "INBOX", MESSAGE)
    assert row.sender == Address("ken@contoso.example", "Ken")
    assert row.to == (Address("aiko@contoso.example"),)
    assert "\x1b" not in row.subject
    assert "\u202e" not in row.subject
    assert row.received == 1_795_168_800
    assert (row.size, row.attached, row.message_id) == (2048, True, "<one@contoso.example>")
    assert (row.in_reply_to, row.references) == (
        "<zero@contoso.example>",
        ("<a@x>", "<zero@contoso.example>"),
    )
    assert row.flags == {Flag.SEEN, Flag.FLAGGED, Flag.ANSWERED}


@pytest.mark.parametrize(
    "odd", [None, 7, "text", [], {}, [None], [{"emailAddress": 7}], {"emailAddress": None}]
)
def test_whatever_a_field_is_the_row_can_be_shown(odd):
    for name in MESSAGE.keys() - {"id"}:
        row = rows.envelope("work", "INBOX", {**MESSAGE, name: odd})
        assert row.ref.uid == "AAkA="
    assert rows.rows({"value": odd}) == []


def test_a_sender_without_an_address_is_shown_by_name():
    gone = {"emailAddress": {"name": "Old colleague", "address": "/O=EXCHANGELABS/CN=OLD"}}
    assert rows.envelope("work", "INBOX", {**MESSAGE, "from": gone}).sender == Address("", "Old colleague")


def test_news_that_has_only_what_changed_is_asked_for_in_full():
    sparse = {"id": "b", "isRead": True, "parentFolderId": "F"}
    page = delta.page({"value": [MESSAGE, sparse, {"id": "c", "@removed": {"reason": "deleted"}}]})
    found = delta.together([page])
    assert (set(found.there), found.gone, found.unsure) == ({"AAkA="}, {"c"}, {"b"})
    whole = {**MESSAGE, "id": "b"}
    assert delta.settled(found, {"b": whole}).there["b"] == whole
    assert delta.settled(found, {}).gone == {"b", "c"}


def test_what_is_told_to_be_gone_and_there_is_asked_for():
    pages = [delta.page({"value": [MESSAGE]}), delta.page({"value": [{"id": "AAkA=", "@removed": {}}]})]
    assert delta.together(pages).unsure == {"AAkA="}


def test_the_last_word_on_a_message_counts():
    pages = [delta.page({"value": [MESSAGE]}), delta.page({"value": [{**MESSAGE, "isRead": False}]})]
    assert delta.together(pages).there["AAkA="]["isRead"] is False


@pytest.mark.parametrize(
    ("code", "name", "is_lost"),
    [(410, "", True), (400, "SyncStateInvalid", True), (404, "syncStateNotFound", True), (404, "x", False)],
)
def test_a_link_the_server_has_forgotten_is_told_from_a_no(code, name, is_lost):
    assert delta.is_lost(Rejected("", code, name)) is is_lost


def found(id, *path):
    return folders.Found(id, path, 1, 0, 0)


def test_folders_have_their_roles_in_whatever_language():
    tree = [
        found("s", "送信済みアイテム"),
        found("i", "INBOX"),
        found("d", "Brouillons"),
        found("x", "INBOX", "仕事"),
    ]
    listed = folders.listed("work", tree, {"s": "\\Sent", "i": "", "d": "\\Drafts"})
    assert [(each.name, each.title, each.role) for each in listed] == [
        ("INBOX", "INBOX", Role.INBOX),
        ("Brouillons", "Brouillons", Role.DRAFTS),
        ("送信済みアイテム", "送信済みアイテム", Role.SENT),
        ("INBOX/仕事", "仕事", Role.NONE),
    ]


def test_a_slash_in_a_folders_name_leads_nowhere():
    assert found("a", "In", "Out").name == "In/Out"
    assert found("a", "In/Out").name == "In%2FOut"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"isHidden": True}, False),
        ({"@odata.type": "#microsoft.graph.mailSearchFolder"}, False),
        ({"isHidden": False}, True),
    ],
)
def test_hidden_folders_and_searches_are_left_out(given, shown):
    assert folders.is_shown(given) is shown


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("budget ", "budget"),
        ("budg", "budg*"),
        ('"two words" ', '"two words"'),
        ("from:ken@x.example -subject:old ", "from:ken@x.example AND NOT subject:old"),
        ("a:b:c ", '"a:b:c"'),
        ("body:予算 ", "body:予算"),
        ("is:unread has:attachment ", "hasattachments:true"),
        ("AND ", '"AND"'),
        ("c++", '"c++"'),
        ("in:x account:y ", ""),
        ('x" OR y ', 'x AND "OR" AND y'),
    ],
)
def test_a_query_in_the_words_of_exchange(typed, asked):
    assert kql.asked(parse(typed)) == asked


def test_days_are_asked_for_so_that_none_is_missed_and_compared_here():
    query = parse("after:2026-11-20 before:2026-11-22 budget ", 1.8e9)
    assert kql.asked(query) == "received>=2026-11-19 AND received<=2026-11-23 AND budget"
    assert [term.field for term in kql.compared(query).terms] == ["after", "before"]


def test_a_query_of_nothing_but_unwanted_words_is_refused():
    with pytest.raises(MailboxRefused, match="add one that is"):
        kql.asked(parse("-old "))


def test_flags_are_changes_of_a_message():
    assert changes({Flag.SEEN}, {Flag.FLAGGED}) == {"isRead": True, "flag": {"flagStatus": "notFlagged"}}
    assert changes({Flag.ANSWERED}, ())["singleValueExtendedProperties"][0]["value"] == "102"
    for unkept in ("$Junk", Flag.DELETED, Flag.DRAFT):
        with pytest.raises(MailboxRefused, match="keeps no mark"):
            changes({unkept}, ())

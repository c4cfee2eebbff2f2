import base64
from email import message_from_bytes

import pytest
from graph_client import AIKO, IMMUTABLE, KEN, letter

JSON_DRAFT = {
    "subject": "見積書",
    "body": {"contentType": "Text", "content": "十八万円です。"},
    "toRecipients": [{"emailAddress": {"name": "鈴木 一郎", "address": KEN}}],
    "bccRecipients": [{"emailAddress": {"address": "aiko@contoso.example"}}],
    "internetMessageHeaders": [{"name": "X-Tuimail-Token", "value": "abc"}],
}


@pytest.fixture
def inbox(exchange):
    """Fifteen mails, a minute apart, newest last."""
    for number in range(15):
        exchange.org.clock.now += 60
        wire = letter(AIKO, f"Number {number}", f"<{number}@x>").replace(b"Aiko <aiko", b"Ken <ken")
        exchange.org.receive(wire, AIKO)
    return exchange.org.mailbox(AIKO)


def test_a_draft_from_mime_keeps_every_byte(graph):
    made = graph.draft(letter(more="Bcc: mika@contoso.example\r\n"))
    assert made.status == 201
    assert made.json["isDraft"]
    assert made.json["internetMessageId"] == "<one@contoso.example>"
    assert [one["emailAddress"]["address"] for one in made.json["bccRecipients"]] == ["mika@contoso.example"]
    assert graph.get(f"/me/messages/{made.json['id']}/$value").body == letter(
        more="Bcc: mika@contoso.example\r\n"
    )


def test_mime_that_is_no_base64_is_refused(graph):
    answer = graph.post("/me/messages", b"not base64!", Content_Type="text/plain")
    assert (answer.status, answer.code) == (400, "ErrorMimeContentInvalidBase64String")


def test_mime_over_four_megabytes_is_refused(graph, exchange):
    exchange.org.switch(largest_mime=100)
    assert graph.draft(letter()).status == 413
    assert exchange.org.mailbox(AIKO).messages() == ()


def test_a_draft_from_json_is_a_mail_of_the_owner(graph):
    made = graph.post("/me/messages", JSON_DRAFT).json
    mail = message_from_bytes(graph.get(f"/me/messages/{made['id']}/$value").body)
    assert made["subject"] == "見積書"
    assert made["toRecipients"][0]["emailAddress"] == {"name": "鈴木 一郎", "address": KEN}
    assert made["body"]["content"].strip() == "十八万円です。"
    assert mail["From"] == f"Aiko <{AIKO}>"
    assert mail["X-Tuimail-Token"] == "abc"
    assert made["internetMessageId"] == mail["Message-ID"]


def test_a_draft_is_changed_by_what_a_patch_names(graph):
    made = graph.post("/me/messages", JSON_DRAFT).json
    given = {
        "subject": "Another",
        "body": {"contentType": "html", "content": "<b>12</b>"},
        "importance": "high",
    }
    now = graph.ask("PATCH", f"/me/messages/{made['id']}", given).json
    assert (now["subject"], now["importance"]) == ("Another", "high")
    assert now["body"] == {"contentType": "html", "content": "<b>12</b>"}
    assert now["toRecipients"] == made["toRecipients"]


def test_an_extended_property_comes_back_with_its_id_in_lower_case(graph):
    name = graph.draft(letter()).json["id"]
    deferred = {"id": "SystemTime 0x3FEF", "value": "2026-12-01T09:00:00Z"}
    graph.ask("PATCH", f"/me/messages/{name}", {"singleValueExtendedProperties": [deferred]})
    expand = (
        "$expand=singleValueExtendedProperties($filter=id eq 'SystemTime 0x3FEF' or id eq 'String 0x001A')"
    )
    told = graph.get(f"/me/messages/{name}?{expand}&$select=id").json["singleValueExtendedProperties"]
    assert told == [
        {"id": "SystemTime 0x3fef", "value": "2026-12-01T09:00:00Z"},
        {"id": "String 0x001a", "value": "IPM.Note"},
    ]
    refused = (
        "$filter=singleValueExtendedProperties/Any(ep: ep/id eq 'SystemTime 0x3FEF' and ep/value eq 'x')"
    )
    assert graph.get(f"/me/messages?{refused}").status == 400


def test_a_message_is_found_by_its_message_id(graph, inbox):
    asked = "/me/messages?$filter=internetMessageId eq '%3C7@x%3E'&$select=id,parentFolderId,isDraft"
    (found,) = graph.get(asked).json["value"]
    assert set(found) == {"@odata.etag", "id", "parentFolderId", "isDraft"}
    assert graph.get(f"/me/messages/{found['id']}").json["subject"] == "Number 7"


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("$filter=isRead eq false and subject eq 'Number 3'", ["Number 3"]),
        ("$filter=from/emailAddress/address eq 'nobody@x'", []),
        ("$search=%22subject:number 14%22", ["Number 14"]),
        ("$top=2&$orderby=receivedDateTime asc", ["Number 0", "Number 1"]),
        ("$top=2&$skip=3", ["Number 11", "Number 10"]),
        ("$filter=startswith(subject, 'Number 1')&$top=3", ["Number 14", "Number 13", "Number 12"]),
    ],
)
def test_messages_are_filtered_searched_and_ordered(graph, inbox, query, subjects):
    found = graph.get(f"/me/mailFolders/inbox/messages?{query}").json["value"]
    assert [one["subject"] for one in found] == subjects


@pytest.mark.parametrize(
    "query",
    [
        "$filter=nonsense",
        "$filter=nothing eq 1",
        "$search=%22a%22&$filter=isRead eq true",
        "$filter=isRead eq true&$orderby=receivedDateTime",
        "$top=many",
    ],
)
def test_what_graph_refuses_is_refused(graph, inbox, query):
    assert graph.get(f"/me/messages?{query}").status == 400


def test_pages_hang_together_by_links(graph, inbox):
    answer, pages = graph.get("/me/mailFolders/inbox/messages?$top=6&$select=subject"), []
    for _ in range(9):
        pages.append([one["subject"] for one in answer.json["value"]])
        if "@odata.nextLink" not in answer.json:
            break
        answer = graph.get(answer.json["@odata.nextLink"])
    assert [len(page) for page in pages] == [6, 6, 3]
    assert [subject for page in pages for subject in page] == [
        f"Number {number}" for number in reversed(range(15))
    ]


def test_headers_come_only_when_they_are_selected(graph, inbox):
    name = graph.get("/me/messages?$top=1").json["value"][0]["id"]
    assert "internetMessageHeaders" not in graph.get(f"/me/messages/{name}").json
    told = graph.get(f"/me/messages/{name}?$select=internetMessageHeaders").json["internetMessageHeaders"]
    assert {"name": "Message-ID", "value": "<14@x>"} in told


def test_an_ordinary_id_changes_with_a_move_and_an_immutable_one_stays(graph, inbox):
    ordinary = graph.get("/me/messages?$top=1").json["value"][0]["id"]
    lasting = graph.get("/me/messages?$top=1", Prefer=IMMUTABLE).json["value"][0]["id"]
    moved = graph.post(f"/me/messages/{ordinary}/move", {"destinationId": "archive"})
    assert moved.status == 201
    assert moved.json["id"] != ordinary
    assert graph.get(f"/me/messages/{ordinary}").status == 404
    assert graph.get(f"/me/messages/{lasting}", Prefer=IMMUTABLE).json["id"] == lasting
    assert graph.get(f"/me/mailFolders/inbox/messages/{lasting}").status == 404


def test_a_copy_is_another_message(graph, inbox):
    lasting = graph.get("/me/messages?$top=1", Prefer=IMMUTABLE).json["value"][0]["id"]
    copied = graph.post(f"/me/messages/{lasting}/copy", {"destinationId": "archive"}, Prefer=IMMUTABLE)
    assert copied.json["id"] != lasting
    assert len(inbox.holds("<14@x>")) == 2


def test_deleting_twice_is_for_good(graph, inbox):
    lasting = graph.get("/me/messages?$top=1", Prefer=IMMUTABLE).json["value"][0]["id"]
    assert graph.ask("DELETE", f"/me/messages/{lasting}").status == 204
    assert [one.folder for one in inbox.holds("<14@x>")] == ["deleteditems"]
    assert graph.ask("DELETE", f"/me/messages/{lasting}").status == 204
    assert inbox.holds("<14@x>") == ()
    assert graph.ask("DELETE", f"/me/messages/{lasting}").code == "ErrorItemNotFound"


def test_the_id_of_another_mailbox_names_nothing(graph, exchange, inbox):
    theirs = exchange.org.receive(letter(), KEN)
    assert graph.get(f"/me/messages/{theirs.immutable}").status == 404
    assert graph.get("/me/messages/nonsense").code == "ErrorInvalidIdMalformed"


def test_folders_have_names_counts_and_children(graph, inbox):
    made = graph.post("/me/mailFolders", {"displayName": "見積"}).json
    graph.post(f"/me/mailFolders/{made['id']}/childFolders", {"displayName": "2026"})
    assert graph.post("/me/mailFolders", {"displayName": "見積"}).code == "ErrorFolderExists"
    told = {one["displayName"]: one for one in graph.get("/me/mailFolders?$top=100").json["value"]}
    assert (told["Inbox"]["totalItemCount"], told["Inbox"]["unreadItemCount"]) == (15, 15)
    assert told["見積"]["childFolderCount"] == 1
    (child,) = graph.get(f"/me/mailFolders/{made['id']}/childFolders").json["value"]
    assert (child["displayName"], child["parentFolderId"]) == ("2026", made["id"])
    assert graph.get("/me/mailFolders/sentitems").json["displayName"] == "Sent Items"
    assert "wellKnownName" not in told["Inbox"]
    assert graph.get("/me/mailFolders/inbox", beta=True).json["wellKnownName"] == "inbox"


def test_a_small_file_goes_in_one_request(graph):
    name = graph.draft(letter()).json["id"]
    file = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "見積.csv", "contentType": "text/csv"}
    file |= {"contentBytes": base64.b64encode(b"a,b\r\n").decode()}
    assert graph.post(f"/me/messages/{name}/attachments", file).status == 201
    (told,) = graph.get(f"/me/messages/{name}/attachments").json["value"]
    assert (told["name"], told["size"]) == ("見積.csv", 5)
    assert graph.get(f"/me/messages/{name}/attachments/{told['id']}/$value").body == b"a,b\r\n"
    whole = graph.get(f"/me/messages/{name}").json
    assert whole["hasAttachments"]
    assert whole["body"]["content"] == "The price is 180.\r\n"


def test_a_large_file_goes_in_ranges(graph, exchange):
    exchange.org.switch(largest_attachment=1000)
    name = graph.draft(letter()).json["id"]
    data = bytes(range(256)) * 10
    file = {"name": "a.bin", "contentBytes": base64.b64encode(data).decode()}
    assert graph.post(f"/me/messages/{name}/attachments", file).status == 413
    item = {"AttachmentItem": {"attachmentType": "file", "name": "a.bin", "size": len(data)}}
    session = graph.post(f"/me/messages/{name}/attachments/createUploadSession", item)
    assert session.status == 201
    url = session.json["uploadUrl"]
    first = graph.ask("PUT", url, data[:2000], Content_Range=f"bytes 0-1999/{len(data)}")
    assert (first.status, first.json["nextExpectedRanges"]) == (200, ["2000-"])
    assert graph.ask("PUT", url, data[:9], Content_Range=f"bytes 0-8/{len(data)}").status == 400
    last = graph.ask("PUT", url, data[2000:], Content_Range=f"bytes 2000-{len(data) - 1}/{len(data)}")
    assert (last.status, "Location" in last.headers) == (201, True)
    (told,) = graph.get(f"/me/messages/{name}/attachments").json["value"]
    assert base64.b64decode(told["contentBytes"]) == data

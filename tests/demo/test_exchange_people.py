import pytest
from graph_client import AIKO, KEN, MIKA, OUTSIDER, SALES, GraphClient

from tuimail.demo.exchange import Colleague
from tuimail.demo.exchange.errors import Trouble

EVERYTHING = (
    "recipientScope, externalMemberCount, totalMemberCount, automaticReplies, mailboxFullStatus, "
    "deliveryRestriction, moderationStatus, maxMessageSize, customMailTip"
)


def tips(graph, *specs, options=EVERYTHING):
    given = {"EmailAddresses": specs, "MailTipsOptions": options}
    return graph.post("/me/getMailTips", given).json["value"]


def test_me_is_whoever_the_server_was_started_for(graph):
    assert graph.get("/me").json["mail"] == AIKO
    assert graph.get(f"/users/{KEN}").json["displayName"] == "Ken"


def test_the_organization_tells_its_domains_and_what_each_can_do(graph):
    (told,) = graph.get("/organization?$select=id,displayName,verifiedDomains").json["value"]
    mailed = [one["name"] for one in told["verifiedDomains"] if "Email" in one["capabilities"]]
    assert mailed == ["contoso.example"]
    assert len(told["verifiedDomains"]) == 2


def test_a_personal_account_has_no_organization(exchange, graph):
    exchange.org.switch(personal=True)
    assert graph.get("/organization").status == 400
    assert graph.get("/me").status == 200


def test_a_mailbox_on_premises_answers_with_an_extension_error(exchange, graph):
    exchange.org.switch(on_premises=True)
    assert graph.get("/me/mailFolders").code == "extensionError"


def test_tips_tell_where_somebody_is_and_who_is_on_a_list(graph):
    inside, outside, listed = tips(graph, KEN, OUTSIDER, SALES)
    assert inside["recipientScope"] == "internal"
    assert outside["recipientScope"].split(", ")[0] == "external"
    assert (listed["totalMemberCount"], listed["externalMemberCount"]) == (2, 1)


def test_tips_tell_what_is_the_matter_with_a_mailbox(exchange, graph):
    exchange.org.people(
        Colleague("Ken", KEN, away="Back on Monday", full=True, restricted=True, moderated=True, note="Slow")
    )
    ken, mika = tips(graph, KEN, MIKA)
    assert ken["automaticReplies"]["message"] == "Back on Monday"
    assert (ken["mailboxFull"], ken["deliveryRestricted"], ken["isModerated"]) == (True, True, True)
    assert ken["customMailTip"] == "Slow"
    assert mika["automaticReplies"]["message"] == ""
    assert mika["maxMessageSize"] > 30_000_000


def test_one_address_can_have_an_error_instead_of_tips(exchange, graph):
    exchange.org.people(Colleague("Ken", KEN, trouble=Trouble("ErrorServerBusy", "later")))
    ken, nobody, mika = tips(graph, KEN, "nobody@contoso.example", MIKA)
    assert ken["error"]["code"] == "ErrorServerBusy"
    assert "error" in nobody
    assert "error" not in mika


def test_scopes_can_be_blank(exchange, graph):
    exchange.org.switch(blank_scopes=True)
    (told,) = tips(graph, SALES)
    assert "recipientScope" not in told
    assert "externalMemberCount" not in told


def test_only_what_was_asked_is_told(graph):
    (told,) = tips(graph, KEN, options="recipientScope")
    assert set(told) == {"emailAddress", "recipientScope"}


@pytest.mark.parametrize("body", [{}, {"EmailAddresses": [], "MailTipsOptions": "recipientScope"}])
def test_tips_of_nobody_are_refused(graph, body):
    assert graph.post("/me/getMailTips", body).status == 400


def test_without_a_token_or_with_another_one_nobody_comes_in(exchange, graph):
    exchange.org.switch(tokens=("right",))
    assert graph.get("/me").code == "InvalidAuthenticationToken"
    assert GraphClient(exchange, token="").get("/me").status == 401
    assert GraphClient(exchange, token="right").get("/me").status == 200
    exchange.org.switch(tokens=None)
    assert GraphClient(exchange, token="").get("/me").status == 200

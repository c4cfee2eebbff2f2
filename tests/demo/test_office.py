import smtplib
import time
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from graph_client import GraphClient

from tuimail.demo import world
from tuimail.demo.colleagues import COLLEAGUES, YOU_THERE
from tuimail.demo.letters import seeds
from tuimail.demo.office import LETTERS
from tuimail.demo.people import YOU

NOW = datetime(2026, 11, 20, 10, 2, tzinfo=UTC)
PRICES = "<prices-2@kazemachi.example>"
SPECS = {key: one.spec for key, one in COLLEAGUES.items()}


@pytest.fixture
def here(tmp_path):
    with world.opened(tmp_path, pause=0.05) as opened:
        yield opened
    assert opened.exchange.log.broken == []


@pytest.fixture
def graph(here):
    client = GraphClient(here.exchange)
    yield client
    client.close()


def files(root, folder="."):
    """Message-ID and path of each file of a Maildir."""
    found = [path for part in ("new", "cur") for path in (root / folder / part).glob("*")]
    return {message_from_bytes(path.read_bytes())["Message-ID"]: path for path in found}


def written(to, message_id="<new@kazemachi.example>"):
    head = f"From: {YOU_THERE.spec}\r\nTo: {to}\r\nSubject: hi\r\nMessage-ID: {message_id}\r\n\r\nhi\r\n"
    return head.encode()


def until(look):
    """What `look` finds, as soon as it finds something."""
    for _ in range(200):
        if found := look():
            return found
        time.sleep(0.01)
    return look()


def test_the_price_list_went_out_a_few_minutes_ago_to_colleagues_and_one_outsider():
    mail = {message_from_bytes(seed.raw)["Message-ID"]: seed for seed in seeds(NOW, LETTERS)}
    seed = mail[PRICES]
    message = message_from_bytes(seed.raw)
    assert seed.folder == "Sent"
    assert 60 < (NOW - seed.received).total_seconds() < 900
    assert SPECS["makoto"] in message["To"]
    assert SPECS["watanabe"] in message["Cc"]
    told = [one for one in mail.values() if one.received > seed.received]
    assert [message_from_bytes(one.raw)["In-Reply-To"] for one in told] == [PRICES]


def test_the_other_account_looks_calm():
    unread = [seed for seed in seeds(NOW, LETTERS) if seed.folder == "INBOX" and "S" not in seed.flags]
    assert len(unread) == 1


def test_exchange_knows_what_lies_in_the_maildirs(here, graph, tmp_path):
    assert files(tmp_path / "Office", ".Sent").keys() >= {PRICES}
    found = graph.get("/me/mailFolders/sentitems/messages?$filter=internetMessageId eq '" + PRICES + "'")
    assert len(found.json["value"]) == 1
    for key in ("watanabe", "nakajima", "makoto"):
        assert PRICES in files(tmp_path / "people" / SPECS[key])


def test_a_recall_deletes_the_colleagues_files_and_leaves_the_outsider_s(here, graph, tmp_path):
    (sent,) = here.exchange.org.mailbox(YOU_THERE.spec).holds(PRICES)
    assert graph.recall(sent.immutable).status == 202
    for key in ("watanabe", "nakajima"):
        assert PRICES not in files(tmp_path / "people" / SPECS[key])
    assert PRICES in files(tmp_path / "Office", ".Sent")
    outsider = tmp_path / "people" / SPECS["makoto"]
    until(lambda: len(files(outsider)) == 2)
    assert PRICES in files(outsider)
    subjects = [message_from_bytes(path.read_bytes())["Subject"] for path in files(outsider).values()]
    assert any("Recall" in subject for subject in subjects)
    office = tmp_path / "Office"
    agent = "X-MS-Exchange-Generated-Message-Source"
    assert until(lambda: [p for p in files(office).values() if agent.encode() in p.read_bytes()])


def test_what_is_sent_by_graph_lies_in_sent_and_is_answered(here, graph, tmp_path):
    graph.send(written(f"{SPECS['kobayashi']}, {SPECS['makoto']}"))
    assert "<new@kazemachi.example>" in files(tmp_path / "Office", ".Sent")

    def answered():
        replies = [message_from_bytes(path.read_bytes()) for path in files(tmp_path / "Office").values()]
        return {one["From"] for one in replies if one["In-Reply-To"] == "<new@kazemachi.example>"}

    assert until(lambda: len(answered()) == 2)


def test_mail_to_nobody_comes_back(here, graph, tmp_path):
    graph.send(written("nobody@elsewhere.example"))
    assert until(
        lambda: any(b"couldn't be delivered" in p.read_bytes() for p in files(tmp_path / "Office").values())
    )


def test_mail_from_the_one_account_arrives_in_the_other(here, tmp_path):
    with smtplib.SMTP("127.0.0.1", here.office.port, timeout=5) as client:
        client.sendmail(YOU.spec, [YOU_THERE.spec], written(YOU_THERE.spec, "<across@x>"))
    assert "<across@x>" in files(tmp_path / "Office")


def test_a_world_that_was_kept_is_known_again(tmp_path):
    for _ in range(2):
        with world.opened(tmp_path, pause=0.05) as here:
            box = here.exchange.org.mailbox(YOU_THERE.spec)
            assert len(box.holds(PRICES)) == 1
            assert len(here.exchange.org.mailbox(SPECS["watanabe"]).holds(PRICES)) == 1

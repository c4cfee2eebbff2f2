import time

import pytest
from servers.nameserver import NameServer

from tuimail.backends.finding import dns
from tuimail.mail.setup.srv import Record, asked

ZONE = {
    ("example.jp", "MX"): ["20 b.example.jp.", "10 example-jp.mail.protection.outlook.com."],
    ("_imaps._tcp.example.jp", "SRV"): ["0 1 993 imap.example.jp."],
    ("_submissions._tcp.example.jp", "SRV"): ["5 1 465 smtp.example.jp."],
}


@pytest.fixture
def zone():
    with NameServer(ZONE) as server:
        yield server


async def test_mail_exchangers_come_in_their_order(zone):
    resolver = dns.DnsResolver(zone.address)
    assert await resolver.exchangers("example.jp") == (
        "example-jp.mail.protection.outlook.com.",
        "b.example.jp.",
    )


async def test_services_are_asked_for_by_their_names(zone):
    found = await dns.DnsResolver(zone.address).services("example.jp", asked())
    assert found["_imaps._tcp"] == (Record(0, 1, 993, "imap.example.jp."),)
    assert found["_submissions._tcp"] == (Record(5, 1, 465, "smtp.example.jp."),)
    assert found["_imap._tcp"] == ()
    assert ("_submission._tcp.example.jp", "SRV") in zone.asked


async def test_a_domain_that_nobody_knows_has_nothing(zone):
    resolver = dns.DnsResolver(zone.address)
    assert await resolver.exchangers("other.example") == ()
    assert await resolver.exchangers("a..b") == ()


async def test_a_name_server_that_says_nothing_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(dns, "SECONDS", 0.1)
    with NameServer(ZONE, silent=True) as server:
        began = time.monotonic()
        assert await dns.DnsResolver(server.address).exchangers("example.jp") == ()
        assert time.monotonic() - began < 2

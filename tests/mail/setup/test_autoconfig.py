"""The autoconfig file of a domain: what is taken from it, and what a hostile one can't do."""

import pytest

from tuimail.mail.setup.autoconfig import LARGEST, parse
from tuimail.mail.setup.setting import Way

ADDRESS = "hanako@example.jp"


def server(kind, host, port, security, user="%EMAILADDRESS%", *ways):
    tag = "incomingServer" if kind in ("imap", "pop3") else "outgoingServer"
    offered = "".join(f"<authentication>{way}</authentication>" for way in ways or ("password-cleartext",))
    return (
        f'<{tag} type="{kind}"><hostname>{host}</hostname><port>{port}</port>'
        f"<socketType>{security}</socketType><username>{user}</username>{offered}</{tag}>"
    )


def config(*servers, before="<?xml version='1.0'?>"):
    inner = "".join(servers)
    whole = (
        f'{before}<clientConfig version="1.1"><emailProvider id="x">{inner}</emailProvider></clientConfig>'
    )
    return whole.encode()


IMAPS = server("imap", "imap.example.jp", 993, "SSL")
SMTPS = server("smtp", "smtp.example.jp", 465, "SSL")


def test_servers_and_user_are_taken_and_the_domain_is_named_as_the_source():
    found = parse(config(server("pop3", "pop.example.jp", 995, "SSL"), IMAPS, SMTPS), ADDRESS)
    assert (str(found.imap), str(found.smtp)) == ("imap.example.jp:993 tls", "smtp.example.jp:465 tls")
    assert found.user == ADDRESS
    assert "example.jp" in found.source and found.sure


@pytest.mark.parametrize(
    ("template", "user"),
    [
        ("%EMAILLOCALPART%", "hanako"),
        ("%EMAILLOCALPART%.%EMAILDOMAIN%", "hanako.example.jp"),
        ("fixed", "fixed"),
        ("", ADDRESS),
    ],
)
def test_the_placeholders_are_filled(template, user):
    assert parse(config(server("imap", "i.jp", 993, "SSL", template), SMTPS), ADDRESS).user == user


def test_a_host_may_be_named_by_the_domain():
    found = parse(config(server("imap", "mail.%EMAILDOMAIN%", 993, "SSL"), SMTPS), ADDRESS)
    assert found.imap.host == "mail.example.jp"


def test_tls_from_the_first_byte_goes_before_starttls():
    starttls = server("imap", "imap.example.jp", 143, "STARTTLS")
    assert str(parse(config(starttls, IMAPS, SMTPS), ADDRESS).imap) == "imap.example.jp:993 tls"
    assert str(parse(config(starttls, SMTPS), ADDRESS).imap) == "imap.example.jp:143 starttls"


@pytest.mark.parametrize("security", ["plain", "", "ssl3", "none"])
def test_a_server_without_tls_is_as_none(security):
    assert parse(config(server("imap", "imap.example.jp", 143, security), SMTPS), ADDRESS) is None


def test_one_way_alone_is_not_enough():
    assert parse(config(IMAPS), ADDRESS) is None
    assert parse(config(SMTPS), ADDRESS) is None


def test_servers_of_a_large_provider_bring_what_it_wants():
    found = parse(config(server("imap", "imap.fastmail.com", 993, "SSL"), SMTPS), ADDRESS)
    assert "app password" in found.help


def test_oauth_alone_offers_a_token_and_no_password():
    found = parse(config(server("imap", "i.example.jp", 993, "SSL", "x", "OAuth2"), SMTPS), ADDRESS)
    assert found.ways == (Way.TOKEN,)


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
HOSTILE = {
    "entities that grow": config(server("imap", "&c;", 993, "SSL"), SMTPS, before=BOMB),
    "a file of this computer": config(server("imap", "i.jp", 993, "SSL", "&f;"), SMTPS, before=FILE),
    "a DTD elsewhere": config(IMAPS, SMTPS, before='<!DOCTYPE x SYSTEM "https://evil.example/x.dtd">'),
    "an entity nobody declared": config(server("imap", "&boom;", 993, "SSL"), SMTPS),
    "the same in UTF-16": config(IMAPS, SMTPS, before=FILE).decode().encode("utf-16"),
    "too large": config(IMAPS, SMTPS) + b" " * LARGEST,
    "too deep": b"<clientConfig>" + b"<a>" * 5000,
    "a web page": b"<!doctype html><html><body>Not found</body></html>",
    "not XML": b"\xff\xfe\x00nonsense",
    "nothing": b"",
    "another root": b"<config/>",
    "a host with an escape": config(server("imap", "i\x1b[2J.jp", 993, "SSL"), SMTPS),
    "a host with a line break": config(server("imap", "i.jp&#10;x", 993, "SSL"), SMTPS),
    "a port that is none": config(server("imap", "i.jp", "99999", "SSL"), SMTPS),
    "a port in words": config(server("imap", "i.jp", "993 none", "SSL"), SMTPS),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_is_hostile_or_broken_is_nothing_found(data):
    assert parse(data, ADDRESS) is None


def test_a_user_name_that_can_not_be_shown_gives_place_to_the_address():
    assert parse(config(server("imap", "i.jp", 993, "SSL", "a&#10;b"), SMTPS), ADDRESS).user == ADDRESS

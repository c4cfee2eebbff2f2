import pytest

from tuimail.mail.setup import providers
from tuimail.mail.setup.server import Kind, typed
from tuimail.mail.setup.setting import Way

KNOWN = {
    "hanako@gmail.com": ("imap.gmail.com:993 tls", "smtp.gmail.com:465 tls", "hanako@gmail.com"),
    "h@outlook.jp": ("outlook.office365.com:993 tls", "smtp-mail.outlook.com:587 starttls", "h@outlook.jp"),
    "h@live.jp": ("outlook.office365.com:993 tls", "smtp-mail.outlook.com:587 starttls", "h@live.jp"),
    "h@x.onmicrosoft.com": (
        "outlook.office365.com:993 tls",
        "smtp.office365.com:587 starttls",
        "h@x.onmicrosoft.com",
    ),
    "h@yahoo.co.jp": ("imap.mail.yahoo.co.jp:993 tls", "smtp.mail.yahoo.co.jp:465 tls", "h"),
    "h@docomo.ne.jp": ("imap.spmode.ne.jp:993 tls", "smtp.spmode.ne.jp:465 tls", ""),
    "h@juno.ocn.ne.jp": ("imap.ocn.ne.jp:993 tls", "smtp.ocn.ne.jp:465 tls", "h@juno.ocn.ne.jp"),
    "h@pm.me": ("127.0.0.1:1143 starttls", "127.0.0.1:1025 starttls", "h@pm.me"),
}
HOSTED = {
    "example-jp.mail.protection.outlook.com.": "Microsoft 365",
    "outlook-com.olc.protection.outlook.com": "Outlook.com",
    "ASPMX.L.GOOGLE.COM": "Gmail",
    "in1-smtp.messagingengine.com.": "Fastmail",
    "x.mail.protection.outlook.com.evil.example": None,
    "evilgoogle.com": None,
    "mx.example.jp": None,
}


@pytest.mark.parametrize(("address", "expected"), KNOWN.items())
def test_an_address_at_a_large_provider_needs_no_network(address, expected):
    setting = providers.of(address.rpartition("@")[2].upper()).setting(address)
    assert (str(setting.imap), str(setting.smtp), setting.user) == expected
    assert setting.sure


@pytest.mark.parametrize(("host", "name"), HOSTED.items())
def test_mail_exchangers_tell_who_has_the_mail(host, name):
    found = providers.receiving([host])
    assert (found and found.name) == name


@pytest.mark.parametrize("domain", ["example.jp", "notgmail.com", "ocn.ne.jp.example", "mygmx.net"])
def test_others_are_not_taken_for_one(domain):
    assert providers.of(domain) is None


def test_no_provider_is_spoken_to_in_the_clear_and_each_can_be_typed():
    for one in providers.PROVIDERS:
        assert typed(str(one.imap), Kind.IMAP) == one.imap
        assert typed(str(one.smtp), Kind.SMTP) == one.smtp
        assert one.imap.security != "none" and one.smtp.security != "none"


def test_no_domain_belongs_to_two():
    domains = [domain for one in providers.PROVIDERS for domain in one.domains]
    assert len(domains) == len(set(domains))


def test_microsoft_is_offered_no_password():
    ways = {one.ways for one in providers.PROVIDERS if Way.MICROSOFT in one.ways}
    assert ways == {(Way.MICROSOFT, Way.TOKEN)}

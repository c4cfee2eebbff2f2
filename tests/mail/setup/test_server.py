import pytest

from tuimail.mail.errors import ConfigError
from tuimail.mail.setup.server import Kind, Server, typed

READ = {
    "imap.example.jp": Server("imap.example.jp", 993, "tls"),
    " imap.example.jp:143 ": Server("imap.example.jp", 143, "starttls"),
    "imap.example.jp 993": Server("imap.example.jp", 993, "tls"),
    "imap.example.jp:1993 TLS": Server("imap.example.jp", 1993, "tls"),
    "127.0.0.1:1143 none": Server("127.0.0.1", 1143, "none"),
    "[::1]:1143 starttls": Server("::1", 1143, "starttls"),
    "メール.jp": Server("xn--4dkua4c.jp", 993, "tls"),
}
REFUSED = {
    "": "written as in",
    "imap.example.jp:993 tls now": "written as in",
    "imap.example.jp:70000": "1 to 65535",
    "imap.example.jp:1993": "tls or starttls",
    "imap.example.jp:143 plain": "tls or starttls",
    "imap.example.jp:143 none": "in the clear",
    "imap.exa\x1b[2Jmple.jp": "written as in",
    "-host": "written as in",
}


@pytest.mark.parametrize(("text", "server"), READ.items())
def test_a_server_is_read_as_it_is_meant(text, server):
    assert typed(text, Kind.IMAP) == server


@pytest.mark.parametrize("server", READ.values(), ids=str)
def test_what_is_shown_is_read_back(server):
    assert typed(str(server), Kind.IMAP) == server


@pytest.mark.parametrize(("text", "why"), REFUSED.items())
def test_what_is_no_server_is_refused_with_a_reason(text, why):
    with pytest.raises(ConfigError, match=why):
        typed(text, Kind.IMAP)


def test_without_a_port_mail_leaves_by_tls_from_the_first_byte():
    assert typed("smtp.example.jp", Kind.SMTP) == Server("smtp.example.jp", 465, "tls")

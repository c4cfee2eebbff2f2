import re
from datetime import time
from pathlib import Path

import pytest

from tuimail.cli import config_page
from tuimail.config import Account, Calendar, Config, Outbox, Server, Ui, load
from tuimail.mail.errors import ConfigError
from tuimail.mail.when import calendar as working

WHOLE = """\
[outbox]
undo_seconds = 10            # 0 to 3600
on_quit = "ask"
late_after = "24h"

[[accounts]]
name = "work"
address = "hanako@example.jp"
display_name = "山田花子"
internal_domains = ["example.jp"]
auth = "password"
password_command = "pass show mail/work"   # optional
imap = { host = "imap.example.jp", port = 993, security = "tls" }
smtp = { host = "smtp.example.jp", port = 465, security = "tls" }
"""

ACCOUNT = """\
[[accounts]]
name = "work"
address = "hanako@example.jp"
maildir = "~/Mail"
smtp = { host = "smtp.example.jp", port = 465 }
"""


def read(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return load(file)


def complaint(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, text)
    return str(error.value).removeprefix(f"{tmp_path}/")


def test_the_whole_example_is_read(tmp_path):
    config = read(tmp_path, WHOLE)
    assert config.outbox == Outbox(undo_seconds=10, on_quit="ask", late_after="24h")
    assert config.accounts[0].imap == Server("imap.example.jp", 993, "tls")
    assert config.accounts[0].display_name == "山田花子"


def test_what_is_not_given_has_its_default(tmp_path):
    config = read(tmp_path, ACCOUNT)
    assert (config.outbox.undo_seconds, config.outbox.late_seconds) == (10, 86400)
    assert config.accounts[0].smtp.security == "tls"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            ACCOUNT.replace("~/Mail", "~nobody-at-all/Mail"),
            "config.toml:4: accounts.maildir: there is no home folder for ~nobody-at-all/Mail; "
            "accepted: a whole path",
        ),
        (
            "[outbox]\nundo_secnds = 3\n" + ACCOUNT,
            "config.toml:2: outbox.undo_secnds: there is no such key, did you mean undo_seconds?; "
            "accepted: undo_seconds, on_quit, late_after",
        ),
        (
            '[incident]\nclocks = ["hipaa"]\n' + ACCOUNT,
            'config.toml:2: incident.clocks: "hipaa" is not accepted; accepted: appi | appi-wrongful | gdpr',
        ),
        (
            '[incident]\nsecurity = "csirt"\n' + ACCOUNT,
            "config.toml:2: incident.security: “csirt” is not an address; "
            "accepted: an address such as you@example.jp",
        ),
        (
            "[outbox]\nundo_seconds = 3601\n" + ACCOUNT,
            "config.toml:2: outbox.undo_seconds: 3601 is not accepted; accepted: 0 to 3600",
        ),
        (
            "[outbox]\nundo_seconds = true\n" + ACCOUNT,
            "config.toml:2: outbox.undo_seconds: true is not accepted; accepted: 0 to 3600",
        ),
        (
            'outbox.on_quit = "later"\n' + ACCOUNT,
            'config.toml:1: outbox.on_quit: "later" is not accepted; accepted: agent | ask | drafts | keep'
            " | now",
        ),
        (
            '[outbox]\n\nlate_after = "1 day"\n' + ACCOUNT,
            'config.toml:3: outbox.late_after: "1 day" is not accepted; '
            "accepted: a number and s, m, h or d, such as 90s, 15m, 24h or 2d",
        ),
        (
            ACCOUNT.replace("port = 465", "port = 70000"),
            "config.toml:5: accounts.smtp.port: 70000 is not accepted; accepted: 1 to 65535",
        ),
        (
            ACCOUNT.replace("port = 465", 'port = 465, security = "ssl"'),
            'config.toml:5: accounts.smtp.security: "ssl" is not accepted; accepted: none | starttls | tls',
        ),
        (
            ACCOUNT.replace("port = 465", 'port = 25, security = "none"'),
            "config.toml:5: accounts.smtp.security: none would send your mail in the clear to "
            "smtp.example.jp; accepted: tls | starttls",
        ),
        (
            ACCOUNT.replace('address = "hanako@example.jp"', 'address = "hanako"'),
            "config.toml:3: accounts.address: “hanako” is not an address; "
            "accepted: an address such as you@example.jp",
        ),
        (
            ACCOUNT.replace('name = "work"\n', ""),
            "config.toml:1: accounts.name: is missing; "
            "accepted: a short name in quotes, without / and line breaks",
        ),
        (
            ACCOUNT + "[outbox]\n" + ACCOUNT,
            "config.toml:8: accounts.name: work is taken by an account above; accepted: a name of its own",
        ),
        (
            ACCOUNT.replace('maildir = "~/Mail"\n', ""),
            "config.toml:1: accounts: work has no mailbox; accepted: imap, maildir or graph",
        ),
        (
            ACCOUNT + 'imap = { host = "h", port = 993 }\n',
            "config.toml:4: accounts.maildir: work has imap and maildir; accepted: one of them",
        ),
        (
            ACCOUNT + 'auth = "google"\n',
            "config.toml:6: accounts.auth: to sign in to Google, tuimail needs the file of a client "
            "(docs/accounts.md); accepted: oauth = { client_file = … }, or a token_command",
        ),
        (
            ACCOUNT + 'auth = "microsoft"\n',
            "config.toml:6: accounts.auth: to sign in to Microsoft, tuimail needs the id of a client "
            "(docs/accounts.md); accepted: oauth = { client_id = … }, or a token_command",
        ),
        (
            ACCOUNT + 'oauth = { client_id = "id" }\n',
            "config.toml:6: accounts.oauth: with auth password nobody signs in; "
            "accepted: auth microsoft or google with it",
        ),
        (
            ACCOUNT + 'token_command = "pass show token"\n',
            "config.toml:6: accounts.token_command: with auth password nobody signs in; "
            "accepted: auth microsoft or google with it",
        ),
        (
            ACCOUNT + 'auth = "none"\n',
            "config.toml:6: accounts.auth: none is for servers on this computer only; "
            "accepted: password | microsoft | google",
        ),
        (
            ACCOUNT + 'password = "hunter2"\n',
            "config.toml:6: accounts.password: a password is never in this file; "
            "use the keyring or password_command",
        ),
        (
            ACCOUNT + "[guards]\nmany-visible = { over = 10 }\n",
            "config.toml:6: guards: guards are not supported by this version: "
            "take them out, lest mail leave unchecked",
        ),
        (
            ACCOUNT + 'internal_domains = [\n  "a.example",\n  7,\n]\n',
            "config.toml:8: accounts.internal_domains: 7 is not accepted; accepted: text in quotes",
        ),
        (
            ACCOUNT + 'internal_domains = "a.example"\n',
            'config.toml:6: accounts.internal_domains: "a.example" is not accepted; '
            'accepted: a list of texts such as ["one", "two"]',
        ),
        (
            "# only a comment\n",
            "config.toml:1: accounts: there is none; "
            "give at least one [[accounts]] with name, address, smtp and imap",
        ),
        (
            "[outbox]\nundo_seconds 10\n",
            "config.toml:2:14: not TOML: Expected '=' after a key in a key/value pair; "
            "see https://toml.io for how a value is written",
        ),
        (
            'colour = "red"\n' + ACCOUNT,
            "config.toml:1: colour: there is no such key; "
            "accepted: accounts, outbox, calendar, composer, contacts, cache, new_mail, list, recall,"
            " incident, ui,"
            " reader, rules, rules_file",
        ),
    ],
)
def test_each_error_names_file_line_key_and_what_is_accepted(tmp_path, text, said):
    assert complaint(tmp_path, text) == said


def test_a_file_that_is_not_utf8_is_named_with_its_line(tmp_path):
    file = tmp_path / "config.toml"
    file.write_bytes(b"[outbox]\n# caf\xe9\n")
    with pytest.raises(ConfigError, match=r"config\.toml:2: the file is not UTF-8 from here on"):
        load(file)


def test_a_file_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match="there is no configuration yet"):
        load(tmp_path / "config.toml")


def test_a_secret_of_the_wrong_type_is_not_repeated(tmp_path):
    secret = ["correct horse battery staple " * 3]
    assert "horse" not in complaint(tmp_path, ACCOUNT + f"password_command = {secret!r}\n".replace("'", '"'))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_clear_text_and_no_login_are_accepted_on_this_computer(tmp_path, host):
    text = (
        ACCOUNT.replace("smtp.example.jp", host).replace("465", '2525, security = "none"') + 'auth = "none"\n'
    )
    assert read(tmp_path, text).accounts[0].smtp.security == "none"


JMAP = 'jmap = { url = "%s" }\n'


@pytest.mark.parametrize(
    "url", ["https://api.example.jp/jmap/session", "https://example.jp", "http://[::1]:8080"]
)
def test_a_server_may_keep_scheduled_mail(tmp_path, url):
    assert read(tmp_path, ACCOUNT + JMAP % url).accounts[0].jmap.url == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.jp", "http would send your mail in the clear to example.jp"),
        ("example.jp", "no address of a server"),
        ("https://", "no address of a server"),
        ("https://[x", "no address of a server"),
        ("https://example.jp:99999", "no address of a server"),
        ("imap://example.jp", "no address of a server"),
    ],
)
def test_scheduled_mail_goes_by_tls_or_stays_on_this_computer(tmp_path, url, said):
    with pytest.raises(ConfigError, match=said):
        read(tmp_path, ACCOUNT + JMAP % url)


def test_the_calendar_says_when_you_work(tmp_path):
    table = """
[calendar]
country = "JP"
working_days = ["sun", "mon"]
working_hours = "08:30-17:15"
days_off = ["12-31", "2026-08-13"]
"""
    days_off = frozenset({"12-31", "2026-08-13"})
    assert read(tmp_path, ACCOUNT + table).calendar.working() == working.Calendar(
        "JP", frozenset({6, 0}), time(8, 30), time(17, 15), days_off
    )
    assert read(tmp_path, ACCOUNT).calendar.working() == working.Calendar()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('country = "Japan"', 'country: "Japan" is not accepted; accepted: a country such as JP'),
        ("working_days = []", "working_days: [] is not accepted; accepted: days such as"),
        ('working_days = ["mo"]', "accepted: fri | mon"),
        ('working_hours = "9-18"', "accepted: two times of one day such as 09:00-18:00"),
        ('working_hours = "18:00-09:00"', "working_hours: 18:00 is not before 09:00; accepted: two times"),
        ('days_off = ["31.12."]', "accepted: a day such as 12-31"),
        ('days_off = ["02-30", "13-01"]', "accepted: a day such as 12-31"),
    ],
)
def test_a_calendar_that_can_not_be_is_refused(tmp_path, line, words):
    assert words in complaint(tmp_path, f"{ACCOUNT}\n[calendar]\n{line}\n")


@pytest.mark.parametrize("kind", [Account, Calendar, Config, Outbox, Server, Ui])
def test_every_key_is_documented_under_its_field(kind):
    assert set(config_page.field_docs(kind)) == set(kind.__struct_fields__)


def test_the_page_has_every_section():
    sections = [key for key in Config.__struct_fields__ if key not in ("rules_file",)]
    assert [key for key in sections if not re.search(rf"^## \[+{key}\]", config_page.page(), re.M)] == []


def test_the_page_about_the_configuration_is_current():
    page = Path(__file__).parents[1] / "docs" / "config.md"
    assert page.read_text() == config_page.page(), "run: python -m tuimail.cli.config_page > docs/config.md"


def test_identities_books_and_habits_are_read(tmp_path):
    text = ACCOUNT + (
        'identities = [{ address = "info@example.jp", signature_file = "~/.sig" }]\n'
        '[composer]\nlarge = "500k"\ndrafts_on_server = "never"\n'
        '[contacts]\naliases = { team = "a@x.jp, Ken <b@x.jp>" }\nvcards = ["~/c.vcf"]\n'
    )
    read_ = read(tmp_path, text)
    assert read_.accounts[0].identities[0].address == "info@example.jp"
    assert (read_.composer.large_bytes, read_.composer.drafts_on_server) == (500_000, "never")
    assert read_.contacts.aliases == {"team": "a@x.jp, Ken <b@x.jp>"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('identities = [{ address = "info" }]\n', "accounts.identities.address: “info” is not an address"),
        ('signature = "a"\nsignature_file = "b"\n', "accounts.signature_file: there is a signature already"),
        ('[contacts]\naliases = { team = "nobody" }\n', "contacts.aliases.team: “nobody” is not an address"),
        ('[contacts]\naliases = { team = "" }\n', "contacts.aliases.team: there is no address"),
        ('[composer]\nlarge = "20 MB"\n', "composer.large: "),
        ('[composer]\ndrafts_on_server = "always"\n', "accepted: leave | never | save"),
    ],
)
def test_a_composer_that_can_not_be_is_refused(tmp_path, text, words):
    assert words in complaint(tmp_path, ACCOUNT + text)

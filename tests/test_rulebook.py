"""Rules as they are written: what is accepted, what is refused and where, and that an edit is seen."""

import os

import pytest

from tuimail.mail.errors import ConfigError
from tuimail.mail.letter.draft import Kind
from tuimail.mail.rule.facts import text
from tuimail.mail.rule.rule import Hours, Rule, When
from tuimail.mail.when.calendar import Calendar
from tuimail.rulebook import TomlRules, read_file

WHOLE = """\
[[rules]]
name = "outside mail waits a minute"
when = { external = true }
delay = "1m"

[[rules]]
name = "夜"
when = { hours = ["18:00-8:30", "12:00-24:00"], days = "sat", kind = ["new", "reply_all"], account = "work" }
until = "翌営業日 9:00"
pause = "もう一度"
add_bcc = "boss@example.jp"

[[rules]]
name = "strangers"
block = true
[rules.when]
domains = ["*.Client.example", "日本語.example"]
attachment_names = "*.ＸＬＳＸ"
not = { addresses = "*@Partner.example", recipients_over = 0 }
[[rules]]
name = "patches"
when = {}
exempt = true
undo_seconds = 0
"""


@pytest.fixture
def config(tmp_path):
    return tmp_path / "config.toml"


def book(config):
    return TomlRules(config, ("work", "home"), lambda: Calendar("JP"))


def rules(config, written):
    config.write_text(written)
    return book(config).read()


def complaint(config, written):
    with pytest.raises(ConfigError) as error:
        rules(config, written)
    return str(error.value).removeprefix(f"{config.parent}/")


def a_rule(line, when="{}"):
    return f'[[rules]]\nname = "x"\nwhen = {when}\n{line}\n'


def test_rules_are_read_in_their_order(config):
    outside, night, strangers, patches = rules(config, "undo = 3\n" + WHOLE)
    assert outside == Rule("outside mail waits a minute", When(external=True), delay=60.0)
    assert night == Rule(
        "夜",
        When(
            hours=(Hours(1080, 510), Hours(720, 1440)),
            days=(5,),
            kind=(Kind.NEW, Kind.REPLY_ALL),
            account=("work",),
        ),
        until="翌営業日 9:00",
        pause="もう一度",
        add_bcc=("boss@example.jp",),
    )
    assert strangers.when.domains == ("*.client.example", "xn--wgv71a119e.example")
    assert strangers.when.attachment_names == ("*.xlsx",)
    assert strangers.when.without == When(addresses=("*@partner.example",), recipients_over=0)
    assert patches == Rule("patches", When(), exempt=True, undo_seconds=0)


REFUSED = [
    (
        "",
        "{}",
        "1: rules: x does nothing; accepted: one of delay, until, pause, undo_seconds, server, add_bcc, ",
    ),
    ("pause = false", "{}", "1: rules: x does nothing"),
    ("delay = 60", "{}", "4: rules.delay: 60 is not accepted; accepted: a number and s, m, h or d"),
    ('pause = ""', "{}", '4: rules.pause: "" is not accepted; accepted: true | false or text in quotes'),
    ('until = "someday"', "{}", "4: rules.until: "),
    (
        'dealy = "1m"',
        "{}",
        "4: rules.dealy: there is no such key, did you mean delay?; accepted: name, when,",
    ),
    ('add_bcc = "boss"', "{}", "4: rules.add_bcc: “boss” is not an address"),
    (
        'exempt = true\ndelay = "1m"',
        "{}",
        "4: rules.exempt: x exempts and has delay; accepted: exempt beside ",
    ),
    ("pause = true", '{ findings = "note" }', "3: rules.when.findings: guards are not part of this version"),
    (
        "pause = true",
        '{ not = { findings = "note" } }',
        "3: rules.when.not.findings: guards are not part of this version",
    ),
    ("pause = true", "{ not = {} }", "3: rules.when.not: an empty table never holds; accepted: a table of "),
    ("pause = true", "{ not = { not = {} } }", "3: rules.when.not.not: there is no such key"),
    (
        "pause = true",
        "{ domains = [] }",
        "3: rules.when.domains: [] is not accepted; accepted: text in quotes or",
    ),
    ("pause = true", '{ domains = "a@b.example" }', "3: rules.when.domains: “a@b.example” is no domain"),
    ("pause = true", '{ addresses = "b.example" }', "3: rules.when.addresses: “b.example” is no address"),
    ("pause = true", '{ hours = "9-5" }', "3: rules.when.hours: 9-5 are no hours; accepted: hours such as"),
    ("pause = true", '{ hours = "09:00-09:00" }', "3: rules.when.hours: 09:00-09:00 are no hours"),
    ("pause = true", '{ hours = "24:00-09:00" }', "3: rules.when.hours: 24:00-09:00 are no hours"),
    (
        "pause = true",
        '{ days = "friday" }',
        '3: rules.when.days: "friday" is not accepted; accepted: mon | tue',
    ),
    (
        "pause = true",
        '{ account = "worx" }',
        "3: rules.when.account: there is no account worx; accepted: work | ",
    ),
    (
        "pause = true",
        "{ recipients_over = -1 }",
        "3: rules.when.recipients_over: -1 is not accepted; accepted: ",
    ),
    (
        "pause = true",
        '{ external = "yes" }',
        '3: rules.when.external: "yes" is not accepted; accepted: true | ',
    ),
    (
        "pause = true",
        '{ subject = "/(/" }',
        "3: rules.when.subject: the pattern is wrong: missing ): (; accepted: ",
    ),
    ("pause = true", '{ body = "/(a)\\\\1/" }', "3: rules.when.body: the pattern is wrong"),
]


@pytest.mark.parametrize(("line", "when", "said"), REFUSED)
def test_what_is_wrong_is_said_with_file_line_key_and_what_is_accepted(config, line, when, said):
    told = complaint(config, a_rule(line, when))
    assert told.startswith(f"config.toml:{said}")
    assert "\n" not in told


def test_a_rule_without_a_condition_says_so(config):
    told = complaint(config, '[[rules]]\nname = "x"\npause = true\n')
    assert told.startswith("config.toml:1: rules.when: is missing")


def test_no_two_rules_share_a_name(config):
    told = complaint(config, a_rule("pause = true") * 2)
    assert told == "config.toml:6: rules.name: x is taken by a rule above; accepted: a name of its own"


def test_holidays_need_a_country(config):
    config.write_text(a_rule("pause = true", "{ holidays = true }"))
    with pytest.raises(ConfigError, match="no holidays are known; accepted: a country under"):
        TomlRules(config, ("work",), Calendar).read()


@pytest.mark.parametrize(
    "written", ["rules = 3\n", "[rules]\nname = 1\n", "rules_file = 3\n", "rules = [3]\n"]
)
def test_what_is_no_list_of_rules_is_refused(config, written):
    assert complaint(config, written).startswith("config.toml:1: rules")


def test_a_pattern_looks_at_plain_letters_whatever_their_case(config):
    (rule,) = rules(config, a_rule("pause = true", r"{ subject = ['/no\.[0-9]+（案）/', 'ｶﾞｲﾄﾞ'] }"))
    pattern, letters = rule.when.subject
    assert pattern.stands_in(text("Ｎｏ．１２(案)"))
    assert not pattern.stands_in(text("No.(案)"))
    assert letters.stands_in(text("新ガイド"))


def test_a_pattern_takes_time_in_proportion_to_the_text(config):
    (rule,) = rules(config, a_rule("pause = true", "{ body = '/(a*)*(a*)*b/' }"))
    assert not rule.when.body[0].stands_in(text("a" * 200_000))


def test_the_rules_of_the_other_file_come_after_those_of_the_configuration(config):
    (config.parent / "more.toml").write_text('[[rules]]\nname = "y"\nwhen = {}\npause = true\n')
    found = rules(config, 'rules_file = "more.toml"\n' + a_rule("pause = true"))
    assert [rule.name for rule in found] == ["x", "y"]


def test_a_rule_file_that_is_not_there_is_refused(config):
    told = complaint(config, 'rules_file = "more.toml"\n')
    assert told == "more.toml: No such file or directory; no rule was read"


def test_a_rule_file_holds_nothing_but_rules(config):
    (config.parent / "more.toml").write_text("[outbox]\n")
    assert complaint(config, 'rules_file = "more.toml"\n').startswith(
        "more.toml:1: outbox: there is no such key"
    )


def test_a_name_is_taken_by_the_other_file_too(config):
    (config.parent / "more.toml").write_text(a_rule("pause = true"))
    told = complaint(config, 'rules_file = "more.toml"\n' + a_rule("pause = true"))
    assert told.startswith("more.toml:2: rules.name: x is taken")


def test_a_pipe_in_place_of_a_file_is_refused_and_not_read(config):
    os.mkfifo(config.parent / "more.toml")
    assert complaint(config, 'rules_file = "more.toml"\n') == "more.toml: it is no file; no rule was read"


def test_an_edit_is_seen_and_what_was_broken_is_whole_again(config):
    config.write_text(a_rule("pause = true"))
    kept = book(config)
    assert kept.read() is kept.read()
    config.write_text(a_rule("pause = "))
    for _ in range(2):
        with pytest.raises(ConfigError, match="not TOML"):
            kept.read()
    config.unlink()
    with pytest.raises(ConfigError, match="No such file"):
        kept.read()
    config.write_text(a_rule("block = true"))
    assert kept.read()[0].block == ""


def test_an_edit_of_the_other_file_is_seen(config):
    other = config.parent / "more.toml"
    other.write_text(a_rule("pause = true"))
    config.write_text('rules_file = "more.toml"\n')
    kept = book(config)
    assert kept.read()[0].block is None
    other.write_text(a_rule("block = true"))
    assert kept.read()[0].block == ""


def test_a_file_of_rules_alone(config):
    config.write_text(WHOLE)
    assert len(read_file(config, ("work",), Calendar("JP"))) == 4


def own(config):
    return TomlRules(config, ("work",), lambda: Calendar("JP"), ("me@example.jp", "desk@example.jp"))


def test_a_rule_may_ask_for_receipts_beside_an_exemption(config):
    config.write_text('[[rules]]\nname = "r"\nwhen = {}\nreceipts = true\nexempt = true\n')
    (rule,) = own(config).read()
    assert rule.receipts
    assert rule.exempt


def test_a_rule_may_say_who_writes_and_how_it_is_signed(config):
    config.write_text(
        '[[rules]]\nname = "r"\nwhen = {}\nidentity = "Desk@example.jp"\nsignature = "a\\nb"\n'
        '[[rules]]\nname = "s"\nwhen = {}\nexempt = true\nsignature = ""\n'
    )
    first, second = own(config).read()
    assert (first.identity, first.signature) == ("desk@example.jp", "a\nb")
    assert (second.identity, second.signature) == ("", "")


def test_a_rule_writes_as_nobody_else(config):
    config.write_text('[[rules]]\nname = "r"\nwhen = {}\nidentity = "boss@example.jp"\n')
    words = "identity: “boss@example.jp” is no address of yours; accepted: me@"
    with pytest.raises(ConfigError, match=words):
        own(config).read()

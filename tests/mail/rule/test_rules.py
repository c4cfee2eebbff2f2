"""What rules say about a mail, condition by condition, and what no set of rules may do."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tuimail.mail.hold.hold import hold
from tuimail.mail.hold.moment import Moment
from tuimail.mail.letter.draft import Attachment, Draft, Kind
from tuimail.mail.rule.conditions import like
from tuimail.mail.rule.decision import Decision
from tuimail.mail.rule.facts import Known, addressed, facts, folded
from tuimail.mail.rule.rule import Hours, Phrase, Rule, When
from tuimail.mail.rule.rules import decide, explain, follows
from tuimail.mail.rule.words import sentence
from tuimail.mail.when.calendar import Calendar

TOKYO, JAPAN, WINDOW = "Asia/Tokyo", Calendar("JP"), 10.0
FRIDAY_EVENING = datetime(2026, 11, 20, 9, 30, tzinfo=UTC).timestamp()
LABOUR_THANKSGIVING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC).timestamp()
KNOWN = Known(
    frozenset({"hanako@example.jp"}), frozenset({"old@client.example"}), frozenset({"met@client.example"})
)
DRAFT = Draft(
    "d",
    "work",
    to="Suzuki <suzuki@client.example>, hanako@example.jp",
    bcc="old@client.example",
    subject="ＡＢＣ 見積書",
    body="お世話になります。\n契約番号 1234-56\n",
    attachments=(Attachment("見積書.XLSX", "application/x", 1),),
)


def phrase(text):
    return Phrase(text, folded(text))


def seen(draft=DRAFT, domains=("example.jp",), known=KNOWN):
    return facts(draft, addressed(draft), domains, known)


def decision(*rules, draft=DRAFT, now=FRIDAY_EVENING):
    return decide(seen(draft), rules, WINDOW, now, TOKYO, JAPAN)


def applies(draft=DRAFT, now=FRIDAY_EVENING, **when):
    return bool(decision(Rule("r", When(**when), delay=60), draft=draft, now=now).delays)


HOLD = [
    {},
    {"external": True},
    {"domains": ("client.example",)},
    {"domains": ("other.example", "*.example")},
    {"addresses": ("suzuki@client.example",)},
    {"addresses": ("*@example.jp",)},
    {"addresses": ("old@*",)},
    {"first_time": True},
    {"not_in_contacts": True},
    {"recipients_over": 2},
    {"attachments": True},
    {"attachment_names": ("*.xlsx",)},
    {"attachment_names": ("見積*",)},
    {"subject": (phrase("ｘｙｚ"), phrase("abc"))},
    {"body": (phrase("契約"),)},
    {"account": ("home", "work")},
    {"kind": (Kind.NEW,)},
    {"hours": (Hours(18 * 60, 8 * 60),)},
    {"hours": (Hours(18 * 60, 24 * 60),)},
    {"hours": (Hours(18 * 60 + 30, 18 * 60 + 31),)},
    {"days": (4,)},
    {"holidays": False},
    {"without": When(days=(0,))},
    {"without": When(days=(4,), external=False)},
    {"external": True, "days": (4,), "attachments": True},
]

DO_NOT = [
    {"external": False},
    {"domains": ("*.client.example", "example")},
    {"addresses": ("zuki@client.example",)},
    {"first_time": False},
    {"not_in_contacts": False},
    {"recipients_over": 3},
    {"attachments": False},
    {"attachment_names": ("*.pdf", "見積書")},
    {"subject": (phrase("契約"),)},
    {"body": (phrase("見積"),)},
    {"account": ("home",)},
    {"kind": (Kind.REPLY, Kind.FORWARD)},
    {"hours": (Hours(8 * 60, 18 * 60 + 30),)},
    {"hours": (Hours(19 * 60, 18 * 60),)},
    {"days": (5, 6)},
    {"holidays": True},
    {"without": When(days=(4,))},
    {"external": True, "days": (4,), "attachments": False},
]


@pytest.mark.parametrize("when", HOLD, ids=str)
def test_a_rule_applies_when_all_its_conditions_hold(when):
    assert applies(**when)


@pytest.mark.parametrize("when", DO_NOT, ids=str)
def test_a_rule_does_not_apply_when_one_condition_does_not_hold(when):
    assert not applies(**when)


def test_a_public_holiday_is_one_of_the_calendar():
    assert applies(now=LABOUR_THANKSGIVING, holidays=True)
    assert not applies(now=LABOUR_THANKSGIVING, holidays=False)


def test_your_own_address_is_never_a_first_time():
    assert not applies(replace(DRAFT, to="hanako@example.jp", bcc=""), first_time=True)
    assert not applies(replace(DRAFT, to="hanako@example.jp", bcc=""), not_in_contacts=True)


def test_whoever_was_written_to_is_no_stranger():
    draft = replace(DRAFT, to="old@client.example, met@client.example", bcc="")
    assert not applies(draft, not_in_contacts=True)
    assert applies(draft, first_time=True)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"in_reply_to": "<1@x>"}, Kind.REPLY_ALL),
        ({"in_reply_to": "<1@x>", "to": "suzuki@client.example", "bcc": ""}, Kind.REPLY),
        ({"in_reply_to": "<1@x>", "subject": "Fwd: x"}, Kind.FORWARD),
        ({"subject": "FW: x"}, Kind.FORWARD),
        ({"kind": Kind.REPLY, "subject": "FW: x"}, Kind.REPLY),
    ],
)
def test_the_kind_of_a_foreign_message_is_told_from_its_header(changes, kind):
    assert seen(replace(DRAFT, **changes)).kind is kind


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*", "", True),
        ("a*b*c", "aXbXc", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "acb", False),
        ("ab*ba", "aba", False),
        ("*aa*aa", "aaa", False),
        ("*.example.jp", "example.jp", False),
        ("*.example.jp", "a.b.example.jp", True),
    ],
)
def test_a_star_stands_for_any_letters(pattern, name, fits):
    assert like(pattern, name) is fits


def test_many_stars_take_no_time():
    begun = time.thread_time()
    assert not like("*a" * 200 + "b", "a" * 10_000)
    assert time.thread_time() - begun < 0.5


def test_every_rule_that_holds_has_its_say_and_is_named():
    said = decision(
        Rule("a", When(), delay=60),
        Rule("b", When(external=True), until="next working day 09:00"),
        Rule("c", When(), pause=""),
        Rule("d", When(), confirm="Really?", add_bcc=("boss@example.jp",)),
        Rule("e", When(), block="never", server=True),
        Rule("not this", When(external=False), block=""),
    )
    assert [(delay.seconds, delay.why) for delay in said.delays] == [(60, "rule: a")]
    tuesday = datetime(2026, 11, 24, 0, 0, tzinfo=UTC).timestamp()
    assert [(until.at, until.why) for until in said.untils] == [(tuesday, "rule: b")]
    assert (said.pauses, said.confirms, said.blocks) == (
        ("rule: c",),
        ("rule: d: Really?",),
        ("rule: e: never",),
    )
    assert (said.bcc, said.by_server) == (("boss@example.jp",), True)
    assert said.notes == ("rule: d: blind copy to boss@example.jp",)


def test_the_longest_undo_window_of_the_rules_takes_the_place_of_the_plain_one():
    said = decision(Rule("a", When(), undo_seconds=2), Rule("b", When(), undo_seconds=5))
    assert said.undo_seconds == 5
    assert "rule: b: undo window 5 s" in said.notes


def test_a_time_that_has_passed_for_good_pauses_the_mail():
    said = decision(Rule("a", When(), until="2020-01-01 09:00"))
    assert said.untils == ()
    assert said.pauses == ("rule: a: 2020-01-01 09:00 can't be told now",)


def test_rules_after_one_that_exempts_are_not_looked_at():
    rules = (
        Rule("first", When(), delay=30),
        Rule("free", When(domains=("client.example",)), exempt=True),
        Rule("last", When(), block=""),
    )
    said = decision(*rules)
    assert (len(said.delays), said.blocks, said.undo_seconds) == (1, (), WINDOW)
    assert said.notes == ("rule: free: exempt from the rules after it",)
    assert decision(*rules, draft=replace(DRAFT, to="hanako@example.jp", bcc="")).blocks == ("rule: last",)


def test_explaining_tells_of_every_condition_and_of_what_was_not_reached():
    verdicts = explain(
        seen(),
        [
            Rule("a", When(external=True, attachments=False), delay=1),
            Rule("b", When(), exempt=True),
            Rule("c", When(), delay=1),
        ],
        FRIDAY_EVENING,
        TOKYO,
        JAPAN,
    )
    told = [(check.name, check.holds, check.seen) for check in verdicts[0].checks]
    assert told == [
        ("external", True, "outside: suzuki@client.example, old@client.example"),
        ("attachments", False, "見積書.xlsx"),
    ]
    assert [(v.holds, v.reached) for v in verdicts] == [(False, True), (True, True), (False, False)]


def test_a_rule_in_words():
    rule = Rule(
        "r", When(external=True, days=(5, 6), without=When(first_time=False)), delay=5400, pause="look again"
    )
    assert sentence(rule) == (
        "somebody is outside and it is sat or sun and not (everybody was written to before): "
        "wait 90m, pause (look again)"
    )
    assert sentence(Rule("r", When(), exempt=True)) == "always: look at no later rule"


def test_a_thousand_rules_take_milliseconds_for_each_mail():
    rules = [
        Rule(f"r{n}", When(external=True, domains=(f"d{n}.example",), subject=(phrase(f"s{n}"),)), delay=n)
        for n in range(500)
    ]
    rules += [Rule(f"b{n}", When(body=(phrase(f"語{n}"),)), delay=n) for n in range(500)]
    mail = seen(replace(DRAFT, body="本文です。\n" * 200))
    times = []
    for _ in range(20):
        begun = time.thread_time()
        decide(mail, rules, WINDOW, FRIDAY_EVENING, TOKYO, JAPAN)
        times.append(time.thread_time() - begun)
    assert min(times) < 0.05


maybe = st.none() | st.booleans()
whens = st.builds(
    When,
    external=maybe,
    first_time=maybe,
    attachments=maybe,
    holidays=maybe,
    domains=st.sampled_from([(), ("client.example",), ("*.jp",)]),
    recipients_over=st.none() | st.integers(0, 4),
    days=st.sampled_from([(), (4,), (0, 1)]),
    hours=st.sampled_from([(), (Hours(1080, 480),)]),
    without=st.sampled_from([None, When(external=True), When(days=(4,))]),
)
seconds = st.none() | st.floats(0, 1e6)
untils = st.sampled_from([None, "next working day 09:00", "in 2 hours", "2020-01-01 09:00"])
plain = st.builds(Rule, st.text(max_size=3), whens, seconds, untils, st.sampled_from([None, ""]))
windowed = st.builds(Rule, st.text(max_size=3), whens, undo_seconds=seconds)
exempting = st.builds(Rule, st.text(max_size=3), whens, exempt=st.just(True))
anything = st.lists(plain | windowed | exempting, max_size=6)
moments = st.floats(1.5e9, 2.5e9)
MANY = settings(max_examples=500, deadline=None)
NEVER = float("inf")


def leaves(said: Decision, now: float) -> float:
    """Seconds from now; never for what waits for a person."""
    held = hold(said, None, Moment(now, 5_000.0, "boot"))
    return NEVER if held.due is None else held.due.wall - now


@MANY
@given(anything, moments)
def test_nothing_leaves_before_the_undo_window_unless_a_rule_names_another(rules, now):
    said = decision(*rules, now=now)
    own = [rule.undo_seconds for rule in rules if rule.undo_seconds is not None]
    assert leaves(said, now) >= min([WINDOW, *own]) - 1e-3
    assert own or said.undo_seconds == WINDOW


@MANY
@given(anything, plain, st.integers(0, 6), moments)
def test_one_more_rule_never_lets_a_mail_out_sooner(rules, more, place, now):
    longer = [*rules[:place], more, *rules[place:]]
    assert leaves(decision(*longer, now=now), now) >= leaves(decision(*rules, now=now), now)


@MANY
@given(anything, exempting, st.integers(0, 6), moments)
def test_a_rule_that_exempts_cuts_the_later_ones_and_nothing_else(rules, free, place, now):
    before = rules[:place]
    said = decision(*before, free, *rules[place:], now=now)
    with_all, with_none = decision(*rules, now=now), decision(*before, now=now)
    assert replace(said, notes=()) in (replace(with_all, notes=()), replace(with_none, notes=()))


@MANY
@given(
    st.lists(plain | windowed, max_size=6).flatmap(lambda r: st.tuples(st.just(r), st.permutations(r))),
    moments,
)
def test_the_order_of_rules_that_do_not_exempt_makes_no_difference(both, now):
    rules, shuffled = both
    assert leaves(decision(*rules, now=now), now) == leaves(decision(*shuffled, now=now), now)


@MANY
@given(anything, moments)
def test_explaining_comes_to_the_same_as_deciding(rules, now):
    verdicts = explain(seen(), rules, now, TOKYO, JAPAN)
    held = [verdict.rule for verdict in verdicts if verdict.holds]
    assert follows(held, WINDOW, now, TOKYO, JAPAN) == decision(*rules, now=now)


def test_the_first_rule_that_names_who_writes_counts_and_holds_up_nothing():
    always = When()
    guise = decision(
        Rule("a", always, signature="short"),
        Rule("b", always, identity="desk@example.jp", signature="long"),
        Rule("c", always, identity="other@example.jp"),
    ).guise
    assert guise is not None
    assert (guise.identity, guise.signature, guise.why) == ("desk@example.jp", "short", "rule: a")
    assert decision(Rule("d", always, delay=60)).guise is None
    assert sentence(Rule("e", always, identity="desk@example.jp", signature="")) == (
        "always: write as desk@example.jp, leave it unsigned"
    )


def test_one_rule_that_holds_is_enough_to_ask_for_receipts_and_says_so():
    asks, other = Rule("contracts", When(external=True), receipts=True), Rule("o", When(), delay=60)
    made = decision(asks, other)
    assert made.receipts
    assert "rule: contracts: asks for receipts" in made.notes
    assert sentence(asks) == "somebody is outside: ask for receipts"
    assert not decision(other, replace(asks, when=When(external=False))).receipts

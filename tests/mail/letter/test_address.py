import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.errors import AddressError
from tuimail.mail.letter.address import Address, check, parse_addresses, show, typed, write


@pytest.mark.parametrize(
    ("value", "people"),
    [
        ("a@b.c", [("a@b.c", "")]),
        ("Bob <a@b>", [("a@b", "Bob")]),
        ('"Kowalska, Anna" <anna@x>, c@d', [("anna@x", "Kowalska, Anna"), ("c@d", "")]),
        ('"Q \\"R\\" S" <q@r>', [("q@r", 'Q "R" S')]),
        ("=?utf-8?B?44GC?= <a@b>", [("a@b", "あ")]),
        ("=?utf-8?q?a=2C_evil=40x?= <a@b>", [("a@b", "a, evil@x")]),
        ("a@x (Boss)", [("a@x", "Boss")]),
        ("Group: a@b, c@d;", [("a@b", ""), ("c@d", "")]),
        ("undisclosed-recipients:;", []),
        ("<@a,@d:b@c>", [("b@c", "")]),
        ("pete(his account)@silly.test", [("pete@silly.test", "his account")]),
        ("A (c (d) e) <a@b>", [("a@b", "A")]),
        ("user@[127.0.0.1]", [("user@[127.0.0.1]", "")]),
        ("[list] <x@y>", [("x@y", "[list]")]),
        ("a@b,,c@d,", [("a@b", ""), ("c@d", "")]),
        ('"\x1b]0;PWN\x07" <a@b>', [("a@b", "␛]0;PWN·")]),
    ],
)
def test_foreign_lists_are_read(value, people):
    assert parse_addresses(value) == tuple(Address(*person) for person in people)


@pytest.mark.parametrize(
    "value",
    [
        "alice@example.org)bob@evil.org",
        "alice@..]<bob@evil>",
        "a b@c",
        "<a@b> c",
        "<a@b",
        "a@b@c",
        "a\u202e@b",
        "MAILER-DAEMON",
        "<>",
        "(c):",
        '"',
        "",
    ],
)
def test_what_is_broken_is_left_out_rather_than_guessed_at(value):
    assert parse_addresses(value) == ()


def test_row_21_a_name_that_poses_as_an_address_is_shown_beside_the_true_one():
    (person,) = parse_addresses('"boss@corp.com" <evil@x.org>')
    assert show(person) == "boss@corp.com <evil@x.org>"


def test_row_23_an_encoded_local_part_keeps_the_true_domain():
    (person,) = parse_addresses("=?utf-8?b?cG90dXNAd2hpdGVob3VzZS5nb3Y=?==?utf-8?Q?=00?=x@mailsploit.com")
    assert person.spec.endswith("@mailsploit.com")


@pytest.mark.parametrize(
    "raw", ["鈴木 <a@b>".encode("cp932"), "鈴木 <a@b>".encode("iso2022_jp"), "鈴木 <a@b>".encode()]
)
def test_raw_japanese_names_are_read(raw):
    assert parse_addresses(raw) == (Address("a@b", "鈴木"),)


FLOODS = [
    "(" * 20_000,
    '"' * 20_000,
    "a@b, " * 20_000,
    "<" * 20_000,
    '"\\' * 50_000,
    " " * 100_000,
    ";" * 100_000,
]
FLOODS += ["a," * 50_000, "a" * 100_000, '"a@b" ' * 16_000, "a@" * 50_000, ":" * 100_000]


@pytest.mark.parametrize("value", FLOODS)
def test_row_79_floods_are_cut_short(value):
    begun = time.thread_time()
    assert len(parse_addresses(value)) <= 1_000
    assert time.thread_time() - begun < 0.5


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("", []),
        (" , ;\n", []),
        ("a@b.jp, Foo <c@d.jp>；e@f", [("a@b.jp", ""), ("c@d.jp", "Foo"), ("e@f", "")]),
        ('"田中、一郎" <t@x.jp>', [("t@x.jp", "田中、一郎")]),
        ("ａ＠ｂ.jp", [("a@b.jp", "")]),
        ("山田　太郎＜y＠z.jp＞、b@c", [("y@z.jp", "山田 太郎"), ("b@c", "")]),
        ("A@B.c\na@b.C", [("A@B.c", "")]),
        ("x@日本語.jp", [("x@xn--wgv71a119e.jp", "")]),
        ("a@faß.de", [("a@xn--fa-hia.de", "")]),
        ('"foo..bar"@docomo.ne.jp', [('"foo..bar"@docomo.ne.jp', "")]),
        ("Team: a@b, c@d;", [("a@b", ""), ("c@d", "")]),
    ],
)
def test_what_a_person_types_is_understood(text, people):
    assert typed(text) == tuple(Address(*person) for person in people)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("bob, a@b", "bob"),
        ("Kowalska, Anna <a@k>", "Kowalska"),
        ("a@b c@d", "a@b c@d"),
        ("a@-b", "a@-b"),
        ("a@b.", "a@b."),
        ("<a@b", "<a@b"),
        ("日本@x.jp", "日本@x.jp"),
        ("a@b\x00", "a@b·"),
        # rows 39 and 40 of the catalogue
        ("a@b>\r\nRCPT TO:<x@y", "a@b>"),
        ('"a\r\nb"@c', '"a,b"@c'),
        ("a@b> SIZE=1", "a@b> SIZE=1"),
        ("alice@example.org)bob@evil.org", "alice@example.org)bob@evil.org"),
        ("alice@..]<bob@evil>", "alice@..]<bob@evil>"),
    ],
)
def test_a_wrong_piece_is_named_in_one_line(text, named):
    with pytest.raises(AddressError) as error:
        typed(text)
    assert f"“{named}”" in str(error.value)
    assert "\n" not in str(error.value)


def test_row_39_two_addresses_in_one_spec_are_refused():
    with pytest.raises(AddressError):
        check("a@b, c@d")


@pytest.mark.parametrize(
    "spec",
    [
        "a" * 65 + "@b",
        "a@" + "b" * 64,
        "a@" + ".".join(["b" * 60] * 5),
        "a b@c",
        "@",
        "a@",
        "@b",
        'a"@b',
        "a@b_c",
    ],
)
def test_specs_beyond_the_rules_are_refused(spec):
    with pytest.raises(AddressError):
        check(spec)


def test_row_41_a_name_with_an_address_in_it_stays_one_recipient():
    person = Address("b@y", "a, evil@x.org " + "é" * 60)
    assert typed(write(person)) == (person,)


@given(st.text(max_size=60))
def test_a_name_survives_being_written_and_typed(name):
    (person,) = typed(write(Address("a@b.jp", name)))
    assert person.spec == "a@b.jp"
    assert typed(write(person)) == (person,)


@given(st.text(alphabet='ab@.,;:<>()[]"\\ \r\n\0é＠', max_size=60))
def test_no_text_makes_parsing_raise_or_a_bad_spec_pass(text):
    parse_addresses(text)
    try:
        people = typed(text)
    except AddressError as error:
        assert "\n" not in str(error)
        return
    assert all(check(person.spec) == person.spec for person in people)
    assert not any(set(person.spec) & set("\r\n\0 <>,;:()\\") for person in people)

"""mailto: links: what RFC 6068 asks for, and what a stranger's link must not do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.errors import DraftError
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.mailto import LONGEST, mailto
from tuimail.mail.letter.safe import block, line


@pytest.mark.parametrize(
    ("url", "to"),
    [
        ("mailto:chris@example.com", ("chris@example.com",)),
        ("mailto:?to=addr1@an.example,addr2@an.example", ("addr1@an.example", "addr2@an.example")),
        ("mailto:addr1@an.example?to=addr2@an.example", ("addr1@an.example", "addr2@an.example")),
        ("mailto:addr1@an.example,addr2@an.example", ("addr1@an.example", "addr2@an.example")),
        ("mailto:gorby%25kremvax@example.com", ("gorby%kremvax@example.com",)),
        ("mailto:unlikely%3Faddress@example.com?blat=foop", ("unlikely?address@example.com",)),
        ("mailto:Mike%26family@example.org", ("Mike&family@example.org",)),
        ("mailto:%22not%40me%22@example.org", ('"not@me"@example.org',)),
        ("mailto:%22oh%5C%5Cno%22@example.org", ('"oh\\\\no"@example.org',)),
        ("mailto:user@%E7%B4%8D%E8%B1%86.example.org", ("user@納豆.example.org",)),
        ("MAILTO:JSmith@example.com", ("JSmith@example.com",)),
        ("mailto:a+b@example.com", ("a+b@example.com",)),
        ("mailto:", ()),
        ("mailto:?to=%2C%2C%3B&cc=", ()),
    ],
)
def test_people_are_percent_decoded_each_by_itself(url, to):
    assert mailto(url).to == to


@pytest.mark.parametrize(
    ("query", "subject"),
    [
        ("subject=current-issue", "current-issue"),
        ("subject=caf%C3%A9", "café"),
        ("subject=%3D%3Futf-8%3FQ%3Fcaf%3DC3%3DA9%3F%3D", "café"),
        ("subject=%3D%3Fiso-8859-1%3FQ%3Fcaf%3DE9%3F%3D", "café"),
        ("subject=1+1", "1+1"),
        ("Subject=a&subject=b", "a"),
    ],
)
def test_a_subject_is_utf_8_or_encoded_words_and_a_plus_is_a_plus(query, subject):
    assert mailto(f"mailto:a@b.example?{query}").subject == subject


def test_a_body_has_lines_and_a_subject_has_one():
    read = mailto(
        "mailto:a@b.example?body=send%20this%0D%0Asend%20that&subject=x%0D%0ABcc:%20spy@evil.example"
    )
    assert read.body == "send this\nsend that"
    assert "\n" not in read.subject
    assert "\r" not in read.subject


def test_an_answer_threads_to_what_it_names():
    draft = mailto("mailto:l@x.org?In-Reply-To=%3C3469A91.D10AF4C@x.com%3E").into(Draft("d", "work"))
    assert (draft.in_reply_to, draft.references) == ("<3469A91.D10AF4C@x.com>", ("<3469A91.D10AF4C@x.com>",))


@pytest.mark.parametrize(
    "name", ["bcc", "attach", "Attachment", "from", "sender", "reply-to", "content-type"]
)
def test_what_a_link_must_not_say_is_left_out_and_named(name):
    read = mailto(f"mailto:a@b.example?{name}=/etc/passwd")
    assert read.ignored == (name.lower(),)
    assert name.lower() in read.notice()
    assert read.into(Draft("d", "work")) == Draft("d", "work", to="a@b.example")


@pytest.mark.parametrize(
    "url",
    ["mailto:a@b.test%0D%0ABcc:spy@evil.test", "mailto:%ff@b.test", "mailto:a%00@b.test", "mailto:nobody"],
)
def test_an_address_that_hides_something_is_left_out(url):
    assert mailto(url).to == ()
    assert mailto(url).ignored == ("an address in to",)


def test_a_crowd_is_cut_off_and_a_huge_link_is_refused():
    many = mailto("mailto:" + ",".join(f"a{n}@b.example" for n in range(5_000)))
    assert len(many.to) == 100
    assert many.ignored
    with pytest.raises(DraftError):
        mailto("mailto:a@b.example?body=" + "A" * LONGEST)
    with pytest.raises(DraftError):
        mailto("https://b.example")


@given(st.text(max_size=300))
def test_whatever_follows_the_scheme_is_harmless(text):
    read = mailto(f"mailto:{text}")
    assert read.subject == line(read.subject)
    assert read.body == block(read.body)
    assert all(line(one) == one and "@" in one for one in (*read.to, *read.cc))
    assert all(line(one) == one for one in read.ignored)

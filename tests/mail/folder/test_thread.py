"""The tree of a conversation."""

import email
import email.policy
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.folder.thread import DEEPEST, tree
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.envelope import Envelope, Ref
from tuimail.mail.letter.safe import Safe

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "aerc-jwz"


def mail(name, answers="", *references, at=None, uid=""):
    """`m3` came at 3, answers `answers` and has these references."""
    return Envelope(
        ref=Ref("work", "INBOX", uid or name),
        sender=Address("x@y.example"),
        to=(),
        cc=(),
        subject=Safe(name),
        received=float(name[1:] if at is None else at),
        size=1,
        flags=frozenset(),
        message_id=name,
        in_reply_to=answers,
        references=references,
    )


def drawn(*envelopes):
    return [branch.lines + branch.envelope.subject for branch in tree(envelopes)]


def test_answers_stand_below_what_they_answer_oldest_first():
    assert drawn(mail("m1"), mail("m4", "m1"), mail("m2", "m1"), mail("m3", "m2")) == [
        "m1",
        "├─m2",
        "│ └─m3",
        "└─m4",
    ]


def test_references_tell_what_in_reply_to_does_not():
    assert drawn(mail("m1"), mail("m2", "", "m1"), mail("m3", "", "m1", "m2")) == ["m1", "└─m2", "  └─m3"]


def test_answers_to_a_message_that_is_not_here_stand_where_it_would():
    assert drawn(mail("m1"), mail("m3", "", "m1", "gone"), mail("m4", "gone")) == ["m1", "├─m3", "└─m4"]


def test_what_answers_nothing_known_hangs_below_the_first():
    assert drawn(mail("m2", "gone"), mail("m3", "gone"), mail("m4", "lost")) == ["m2", "├─m3", "└─m4"]


def test_copies_of_a_message_stand_side_by_side():
    assert drawn(mail("m1"), mail("m2", "m1", uid="a"), mail("m2", "m1", uid="b")) == ["m1", "├─m2", "└─m2"]


def test_circles_and_answers_to_oneself_are_cut():
    assert drawn(mail("m1", "m1", "m1")) == ["m1"]
    assert drawn(mail("m1", "m2"), mail("m2", "m1")) == ["m2", "└─m1"]
    assert len(drawn(mail("m1", "m3"), mail("m2", "m1"), mail("m3", "m2"))) == 3


def test_no_message_is_an_empty_tree():
    assert tree(()) == ()


@pytest.mark.parametrize("turned", [False, True])
def test_a_conversation_of_thousands_of_levels_is_drawn(turned):
    links = [mail(f"m{n}", f"m{n - 1}" if n else "", at=-n if turned else n) for n in range(3_000)]
    branches = tree(links)
    assert [branch.depth for branch in branches] == list(range(3_000))
    assert max(len(branch.lines) for branch in branches) == 2 * DEEPEST


NAMES = st.sampled_from([f"m{n}" for n in range(8)])
MAILS = st.builds(
    lambda name, answers, references, at: mail(name, answers, *references, at=at),
    NAMES,
    st.one_of(st.just(""), NAMES),
    st.lists(NAMES, max_size=4),
    st.integers(0, 5),
)


@given(st.lists(MAILS, max_size=12))
def test_every_message_is_there_exactly_once_whatever_the_headers_say(mails):
    numbered = [mail_ for mail_ in (_with_uid(one, n) for n, one in enumerate(mails))]
    branches = tree(numbered)
    assert sorted(b.envelope.ref.uid for b in branches) == sorted(m.ref.uid for m in numbered)
    assert branches == tree(reversed(numbered))
    depths = [branch.depth for branch in branches]
    assert depths[:1] in ([], [0])
    assert all(0 < below <= above + 1 for above, below in pairwise(depths))


def _with_uid(one, number):
    return mail(one.message_id, one.in_reply_to, *one.references, at=one.received, uid=str(number))


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the repository")
def test_the_lists_of_the_corpus_hang_together_as_their_headers_say():
    mails = [_read(path) for path in sorted(CORPUS.glob("*.eml"))]
    branches = tree(mails)
    assert len(branches) == len(mails)
    above = _parents(branches)
    known = {one.message_id for one in mails}
    answers = [one for one in mails if one.in_reply_to in known and one.in_reply_to != one.message_id]
    assert len(answers) > 10
    for one in answers:
        assert above[one.ref.uid] in (one.in_reply_to, *one.references)


def _parents(branches):
    """uid -> the Message-ID one level up."""
    path, found = {}, {}
    for branch in branches:
        path[branch.depth] = branch.envelope.message_id
        found[branch.envelope.ref.uid] = path.get(branch.depth - 1)
    return found


def _read(path):
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
    references = (message["References"] or "").split()
    answers = (message["In-Reply-To"] or "").split()
    at = parsedate_to_datetime(message["Date"]).timestamp()
    name = message["Message-Id"].strip()
    answered = next((word for word in answers if word.startswith("<")), "")
    return mail(name, answered, *references, at=at, uid=path.name)

"""What may be claimed of a recall before it is asked: every row of what a client can honestly say."""

import pytest

from tuimail.mail.after.kind import Kind
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.tip import Scope, Tip
from tuimail.mail.after.verdict import Answer, Course, Tenant, foresee
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import Safe

ME = Address("me@contoso.example")
WORK = Tenant(Kind.WORK, ("contoso.example",))
NO_DOMAINS = Tenant(Kind.WORK)
CLAIM = (
    "Exchange will try to delete it, also if read, unless your organisation disabled that. "
    "You will get a report mail. Copies elsewhere are not touched."
)


def mail(*to, cc=(), bcc=()):
    people = [tuple(map(Address, specs)) for specs in (to, cc, bcc)]
    return SentMail("work", "<1@contoso.example>", Safe("Q3"), 1.0, ME, *people)


def inside(spec, **more):
    return Tip(spec, Scope.INTERNAL, **more)


def outside(spec):
    return Tip(spec, Scope.EXTERNAL)


def said(foresight):
    return [(v.person.spec, v.answer, v.reason) for v in foresight.verdicts]


def test_when_all_are_inside_a_recall_is_offered_with_what_may_be_claimed():
    seen = foresee(mail("a@contoso.example"), WORK, [inside("a@contoso.example")])
    assert (seen.course, seen.words) == (Course.RECALL, CLAIM)
    assert said(seen) == [("a@contoso.example", Answer.CAN, "same organisation")]
    assert seen.noticed == ()


def test_a_list_without_outside_members_can_be_asked():
    tip = inside("all@contoso.example", members=12)
    seen = foresee(mail("all@contoso.example"), WORK, [tip])
    assert seen.course is Course.RECALL
    assert seen.verdicts[0].reason == "same organisation, list of 12"


def test_what_else_is_known_of_somebody_inside_is_said():
    tip = inside("a@contoso.example", away=Safe("back on Monday"), full=True, restricted=True)
    assert foresee(mail("a@contoso.example"), WORK, [tip]).verdicts[0].reason == (
        "same organisation, out of office, mailbox full, restricted"
    )


def test_one_outside_among_those_inside_has_to_be_confirmed_by_name():
    people = mail("a@contoso.example", "b@supplier.example")
    seen = foresee(people, WORK, [inside("a@contoso.example"), outside("b@supplier.example")])
    assert seen.course is Course.CONFIRM
    assert seen.words == (
        "1 outside recipient cannot be recalled and will receive a 'Recall:' mail that draws attention to it."
    )
    assert said(seen)[1] == (
        "b@supplier.example",
        Answer.CANNOT,
        "outside: would get a notice instead",
    )
    assert [one.spec for one in seen.noticed] == ["b@supplier.example"]


def test_several_outside_are_counted_members_of_lists_with_them():
    people = mail("all@contoso.example", "b@supplier.example", "c@contoso.example")
    tips = [inside("all@contoso.example", members=9, outsiders=2), outside("b@supplier.example")]
    seen = foresee(people, WORK, [*tips, inside("c@contoso.example")])
    assert seen.words == (
        "3 outside recipients cannot be recalled and will each receive"
        " a 'Recall:' mail that draws attention to it."
    )
    assert said(seen)[0] == ("all@contoso.example", Answer.UNKNOWN, "list with 2 outside members")
    assert [one.spec for one in seen.noticed] == ["all@contoso.example", "b@supplier.example"]


def test_a_list_with_outside_members_alone_has_to_be_confirmed():
    seen = foresee(mail("all@contoso.example"), WORK, [inside("all@contoso.example", members=5, outsiders=1)])
    assert seen.course is Course.CONFIRM
    assert said(seen) == [("all@contoso.example", Answer.UNKNOWN, "list with 1 outside member")]


def test_when_all_are_outside_only_a_correction_is_offered():
    seen = foresee(mail("b@supplier.example"), WORK, [outside("b@supplier.example")])
    assert (seen.course, seen.words) == (
        Course.CORRECT,
        "Recall cannot work outside your organisation.",
    )


def test_when_nothing_could_be_checked_that_is_said_and_confirmed():
    seen = foresee(mail("a@contoso.example"), NO_DOMAINS, [Tip("a@contoso.example", trouble=Safe("busy"))])
    assert (seen.course, seen.words) == (Course.CONFIRM, "could not check the recipients")
    assert said(seen) == [("a@contoso.example", Answer.UNKNOWN, "could not check")]
    assert [one.spec for one in seen.noticed] == ["a@contoso.example"]


def test_some_outside_and_some_unchecked_are_both_said():
    tips = [outside("b@supplier.example")]
    seen = foresee(mail("a@contoso.example", "b@supplier.example"), NO_DOMAINS, tips)
    assert seen.course is Course.CONFIRM
    assert "1 outside recipient" in seen.words
    assert "could not check the recipients" in seen.words


def test_without_tips_the_organisations_domains_tell():
    seen = foresee(mail("a@contoso.example", "b@supplier.example"), WORK)
    assert said(seen) == [
        ("a@contoso.example", Answer.CAN, "same organisation by its domain; lists could not be checked"),
        ("b@supplier.example", Answer.CANNOT, "outside: would get a notice instead"),
    ]
    assert seen.course is Course.CONFIRM


def test_a_domain_is_compared_whatever_its_case_and_script():
    seen = foresee(mail("a@会社.example"), Tenant(Kind.WORK, ("xn--6oq404h.example",)))
    assert seen.verdicts[0].answer is Answer.CAN
    assert foresee(mail("A@CONTOSO.Example"), WORK).verdicts[0].answer is Answer.CAN


def test_blind_copies_count_like_all_others():
    seen = foresee(
        mail("a@contoso.example", cc=("c@contoso.example",), bcc=("x@supplier.example",)),
        WORK,
        [inside("a@contoso.example"), inside("c@contoso.example"), outside("x@supplier.example")],
    )
    assert [v.person.spec for v in seen.verdicts] == [
        "a@contoso.example",
        "c@contoso.example",
        "x@supplier.example",
    ]
    assert [one.spec for one in seen.noticed] == ["x@supplier.example"]


IMPOSSIBLE = [
    (Kind.ON_PREMISES, Course.CORRECT, "Recall for on-premises Exchange exists only in Outlook."),
    (
        Kind.PERSONAL,
        Course.CORRECT,
        "Whether recall works for personal Microsoft accounts is not proven; it is not offered.",
    ),
    (Kind.UNSIGNED, Course.SIGN_IN, "sign in to Microsoft Graph to enable recall (docs/accounts.md)"),
    (Kind.OTHER, Course.CORRECT, "Mail that has been delivered cannot be taken back."),
]


@pytest.mark.parametrize(("kind", "course", "words"), IMPOSSIBLE)
def test_other_accounts_are_never_offered_a_recall(kind, course, words):
    seen = foresee(
        mail("a@contoso.example"), Tenant(kind, ("contoso.example",)), [inside("a@contoso.example")]
    )
    assert (seen.course, seen.words) == (course, words)
    assert all(v.answer is not Answer.CAN for v in seen.verdicts)
    assert seen.noticed == ()


def test_signing_in_is_not_offered_for_mail_that_went_outside_alone():
    seen = foresee(mail("b@supplier.example"), Tenant(Kind.UNSIGNED))
    assert (seen.course, seen.words) == (Course.CORRECT, "Recall cannot work outside your organisation.")


def test_switched_off_says_so_on_every_kind_of_account():
    for kind in Kind:
        seen = foresee(mail("a@contoso.example"), Tenant(kind), [inside("a@contoso.example")], enabled=False)
        assert seen.course is Course.CORRECT
        assert "switched off" in seen.words


@pytest.mark.parametrize("kind", list(Kind))
def test_no_words_say_that_anything_was_recalled(kind):
    for people in (
        ("a@contoso.example",),
        ("b@supplier.example",),
        ("a@contoso.example", "b@supplier.example"),
    ):
        seen = foresee(mail(*people), Tenant(kind, ("contoso.example",)))
        text = " ".join([seen.words, *(v.reason for v in seen.verdicts)])
        assert "recalled" not in text.replace("cannot be recalled", "")
        assert "will be deleted" not in text


def test_a_mail_to_nobody_offers_no_recall():
    assert foresee(mail(), WORK).course is Course.CORRECT

"""The page of a recall as rows: everybody it went to, what can be asked, what became of it."""

from collections.abc import Iterator

from tuimail.mail.after.page import Page
from tuimail.mail.after.page import Row as Recipient
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.after.verdict import Answer, Course
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import line
from tuimail.ui.format.cells import Piece, Row, Tone, cut, fit, wrap
from tuimail.ui.format.times import date, hour

WHO, WHETHER, STATE = 34, 16, 24
WIDEST = 110

TONES = {Answer.CAN: Tone.STRONG, Answer.CANNOT: Tone.ALERT, Answer.UNKNOWN: Tone.ACCENT}


def title(mail: SentMail, now: float) -> str:
    """Which mail, when it left, to how many."""
    day = date(mail.sent, now)
    at = hour(mail.sent) if day == hour(mail.sent) else f"{day} {hour(mail.sent)}"
    count = len(mail.people)
    people = "1 person" if count == 1 else f"{count:,} people"
    return f"Take back: {line(mail.subject, 200) or '(no subject)'} · sent {at} to {people}"


def recipient_row(one: Recipient, width: int) -> Row:
    """One recipient: who, whether the copy can be asked for, the last that is known or else why."""
    who = max(20, min(WHO, width // 3))
    last = f"{one.state} {hour(one.at)}" if one.state else one.verdict.reason
    return (
        Piece(f"   {fit(line(one.person.spec), who - 2)}  "),
        Piece(fit(one.verdict.answer.value, WHETHER), TONES[one.verdict.answer]),
        Piece(cut(last, max(0, width - who - WHETHER - 4)), Tone.PLAIN if one.state else Tone.MUTED),
    )


def waiting_row(person: Address, width: int) -> Row:
    """One recipient that is being looked up."""
    who = max(20, min(WHO, width // 3))
    return Piece(f"   {fit(line(person.spec), who - 2)}  "), Piece("looking…", Tone.MUTED)


def words_rows(page: Page, width: int) -> Iterator[Row]:
    """What has to be said of it all, and who would get a notice, by name."""
    room = min(width, WIDEST) - 2
    for row in wrap(page.words, room):
        yield (Piece(f" {row}", Tone.STRONG),)
    noticed = ", ".join(line(one.spec) for one in page.foresight.noticed)
    if noticed and page.recall is None and page.foresight.course is Course.CONFIRM:
        for row in wrap(f"A recall would send a notice to {noticed}. A correction reaches everyone.", room):
            yield (Piece(f" {row}"),)
    for stray in page.strays:
        yield (Piece(cut(f" {line(stray.spec)} says: {stray.fate}", room), Tone.MUTED),)


def details_rows(one: Recipient, width: int) -> Iterator[Row]:
    """All that is known of one recipient, in the order it came."""
    name = f"{one.person.name} <{one.person.spec}>" if one.person.name else one.person.spec
    yield (Piece(f" {cut(line(name), width - 2)}", Tone.STRONG),)
    yield (Piece(f" {cut(f'{one.verdict.answer.value}: {one.verdict.reason}', width - 2)}", Tone.MUTED),)
    for mark in one.marks:
        yield (
            Piece(f" {hour(mark.at)}  ", Tone.ACCENT),
            Piece(f"{mark.words}  "),
            Piece(cut(mark.said, max(0, width - 10 - len(mark.words))), Tone.MUTED),
        )

"""Many mails that are to be asked back, as rows: each with its course, and what has to be said of all."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from tuimail.mail.after.page import WORDS, Page
from tuimail.mail.after.verdict import CLAIM, Course
from tuimail.mail.letter.address import show
from tuimail.mail.letter.envelope import Ref
from tuimail.mail.letter.safe import line
from tuimail.ui.format.cells import Piece, Row, Tone, cut, fit, fit_right, wrap
from tuimail.ui.format.recall import WIDEST, whole_words
from tuimail.ui.format.sent_mail import recipients
from tuimail.ui.format.times import moment

SUBJECT, WHEN, PEOPLE = 40, 13, 9
LEFT_OUT, NAMED = "left out", 8


class Candidate(Struct, frozen=True):
    """One of the mails: its `page` once the server was asked; `trouble` where it could not be, and `subject`,
    which a page has itself.
    """

    ref: Ref
    page: Page | None = None
    trouble: str = ""
    subject: str = ""

    @property
    def known(self) -> bool:
        """Whether it was looked at."""
        return self.page is not None or bool(self.trouble)

    @property
    def asked(self) -> bool:
        """Whether there was a request already that may have been taken."""
        return self.page is not None and self.page.recall is not None and self.page.recall.open

    @property
    def askable(self) -> bool:
        """Whether it can be asked for without anybody outside being sent anything."""
        return self.page is not None and not self.asked and self.page.foresight.course is Course.RECALL

    @property
    def left_out(self) -> bool:
        """Whether somebody would be sent a notice."""
        return self.page is not None and not self.asked and self.page.foresight.course is Course.CONFIRM


def candidate_row(one: Candidate, width: int, now: float) -> Row:
    """One mail: subject, when, to how many, and whether it can be asked for, or what came of it."""
    subject = max(14, min(SUBJECT, width // 3))
    words, tone = _state(one)
    if one.page is None:
        return Piece(f" {fit(line(one.subject), subject)} "), Piece(cut(words, width - subject - 2), tone)
    mail = one.page.mail
    left = max(0, width - subject - WHEN - PEOPLE - 5)
    return (
        Piece(f" {fit(line(mail.subject) or '(no subject)', subject)} "),
        Piece(f"{fit(moment(mail.sent, now), WHEN)} {fit_right(recipients(mail), PEOPLE)}  ", Tone.MUTED),
        Piece(cut(words, left), tone),
    )


def _state(one: Candidate) -> tuple[str, Tone]:
    if one.page is None:
        return (f"! {one.trouble}", Tone.ALERT) if one.trouble else ("looking…", Tone.MUTED)
    if one.page.recall is not None:
        return WORDS[one.page.recall.state], Tone.PLAIN
    if one.trouble:
        return f"! {one.trouble}", Tone.ALERT
    match one.page.foresight.course:
        case Course.RECALL:
            return "can be asked", Tone.STRONG
        case Course.CONFIRM:
            return f"{LEFT_OUT}: {_noticed(one.page)}", Tone.ACCENT
        case _:
            return f"can't: {one.page.foresight.words}", Tone.MUTED


def head_rows(mails: Sequence[Candidate], progress: str, width: int) -> Iterator[Row]:
    """How far it is, how many can be asked for, and what has to be said before they are."""
    room = min(width, WIDEST) - 2
    for words, tone in _head(mails, progress):
        for row in wrap(words, room):
            yield (Piece(f" {row}", tone),)


def _head(mails: Sequence[Candidate], progress: str) -> Iterator[tuple[str, Tone]]:
    looked = sum(one.known for one in mails)
    if progress:
        yield progress, Tone.STRONG
    elif looked < len(mails):
        yield f"Looking at {looked:,} of {len(mails):,}…", Tone.STRONG
    elif able := sum(one.askable for one in mails):
        yield f"{able:,} of {len(mails):,} can be asked for. {CLAIM}", Tone.STRONG
    elif asked := sum(one.asked for one in mails):
        yield f"{asked:,} of {len(mails):,} asked for. What became of each copy its report says.", Tone.STRONG
    else:
        yield "None of these can be asked for together.", Tone.STRONG
    out = [one.page for one in mails if one.left_out and one.page is not None]
    if out:
        mail = "1 is" if len(out) == 1 else f"{len(out):,} are"
        words = f"{mail} {LEFT_OUT}, since these would be sent a notice: {_named(out)}."
        yield f"{words} Enter opens one by itself.", Tone.MUTED


def about_rows(one: Candidate, width: int) -> Iterator[Row]:
    """The mail under the cursor: to whom it went, and what is said of it, nothing cut off."""
    room = min(width, WIDEST) - 2
    if one.page is not None:
        people = ", ".join(show(person) for person in one.page.mail.people)
        for row in wrap(people, room):
            yield (Piece(f" {row}", Tone.STRONG),)
        for row in wrap(whole_words(one.page), room):
            yield (Piece(f" {row}", Tone.MUTED),)
    for row in wrap(f"! {one.trouble}", room) if one.trouble else ():
        yield (Piece(f" {row}", Tone.ALERT),)


def question(mails: Sequence[Candidate]) -> str:
    """What is asked before all of these are asked for."""
    pages = [one.page for one in mails if one.page is not None]
    copies = sum(len(page.rows) for page in pages)
    mail = "1 mail" if len(pages) == 1 else f"{len(pages):,} mails"
    people = "1 recipient" if copies == 1 else f"{copies:,} recipients"
    return f"Ask Exchange to delete {mail} of {people}? Nobody outside is sent a notice."


def _named(pages: Sequence[Page]) -> str:
    """Who would be sent a notice, each once."""
    names = tuple(
        {one.spec.lower(): line(one.spec) for page in pages for one in page.foresight.noticed}.values()
    )
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _noticed(page: Page) -> str:
    return ", ".join(line(one.spec) for one in page.foresight.noticed)

"""The page of a recall as rows: everybody it went to, what can be asked, what became of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from rich.cells import cell_len

from tuimail.mail.after.page import Page
from tuimail.mail.after.page import Row as Recipient
from tuimail.mail.after.recall import RecallState
from tuimail.mail.after.verdict import CLAIM, Answer, Course
from tuimail.mail.hold.item import Item, State
from tuimail.mail.letter.address import Address, show
from tuimail.mail.letter.safe import line
from tuimail.ui.format.cells import ELLIPSIS, Piece, Row, Tone, cut, fit, wrap
from tuimail.ui.format.times import moment

LEAST_WHO, MOST_WHO, WHETHER, REASON = 20, 44, 16, 38
WIDEST = 100
SPACIOUS = 120
"""From so many columns on a recipient's reason stands beside the state, not in its place."""

CORRECTION = "A correction reaches everyone."
STANDING = {
    State.WAITING: "held",
    State.PAUSED: "held",
    State.SENDING: "on its way out",
    State.UNSURE: "probably sent",
    State.FAILED: "not sent: it failed",
}
"""Of a correction in the outbox; its states are those of the outbox's page."""
TONES = {Answer.CAN: Tone.STRONG, Answer.CANNOT: Tone.ALERT, Answer.UNKNOWN: Tone.ACCENT}


class Columns(Struct, frozen=True):
    """How many cells the address and the reason have; without room for it, `reason` is 0. `now` is UTC
    seconds.
    """

    who: int
    reason: int
    now: float


def columns(people: Sequence[Address], width: int, now: float) -> Columns:
    """Room for the longest address, in reason."""
    longest = max((cell_len(line(one.spec)) for one in people), default=LEAST_WHO)
    most = MOST_WHO if width >= SPACIOUS else max(LEAST_WHO, width * 2 // 5)
    return Columns(max(LEAST_WHO, min(longest, most)), REASON if width >= SPACIOUS else 0, now)


def recipient_row(one: Recipient, width: int, room: Columns) -> Row:
    """One recipient: who, whether the copy can be asked for, the last that is known or else why."""
    answer = one.verdict.answer
    state = f"{one.state} {moment(one.at, room.now)}" if one.state else ""
    reason = line(one.verdict.reason)
    pieces = (
        Piece(f" {address(one.person, room.who)} "),
        Piece(fit(answer.value, WHETHER), TONES[answer]),
    )
    if room.reason:
        return (*pieces, Piece(fit(reason, room.reason), Tone.MUTED), Piece(f" {state}"))
    left = max(0, width - room.who - WHETHER - 2)
    return (*pieces, Piece(cut(state or reason, left), Tone.PLAIN if state else Tone.MUTED))


def waiting_row(person: Address, room: Columns) -> Row:
    """One recipient that is being looked up."""
    return Piece(f" {address(person, room.who)} "), Piece("looking…", Tone.MUTED)


def address(person: Address, width: int) -> str:
    """An address in so many cells; where it is too long, its domain is kept, which tells whose it is."""
    spec = line(person.spec)
    local, at, domain = spec.rpartition("@")
    left = width - cell_len(f"@{domain}")
    if cell_len(spec) <= width or not at or left < 4:
        return fit(spec, width)
    return fit(f"{cut(local + ELLIPSIS, left)}@{domain}", width)


def words_rows(page: Page | None, trouble: str, width: int, corrected: str = "") -> Iterator[Row]:
    """What has to be said of it all, what went wrong just now, and how it stands with corrections."""
    room = min(width, WIDEST) - 2
    if trouble:
        yield from _said(f"! {trouble}", room, Tone.ALERT)
    if page is None:
        return
    yield from _said(whole_words(page), room, Tone.STRONG)
    if page.recall is None and page.foresight.course is Course.CONFIRM:
        yield from _said(f"To the others: {CLAIM}", room, Tone.MUTED)
    if page.recall is not None and page.recall.state is RecallState.REFUSED and page.recall.said:
        yield from _said(f"Exchange says: {page.recall.said}", room, Tone.MUTED)
    if corrected:
        yield from _said(corrected, room, Tone.MUTED)
    for stray in page.strays:
        yield (Piece(cut(f" {line(stray.spec)} says: {stray.fate}", room), Tone.MUTED),)


def whole_words(page: Page) -> str:
    """What is said above it all, and the way that is left where asking is none, or costs something."""
    words = page.words.strip()
    words = words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")
    if page.recall is None and page.foresight.course is not Course.RECALL:
        return f"{words} {CORRECTION}"
    return words


def not_sent(items: Iterable[Item], drafts: int) -> str:
    """How it stands with corrections that have not left; who got one that did has a mark of it."""
    states = Counter(STANDING[item.state] for item in items if item.state in STANDING)
    counts = [*states.items(), *([("in Drafts", drafts)] if drafts else ())]
    if not counts:
        return ""
    if len(counts) == 1 and counts[0][1] == 1:
        return f"A correction is {counts[0][0]}."
    return f"Corrections: {', '.join(f'{count:,} {words}' for words, count in counts)}."


def details_rows(one: Recipient, width: int, now: float) -> Iterator[Row]:
    """All that is known of one recipient, in the order it came, nothing cut off."""
    room = min(width, WIDEST) - 2
    yield from _said(line(show(one.person)), room, Tone.STRONG)
    yield from _said(f"{one.verdict.answer.value}: {line(one.verdict.reason)}", room, Tone.MUTED)
    for mark in one.marks:
        at = moment(mark.at, now)
        yield Piece(f" {at}  ", Tone.ACCENT), Piece(mark.words)
        for words in wrap(mark.said, max(8, room - len(at) - 2)) if mark.said else ():
            yield (Piece(f" {' ' * len(at)}  {words}", Tone.MUTED),)


def question(page: Page) -> str:
    """What is asked before Exchange is: whether once more, and who would be sent a notice, by name."""
    noticed = ", ".join(line(one.spec) for one in page.foresight.noticed)
    count = len(page.rows)
    copies = "the copy of 1 recipient" if count == 1 else f"the copies of {count:,} recipients"
    asked = f"Each of these would be sent a notice that draws attention to it: {noticed}." if noticed else ""
    again = _again(page)
    if again:
        return " ".join(filter(None, (again, asked, "Ask Exchange once more?")))
    return f"{asked} Ask Exchange all the same?" if asked else f"Ask Exchange to delete {copies}?"


def _again(page: Page) -> str:
    if page.recall is None or not page.recall.open:
        return ""
    if page.recall.state is RecallState.UNSURE:
        return "It may have been requested already: the answer was lost. Asking again makes a second request."
    return f"It was asked for before ({page.recall.state.value})."


def _said(words: str, room: int, tone: Tone) -> Iterable[Row]:
    return ((Piece(f" {row}", tone),) for row in wrap(words, room))

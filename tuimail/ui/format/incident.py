"""What a person reads of an incident: the mail, the steps, the deadlines, what happened."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from rich.cells import cell_len

from tuimail.mail.after.correction import Language
from tuimail.mail.after.incident import STEPS, Incident, Step
from tuimail.mail.after.incident_clock import ADVICE, NAMES, Deadline, deadlines, remaining
from tuimail.mail.after.incident_facts import here
from tuimail.mail.after.incident_steps import guide
from tuimail.mail.after.incident_words import standing, told, word
from tuimail.mail.after.near_miss import Catch, Tally
from tuimail.mail.hold.item import Entry
from tuimail.mail.letter.address import Address
from tuimail.mail.letter.safe import line
from tuimail.ui.format.cells import Piece, Row, Tone, cut, fit, wrap
from tuimail.ui.format.outbox import LONGEST_SUBJECT
from tuimail.ui.format.people import who

MINUTE = 16
"""How many characters of a date are its day, hour and minute."""
DAY, YEAR = 11, 5
"""How many are its day with the space after it, and its year with the hyphen."""
TITLE, WIDEST = 46, 110
LEFT, TITLED, ROOMY = 18, 28, 120
"""The cells of a time left, and of what it is left for, which is told from so many columns on."""

CLOSED = {Language.ENGLISH: "closed", Language.JAPANESE: "完了"}
NO_NUMBER = {
    Language.ENGLISH: "no number in your address books",
    Language.JAPANESE: "アドレス帳に電話番号がありません",
}
CLOCK_KEYS = {"a": "appi", "w": "appi-wrongful", "g": "gdpr"}
SHORT = {"appi": "個情法", "appi-wrongful": "個情法(不正の目的)"}
HELD_BY = {Catch.UNDO: "undo", Catch.RULE: "rule", Catch.GUARD: "guard"}


class View(Struct, frozen=True):
    """How an incident is shown: in a language, by the clock of a zone (an IANA name)."""

    language: Language
    zone: str

    def minute(self, at: float) -> str:
        """An instant as 2026-11-22 19:02."""
        return here(at, self.zone)[:MINUTE]


def due(incident: Incident, view: View) -> tuple[Deadline, ...]:
    """The deadlines of all clocks that are on, those of one duty once, the next first."""
    found = [one for name in incident.clocks for one in deadlines(name, incident.noticed, view.zone)]
    once = [one for number, one in enumerate(found) if one not in found[:number]]
    return tuple(sorted(once, key=lambda deadline: deadline.early or deadline.at))


def incident_row(incident: Incident, now: float, width: int, view: View) -> Row:
    """One line of the list: when it was noticed, how far it is, the nearest deadline, subject, to whom."""
    done = len(STEPS) - len(incident.undone)
    standing = CLOSED[view.language] if incident.closed else f"{done}/{len(STEPS)}"
    nearest = () if incident.closed else due(incident, view)[:1]
    left = LEFT + (TITLED if width >= ROOMY else 0)
    people = max(10, min(30, width // 5))
    subject = max(0, min(LONGEST_SUBJECT, width - 3 - MINUTE - 2 - 8 - people - 2 - left - 1))
    return (
        Piece("   "),
        Piece(f"{view.minute(incident.noticed)}  ", Tone.ACCENT),
        Piece(fit(standing, 8), Tone.MUTED if incident.closed else Tone.STRONG),
        Piece(fit(fit(incident.mail.subject or "(no subject)", subject - 2), subject)),
        Piece(fit(", ".join(map(who, incident.mail.people)), people) + "  ", Tone.MUTED),
        *(_nearest(one, now, left, view) for one in nearest),
    )


def _nearest(deadline: Deadline, now: float, width: int, view: View) -> Piece:
    """How long is left till the next end of a deadline, and of which where there is room."""
    first = Deadline(deadline.duty, deadline.early if deadline.early > now else deadline.at)
    shown = remaining(first, now, view.language)
    if width > LEFT:
        shown = f"{deadline.duty.title[view.language]}: {shown}"
    return Piece(fit(shown, width), Tone.ALERT if first.at <= now else Tone.STRONG)


def head_rows(incident: Incident, width: int, view: View) -> Iterator[Row]:
    """The mail: when it was sent and noticed, to whom it went, whom it was meant for."""
    sent, noticed = (word(name, view.language) for name in ("sent", "noticed"))
    times = f"{sent} {view.minute(incident.mail.sent)} · {noticed} {view.minute(incident.noticed)}"
    if incident.closed:
        times += f" · {word('closed', view.language)} {view.minute(incident.closed)}"
    yield (Piece(f" {times}", Tone.MUTED),)
    people = line(
        ", ".join(f"{one.name} <{one.spec}>" if one.name else one.spec for one in incident.mail.people)
    )
    yield _labelled(word("went", view.language), people, width)
    yield _labelled(word("meant", view.language), line(incident.meant_for) or "–", width)


def _labelled(label: str, text: str, width: int) -> Row:
    return Piece(f" {label} ", Tone.MUTED), Piece(cut(text, width - cell_len(label) - 3))


def step_row(number: int, step: Step, width: int, view: View, known: str = "") -> Row:
    """One step: its tick, what it asks for, when it was done or else how it stands, the note."""
    title_cells = min(TITLE, max(20, width - 9 - MINUTE - 2))
    state = view.minute(step.done) if step.done else known
    room = max(0, min(width, WIDEST) - 9 - title_cells - 2)
    state = fit(state, min(room, max(MINUTE, cell_len(state))))
    note = fit(line(step.note), max(0, room - cell_len(state) - 3))
    title = fit(guide(step.id, view.language).title, title_cells)
    return (
        Piece(f"   [{'x' if step.done else ' '}] ", Tone.ACCENT),
        Piece(f"{number} ", Tone.MUTED),
        Piece(f"{title}  ", Tone.MUTED if step.done else Tone.PLAIN),
        Piece(state, Tone.ACCENT if step.done else Tone.MUTED),
        Piece(f"  {note}", Tone.MUTED),
    )


def how_it_stands(last: Entry, now: float, view: View) -> str:
    """The last that is known of a step; its time, before today its day as well."""
    at, today = view.minute(last.at), view.minute(now)[:DAY]
    return f"{standing(last, view.language)} {at.removeprefix(today)[-MINUTE + YEAR :]}"


def deadline_row(deadline: Deadline, now: float, width: int, view: View) -> Row:
    """One deadline: which, how long the law gives, how long is left."""
    duty, over = deadline.duty, deadline.at <= now
    title_cells = min(TITLE, max(20, width - 9 - MINUTE - 2))
    title = f"{duty.title[view.language]} ({duty.within[view.language]})"
    return (
        Piece("   ! " if over else "     ", Tone.ALERT),
        Piece("  "),
        Piece("  "),
        Piece(f"{fit(title, title_cells)}  "),
        Piece(remaining(deadline, now, view.language), Tone.ALERT if over else Tone.STRONG),
    )


def step_rows(step: Step, phones: Mapping[Address, Sequence[str]], width: int, view: View) -> Iterator[Row]:
    """What to mind about a step, whom to call, what was noted."""
    for part in wrap(guide(step.id, view.language).hint, _readable(width)):
        yield (Piece(f" {part}"),)
    if step.id == "call":
        for person, numbers in phones.items():
            name = Piece(f" {fit(who(person), 24)}  ", Tone.STRONG)
            none = Piece(NO_NUMBER[view.language], Tone.MUTED)
            yield name, Piece("  ".join(numbers), Tone.ACCENT) if numbers else none
    for part in step.note.split("\n") if step.note else ():
        yield from ((Piece(f" {row}", Tone.MUTED),) for row in wrap(part, _readable(width)))


def deadline_rows(deadline: Deadline, width: int, view: View) -> Iterator[Row]:
    """Which paragraph it follows, when it ends, and that this is no advice."""
    end = view.minute(deadline.at - 1)
    first = f"{view.minute(deadline.early - 1)} – " if deadline.early else ""
    yield (Piece(f" {first}{end} ({view.zone})", Tone.STRONG),)
    for part in wrap(deadline.duty.source[view.language], _readable(width)):
        yield (Piece(f" {part}"),)
    yield (Piece(f" {ADVICE[view.language]}", Tone.MUTED),)


def trail_rows(trail: Iterable[Entry], width: int, view: View) -> Iterator[Row]:
    """What happened, oldest first."""
    for entry in trail:
        answer = f" · {entry.answer}" if entry.answer else ""
        text = f"{line(told(entry, view.language))}{answer}"
        at = f" {view.minute(entry.at)}  "
        yield Piece(at, Tone.MUTED), Piece(cut(text, width - len(at) - 1))


def ledger_row(tallies: Sequence[Tally], width: int) -> Row:
    """What undo and rules caught, in one line."""
    if not tallies:
        return (Piece(" Nothing was caught by undo or rules yet.", Tone.MUTED),)
    total = sum(tally.count for tally in tallies)
    parts = [f"{HELD_BY[tally.catch]} {line(tally.name)}".rstrip() + f" {tally.count:,}" for tally in tallies]
    return (Piece(cut(f" {total:,} caught before they left: {' · '.join(parts)}", width - 1), Tone.MUTED),)


def clock_choices(incident: Incident, language: Language) -> dict[str, str]:
    """What the key of each clock does: switch it on, or off."""
    return {key: _switch(name, name in incident.clocks, language) for key, name in CLOCK_KEYS.items()}


def _switch(name: str, on: bool, language: Language) -> str:
    if language is Language.JAPANESE:
        return f"{SHORT.get(name, NAMES[name][language])}を{'隠す' if on else '表示'}"
    return f"{'hide' if on else 'show'} {NAMES[name][language]}"


def _readable(width: int) -> int:
    return min(width - 3, WIDEST)

"""The page that asks what was wrong, as rows."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from rich.cells import cell_len

from tuimail.engine.after.corrections import Made, Outlook
from tuimail.mail.after.correction import Audience, Language, Scenario, Wish
from tuimail.mail.after.sent_mail import SentMail
from tuimail.mail.letter.address import Address, show
from tuimail.mail.letter.safe import line
from tuimail.ui.format.cells import Piece, Row, Tone, cut, fit, row_len, wrap

NAME, BESIDE = 28, 33
"""Cells for the name of what was wrong, and of the row before what is said about it."""

ROWS, MARGIN = 4, 18
"""How many rows of people are shown, and what is left free beside them."""

MOST = 9
"""So many scenarios of one's own have a key."""

NAMES = {
    Scenario.PERSON: ("wrong person", "asks to delete it; then the right person gets it"),
    Scenario.ATTACHMENT: ("wrong or missing attachment", "asks for the right file, which goes along"),
    Scenario.CONTENT: ("wrong text", "edit the original; what differs is listed"),
    Scenario.ADDRESSES: ("addresses visible", "in To or Cc instead of Bcc; a mail each"),
    Scenario.EARLY: ("sent too early", "half written; the finished one follows"),
    Scenario.OTHER: ("something else", "say it in your own words"),
}
LANGUAGES = {Language.JAPANESE: "日本語", Language.ENGLISH: "English"}
WORDINGS = {Audience.INSIDE: "inside wording", Audience.OUTSIDE: "outside wording"}

MIXED = "worded for inside or outside"


class Sheet(Struct, frozen=True):
    """All that the page shows. `outlooks` are by scenario, `added` the scenarios of one's own."""

    mail: SentMail
    wish: Wish = Wish()
    outlooks: Mapping[str, Outlook] = {}
    added: tuple[str, ...] = ()
    made: Made = Made((), ())


def choices(sheet: Sheet, keys: Mapping[str, str], width: int) -> Iterator[Row]:
    """A row for everything that can have been wrong; `keys` by scenario."""
    for scenario, (name, about) in NAMES.items():
        yield _choice(keys[scenario], name, _whom(sheet, scenario, width - BESIDE) or about, width)
    for number, name in enumerate(sheet.added[:MOST], 1):
        yield _choice(str(number), line(name, 40), "your own template", width)


def summary(sheet: Sheet, width: int) -> Iterator[Row]:
    """How it is going to be written, to whom, and what was written before."""
    outlook = sheet.outlooks.get(Scenario.OTHER)
    if outlook is None:
        return
    people = [person for circle in outlook.circles for person in circle.people]
    wording = MIXED if outlook.mixed else WORDINGS[outlook.audience]
    words = [LANGUAGES[outlook.language], _messages(sheet.wish, outlook), wording]
    words += ["with the files of the original"] if sheet.wish.keep_files else []
    yield (Piece(f" {' · '.join(words)}", Tone.STRONG),)
    yield from _to(people, width)
    for row in wrap(_before(sheet.made), width - 2):
        yield (Piece(f" {row}", Tone.ALERT),)


def _choice(key: str, name: str, about: str, width: int) -> Row:
    left = (Piece(f" {fit(key, 2)} ", Tone.ACCENT), Piece(fit(name, NAME) + " ", Tone.STRONG))
    return (*left, Piece(cut(about, max(0, width - row_len(left))), Tone.MUTED))


def _whom(sheet: Sheet, scenario: str, room: int) -> str:
    """Who alone gets a correction of this kind, where that is not everybody: by name, or how many."""
    outlook, usual = sheet.outlooks.get(scenario), sheet.outlooks.get(Scenario.OTHER)
    if outlook is None or usual is None or sheet.wish.to is not None or scenario != Scenario.PERSON:
        return ""
    people = [person for circle in outlook.circles for person in circle.people]
    if len(people) == sum(len(circle.people) for circle in usual.circles):
        return ""
    named = f"asks those outside: {', '.join(line(person.spec) for person in people)}"
    counted = f"asks those outside: {len(people):,} of {len(sheet.mail.people):,} people"
    return named if cell_len(named) <= room else counted


def _messages(wish: Wish, outlook: Outlook) -> str:
    count = len(outlook.circles)
    if count == 1:
        return "one mail"
    if wish.each:
        return f"each person separately ({count:,})"
    return f"one mail, and {count - 1:,} for blind copies apart"


def _to(people: Sequence[Address], width: int) -> Iterator[Row]:
    """As many as there is room for in a few rows, and how many more."""
    rows, shown = [""], 0
    for person in people:
        name = show(person) + ("" if person is people[-1] else ",")
        if rows[-1] and cell_len(f"{rows[-1]} {name}") > width - MARGIN:
            if len(rows) == ROWS:
                break
            rows.append("")
        rows[-1] = f"{rows[-1]} {name}".strip()
        shown += 1
    more = f" and {len(people) - shown:,} more" if shown < len(people) else ""
    for number, row in enumerate(rows):
        tail = more if number == len(rows) - 1 else ""
        yield (
            Piece(" to " if number == 0 else "    ", Tone.MUTED),
            Piece(row.rstrip(",") if tail else row),
            Piece(tail, Tone.MUTED),
        )


def _before(made: Made) -> str:
    parts = [f"{len(made.drafts):,} in Drafts"] if made.drafts else []
    parts += [f"{len(made.items):,} in the outbox or sent"] if made.items else []
    return f"There are corrections of it already: {', '.join(parts)}." if parts else ""

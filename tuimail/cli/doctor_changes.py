"""The doctor's look at what was done to messages and waits for its servers."""

from collections.abc import Iterator

from tuimail import wiring
from tuimail.cli.finding import Finding, State
from tuimail.mail.letter.safe import line
from tuimail.paths import Paths


def findings(places: Paths) -> Iterator[Finding]:
    """How many deeds wait, and the files that were set aside."""
    for old in sorted(places.changes.parent.glob("changes.damaged-*.db")):
        said = f"{line(str(old))} was damaged and set aside; delete it when you miss nothing"
        yield Finding("changes", State.NOTE, said)
    if not places.changes.exists():
        return
    waiting, damage = wiring.changes_waiting(places)
    if damage:
        yield Finding("changes", State.WRONG, damage)
    elif waiting:
        deeds = f"{waiting:,} deeds on messages wait" if waiting > 1 else "1 deed on a message waits"
        said = f"{deeds} for the server; tuimail sees to it when it runs"
        yield Finding("changes", State.OK, said)
    else:
        yield Finding("changes", State.OK, "the servers know of all that was done to messages")

"""Attachments: saved where a person says, opened after a question that says what they are."""

from collections.abc import Sequence

from tuimail.engine.opening import Source
from tuimail.mail.letter.letter import Part
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.files import PathSuggester
from tuimail.ui.format.times import size
from tuimail.ui.reading.reading import Reading

MESSAGES = ("message/rfc822", "message/global")
NO_FILES = "This message has no attachments."


async def save(reading: Reading) -> None:
    """Ask which attachments, and where to; write them over nothing."""
    parts = reading.letter.parts
    if not parts:
        reading.say(NO_FILES)
        return
    answer = "1" if len(parts) == 1 else await reading.ask(f"Save which, 1 to {len(parts)}, or all:", "all")
    if answer is None:
        return
    wanted = chosen(answer, parts)
    if not wanted:
        reading.say(f"No attachment {line(answer)}: type a number from the list, or all.", trouble=True)
        return
    what = line(wanted[0].name, 40) if len(wanted) == 1 else f"{len(wanted)} files"
    folder = await reading.ask(
        f"Save {what} in:", reading.desk.habits.saved_in or reading.desk.downloads, PathSuggester()
    )
    if folder is not None and folder.strip():
        await _save(reading, wanted, folder.strip())


async def _save(reading: Reading, parts: Sequence[Part], folder: str) -> None:
    opening = reading.desk.engine.opening
    paths = [await opening.save(reading.source, part, folder) for part in parts]
    reading.desk.habits.saved_in = folder
    one = f"Saved {line(paths[0])}"
    reading.say(one if len(paths) == 1 else f"Saved {len(paths)} files in {line(folder)}")


async def open_file(reading: Reading) -> None:
    """Ask which attachment, say what it is, and open a copy of it; a message opens here."""
    parts = reading.letter.parts
    if not parts:
        reading.say(NO_FILES)
        return
    number = await reading.number("Open which", len(parts), first="")
    if number is None:
        return
    part = parts[number - 1]
    if part.type in MESSAGES:
        await _read(reading, reading.source.inside(part))
        return
    perils, program = await reading.desk.engine.opening.perils(reading.source, part)
    answers = {} if program else {"y": "open it"}
    answer = await reading.choose(_question(part, perils, program), {**answers, "s": "save it"})
    if answer == "y":
        await reading.desk.engine.opening.open(reading.source, part)
        reading.say(f"Opened a copy of {line(part.name, 60)}; it goes when tuimail starts again.")
    elif answer == "s":
        await _save(reading, (part,), reading.desk.habits.saved_in or reading.desk.downloads)


def _question(part: Part, perils: Sequence[str], program: bool) -> Safe:
    """Its name, size and type, and what is dangerous about it."""
    about = f"{part.name or '(no name)'}, {size(part.size)}, {part.type}"
    warning = f" Careful: {'; '.join(perils)}." if perils else ""
    asks = f"{about} is not opened from here." if program else f"Open {about}?"
    return line(f"{asks}{warning}", 900)


async def _read(reading: Reading, source: Source) -> None:
    from tuimail.ui.screens.reader import EnclosedScreen

    await reading.place.app.push_screen(EnclosedScreen(reading.desk, source))


async def pipe(reading: Reading) -> None:
    """Ask for a command line, run it on the message, and show what it prints."""
    from tuimail.mail.letter.safe import block

    command = await reading.ask("Pipe the message to:")
    if command is None or not command.strip():
        return
    printed = await reading.desk.engine.opening.pipe(reading.source, command)
    if not printed.strip():
        reading.say("Done; the command printed nothing.")
        return
    reading.place.show_instead(f"Output of {line(command, 60)}", block(printed.decode("utf-8", "replace")))


def chosen(answer: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts that an answer such as `all`, `2` or `1,3` names; none when one of them is not there."""
    if answer.strip().lower() in ("all", "a", "*"):
        return parts
    numbers = answer.replace(",", " ").split()
    if not all(number.isdecimal() and 1 <= int(number) <= len(parts) for number in numbers):
        return ()
    return tuple(parts[int(number) - 1] for number in numbers)

"""Opening links: after a question that shows where they really go."""

from tuimail.mail.letter.host import shown
from tuimail.mail.letter.letter import Link
from tuimail.mail.letter.link import opened
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.reading.reading import Reading
from tuimail.ui.screens.doors import write

TARGET_SHOWN = 900


async def follow(reading: Reading) -> None:
    """Ask which link, show all of it, and open or copy it."""
    links = reading.letter.links
    if not links:
        reading.say("This message has no links.")
        return
    number = await reading.number("Which link", len(links), first="")
    if number is not None:
        await _offer(reading, links[number - 1])


async def _offer(reading: Reading, link: Link) -> None:
    can = bool(opened(link.target))
    answers = {"y": "write" if _mail(link) else "open it"} if can else {}
    answer = await reading.choose(_question(link, can), {**answers, "c": "copy it"})
    if answer == "c":
        reading.place.app.copy_to_clipboard(link.target)
        reading.say("Copied, if your terminal lets programs copy.")
    elif answer == "y":
        await go(reading, link.target)


def _question(link: Link, can: bool) -> Safe:
    """The host before all else, then the whole target."""
    whole = f"{link.target[:TARGET_SHOWN]}{'…' if len(link.target) > TARGET_SHOWN else ''}"
    if not can:
        return line(f"This kind of link is not opened. It says: {whole}", 2 * TARGET_SHOWN)
    claim = f" Its text says {shown(link.claim)}: that is somebody else." if link.claim else ""
    asks = "Write to" if _mail(link) else "Open"
    return line(f"{asks} {shown(link.host)}?{claim} The whole link: {whole}", 3 * TARGET_SHOWN)


def _mail(link: Link) -> bool:
    return link.target.lower().startswith("mailto:")


async def go(reading: Reading, target: str) -> None:
    """Open a target that a person agreed to: mail in the composer, the web in a browser."""
    if target.lower().startswith("mailto:"):
        draft, link = reading.desk.engine.drafts.linked(target)
        await write(reading.place.app, reading.desk, draft)
        if link.ignored:
            reading.say(link.notice())
        return
    await reading.desk.engine.opening.link(target)
    reading.say("Opened in your browser.")

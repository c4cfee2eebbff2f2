"""Leaving a mailing list: nothing is sent before a question that names who would learn of it."""

from tuimail.mail.letter.safe import line
from tuimail.mail.letter.unsubscribe import Means, Way, way_out
from tuimail.ui.reading.links import go
from tuimail.ui.reading.reading import Reading

_WORDS = {
    Means.CLICK: "Unsubscribe? tuimail tells {whom} so, in one step.",
    Means.MAIL: "Unsubscribe by a mail to {whom}? You see it before it is sent.",
    Means.PAGE: "Unsubscribe on a page of {whom}? It opens in your browser.",
}


async def leave(reading: Reading) -> None:
    """Ask, then take the best way out that the list gives."""
    way = way_out(reading.letter.mailing)
    if way is None:
        reading.say("This message says no way to unsubscribe.")
        return
    question = line(_WORDS[way.means].format(whom=way.whom), 600)
    if await reading.choose(question, {"y": "yes"}) == "y":
        await _take(reading, way)


async def _take(reading: Reading, way: Way) -> None:
    if way.means is not Means.CLICK:
        await go(reading, way.target)
        return
    reading.say(f"Telling {way.whom}…")
    await reading.desk.engine.opening.leave_list(way.target)
    reading.say(f"{way.whom} took it: you are off the list.")

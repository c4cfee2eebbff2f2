"""What became of asking for a mail of one's own, in a line."""

from tuimail.mail.after.page import WORDS
from tuimail.mail.hold.look import MICROSOFT_HEADER
from tuimail.mail.letter.header import message_ids
from tuimail.mail.letter.letter import Letter
from tuimail.ui.desk import Desk
from tuimail.ui.format.times import moment
from tuimail.ui.keys import key_of

NAMES = ("message-id", MICROSOFT_HEADER.lower())


def is_own(letter: Letter, desk: Desk) -> bool:
    """Whether one wrote it oneself, as far as its From says."""
    spec = letter.sender.spec
    return bool(spec) and any(who.is_at(spec) for who in desk.engine.drafts.identities())


async def told(letter: Letter, desk: Desk) -> str:
    """The state of the newest request and the key to its page; empty where nothing was asked."""
    named = (value for name, value in letter.headers if name.lower() in NAMES)
    for message_id in (each for value in named for each in message_ids(value)[:1]):
        recalls = await desk.engine.recalls.known(message_id)
        if recalls:
            newest = recalls[0]
            at = moment(newest.trail[-1].at if newest.trail else newest.asked, desk.engine.now().wall)
            return f"{WORDS[newest.state]} {at} · {key_of('recall', desk.keymap)} shows each recipient"
    return ""

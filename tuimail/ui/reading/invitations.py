"""Answering an invitation: the answer waits in the outbox like any mail."""

from tuimail.mail.errors import ConfirmError
from tuimail.mail.letter.draft import Draft
from tuimail.mail.letter.invitation import Answer, Invitation
from tuimail.mail.letter.safe import Safe, line
from tuimail.ui.format.invitation import span
from tuimail.ui.reading.reading import Reading

ANSWERS = {"a": Answer.ACCEPTED, "t": Answer.TENTATIVE, "d": Answer.DECLINED}
WORDS = {"a": "accept", "t": "perhaps", "d": "decline"}


async def answer(reading: Reading) -> None:
    """Ask for the answer and a comment, and queue the mail."""
    invitation = reading.letter.invitation
    if invitation is None or not invitation.asks:
        reading.say("This message asks for no answer to an invitation.")
        return
    key = await reading.choose(_question(reading, invitation), WORDS)
    if key is None:
        return
    comment = await reading.ask("A comment, or just enter:")
    if comment is None:
        return
    engine = reading.desk.engine
    draft = engine.invitations.answer(reading.source.ref, reading.letter, ANSWERS[key], comment)
    await _send(reading, draft)


def _question(reading: Reading, invitation: Invitation) -> Safe:
    who = reading.desk.engine.invitations.who(reading.source.ref, invitation)
    when = f", {span(invitation.start, invitation.end)}" if invitation.start else ""
    return line(f"{invitation.summary or 'The invitation'}{when}. Answer as {who.spec}?", 600)


async def _send(reading: Reading, draft: Draft) -> None:
    outbox = reading.desk.engine.outbox
    try:
        await outbox.send(draft)
    except ConfirmError as error:
        question = line(f"Before it leaves · {error}", 600)
        if await reading.choose(question, {"enter": "send"}) is None:
            return
        await outbox.send(draft, confirmed=True)
    reading.say("The answer is in the outbox.")
